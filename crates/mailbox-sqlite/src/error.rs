//! What goes wrong inside, and how it is told to callers of the ports.

use pipit_mailbox::StoreError;
use rusqlite::ErrorCode;

/// A failed statement, or rows that cannot be what was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DbError {
    /// SQLite refused or failed.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored value has an impossible shape.
    #[error("stored {0} has an impossible shape")]
    Shape(&'static str),
}

impl DbError {
    /// What the caller of a port is told.
    pub(crate) fn to_store_error(&self) -> StoreError {
        let Self::Sqlite(error) = self else {
            return StoreError::Corrupt;
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt,
            _ => StoreError::Unavailable,
        }
    }
}
