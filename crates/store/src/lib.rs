//! The one SQLite file of a profile: migrations, one module per table, and MLS state on the same
//! connection, so that a ratchet and the message that it made change in one transaction.
//!
//! All writing happens on one thread, the [`Store`]'s, and what belongs to it is read there; long reads
//! ([`search`]) have a connection of their own. The functions of [`table`] take a connection and are
//! composed by the client inside [`Store::write`]. Nothing here knows the network or MLS.
//!
//! The file is encrypted, page by page, with a key that [`Profile::open`] is given; [`KeyPlace`] is the file beside it
//! that tells where the key lies.

mod error;
mod folder;
mod key;
mod lock;
mod migrate;
mod mls;
mod profile;
mod seal;
pub mod search;
mod store;
pub mod table;

pub use error::StoreError;
pub use key::{HistoryKey, KEY_LEN, KeyFileError, KeyPlace};
pub use mls::{MlsStorage, forget_key_packages, mls_storage};
pub use profile::{HistoryFile, Profile};
pub use rusqlite::{Connection, Transaction};
pub use store::{Store, savepoint};
