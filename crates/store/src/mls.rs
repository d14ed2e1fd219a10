//! MLS state in the same file and transaction as everything else.
//!
//! The tables and statements are the `openmls_sqlite_storage` crate's; ours is only the choice of
//! MessagePack with field names as its encoding (measured smaller and faster than JSON, and readable
//! by later versions of OpenMLS that add fields).

use openmls_sqlite_storage::{Codec, SqliteStorageProvider};
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// How MLS values are encoded in their columns.
#[derive(Debug, Default)]
pub struct MessagePack;

/// The encoding failed, in one direction or the other.
#[derive(Debug, thiserror::Error)]
pub enum MessagePackError {
    /// Writing.
    #[error(transparent)]
    Encode(#[from] rmp_serde::encode::Error),
    /// Reading.
    #[error(transparent)]
    Decode(#[from] rmp_serde::decode::Error),
}

impl Codec for MessagePack {
    type Error = MessagePackError;

    fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, Self::Error> {
        Ok(rmp_serde::to_vec_named(value)?)
    }

    fn from_slice<T: DeserializeOwned>(slice: &[u8]) -> Result<T, Self::Error> {
        Ok(rmp_serde::from_slice(slice)?)
    }
}

/// OpenMLS's storage on a connection or an open transaction of it.
pub type MlsStorage<'a> = SqliteStorageProvider<MessagePack, &'a Connection>;

/// MLS storage inside the transaction (or on the connection) that is passed.
#[must_use]
pub fn mls_storage(connection: &Connection) -> MlsStorage<'_> {
    SqliteStorageProvider::new(connection)
}

/// Removes the private halves of all key packages, of a device that is none after all.
///
/// # Errors
/// When the file cannot be written.
pub fn forget_key_packages(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("DELETE FROM openmls_key_packages", [])?;
    Ok(())
}

pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    SqliteStorageProvider::<MessagePack, &mut Connection>::new(connection)
        .run_migrations()
        .map_err(|_| StoreError::Value("MLS tables"))
}
