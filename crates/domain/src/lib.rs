//! The words of Pipit as types: ids, times, limits, and the wrapper that keeps secrets out of logs.
//!
//! Level 0: no I/O, no clock, no encoding beyond hexadecimal text of ids. Everything else in the
//! workspace may use it. It deliberately holds no behaviour of client or server.

mod id;
pub mod limits;
mod redacted;
mod time;
mod username;

pub use id::{AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, IdError, MessageId};
pub use redacted::Redacted;
pub use time::{Clock, Timestamp};
pub use username::{Username, UsernameProblem};
