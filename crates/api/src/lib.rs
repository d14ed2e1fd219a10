//! One command list and one event list for the app's screen, bots and tests.
//!
//! [`command`] names every command once; views and parameters are plain serialisable records. Shells
//! (the app, `pipit-cli`) carry JSON in and out and add nothing. What commands do is the client's.

pub mod command;
mod error;
mod event;
pub mod param;
pub mod typescript;
pub mod view;

pub use error::{ErrorCode, ErrorDetail, RpcError};
pub use event::{AppEvent, NumberedEvent};
