//! The server's ports on one SQLite database.
//!
//! All writes go through one thread that takes many requests off a bounded queue and commits them in
//! one transaction, durable on the disk (WAL, `synchronous = FULL`), before any of them is answered:
//! a single-row commit costs an fsync, a group of hundreds costs the same one. Reads go through a few
//! threads with connections of their own. One file a table holds the statements; `sql/` holds the
//! schema.
//!
//! Not here: any decision about what may be stored (the gateway and `public-group` make them), and
//! any runtime: the threads are plain ones, the answers are plain futures.

mod account;
mod conversation;
mod convert;
mod device;
mod envelope;
mod error;
mod expire;
mod key_package;
mod ledger;
mod mailbox;
mod member;
mod open;
mod reader;
mod report;
mod schema;
mod second_factor;
mod secret;
mod store;
mod store_credentials;
mod tally;
mod writer;

pub use open::OpenError;
pub use store::{SqliteStore, WriteStats};
