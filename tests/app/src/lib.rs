//! What a person has around the app, made for tests: a desktop, a server, and hands and eyes.
//!
//! Holds no assertions; those are in `tests/`. Linux only, like the driver of WebKitGTK; the app's
//! own code is tested elsewhere too.

mod app;
mod desktop;
pub mod history;
mod keys;
pub mod measure;
mod person;
mod process;
mod server;
pub mod wait;

pub use app::App;
pub use desktop::Desktop;
pub use person::PASSWORD;
pub use server::Server;
