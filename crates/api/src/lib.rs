//! One command list and one event list for the app's screen, bots and tests.
//!
//! [`command`] names every command once; views and parameters are plain serialisable records. Shells
//! (the app, `pipit-cli`) carry JSON in and out ([`rpc`]) and add nothing. What commands do is the
//! client's.

pub mod activity_view;
mod api;
pub mod command;
mod convert;
pub mod discover;
mod error;
mod event;
mod events;
pub mod group_view;
mod groups;
pub mod history_view;
pub mod link_view;
mod message_view;
mod messages;
pub mod param;
mod picture;
mod qr;
pub mod rpc;
mod search;
pub mod security_view;
pub mod typescript;
pub mod view;

pub use api::{Api, ApiConfig};
pub use error::{ErrorCode, ErrorDetail, RpcError};
pub use event::{AppEvent, NumberedEvent};
pub use events::Events;
pub use pipit_client::{Keychain, SystemKeychain};
