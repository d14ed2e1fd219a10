//! What can go wrong with the history file, as far as callers act on it.

use std::path::PathBuf;

/// Why the history could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has this profile open.
    #[error("this profile is open in another window or program; close that first")]
    InUse,
    /// A newer version of Pipit made the file. It was not touched.
    #[error(
        "the history was written by a newer version of Pipit (format {found}, this one knows {known}); update Pipit to open it"
    )]
    Newer {
        /// Format of the file.
        found: i64,
        /// Newest format that this build reads.
        known: i64,
    },
    /// The file is damaged. It was not touched.
    #[error(
        "the history file {0} is damaged; restore it from a copy, or move it away to start anew"
    )]
    Corrupt(PathBuf),
    /// No space left.
    #[error("the disk is full; free some space and try again")]
    Full,
    /// Reading or writing failed otherwise.
    #[error("the history could not be read or written: {0}")]
    Sqlite(rusqlite::Error),
    /// The folder could not be made or read.
    #[error("the profile's folder could not be used: {0}")]
    Folder(#[from] std::io::Error),
    /// A stored value is not what this code writes.
    #[error("the history holds a value that does not belong there ({0})")]
    Value(&'static str),
    /// The store's thread has ended: the program is shutting down.
    #[error("the history is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Sqlite(error),
        }
    }
}
