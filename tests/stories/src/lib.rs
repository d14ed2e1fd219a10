//! Support for the stories in `tests/`: the real server and real clients in processes of their own, a
//! proxy between them that understands the protocol, and waiting for conditions instead of sleeping.
//!
//! What it says when something is wrong is a panic with a sentence: only tests call it.

mod binary;
mod frame;
pub mod groups;
mod history;
mod message;
mod person;
pub mod profile;
mod program;
mod proxy;
mod pump;
mod requests;
mod server;
mod signing;
mod wait;
mod world;

pub use binary::{binary, run};
pub use frame::{Frame, Verdict};
pub use history::all_talk;
pub use person::{Account, Person, Refusal};
pub use proxy::Proxy;
pub use requests::RequestVerdict;
pub use server::Server;
pub use signing::{code_of, enter, recover};
pub use wait::{DEADLINE, until};
pub use world::{PASSWORD, Pair, Three, numbered};
