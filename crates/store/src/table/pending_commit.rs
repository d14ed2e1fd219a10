//! Commits of this device that the server has not answered, at most one a conversation.

use rusqlite::{Connection, params};

use super::found;
use crate::StoreError;

/// The encoded request that waits for its answer.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, conversation: i64) -> Result<Option<Vec<u8>>, StoreError> {
    found(
        connection
            .prepare_cached("SELECT request FROM pending_commit WHERE conversation = ?1")?
            .query_row([conversation], |row| row.get(0)),
    )
}

/// Keeps a request; one that was there goes.
///
/// # Errors
/// When the file cannot be written.
pub fn set(connection: &Connection, conversation: i64, request: &[u8]) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO pending_commit (conversation, request) VALUES (?1, ?2)
             ON CONFLICT (conversation) DO UPDATE SET request = excluded.request",
        )?
        .execute(params![conversation, request])?;
    Ok(())
}

/// Forgets the request; answers whether there was one.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(connection: &Connection, conversation: i64) -> Result<bool, StoreError> {
    let removed = connection
        .prepare_cached("DELETE FROM pending_commit WHERE conversation = ?1")?
        .execute([conversation])?;
    Ok(removed > 0)
}

/// The conversations with a request that waits.
///
/// # Errors
/// When the file cannot be read.
pub fn conversations(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT conversation FROM pending_commit ORDER BY conversation")?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}
