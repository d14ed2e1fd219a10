//! When this device renews its keys in each group.

use pipit_domain::Timestamp;
use rusqlite::{Connection, params};

use super::{found, number, time};
use crate::StoreError;

/// When a conversation's turn is, once planned.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, conversation: i64) -> Result<Option<Timestamp>, StoreError> {
    found(
        connection
            .prepare_cached("SELECT due_at FROM renewal WHERE conversation = ?1")?
            .query_row([conversation], |row| time(row, 0)),
    )
}

/// Plans a conversation's turn anew.
///
/// # Errors
/// When the file cannot be written.
pub fn set(connection: &Connection, conversation: i64, due: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO renewal (conversation, due_at) VALUES (?1, ?2)
             ON CONFLICT (conversation) DO UPDATE SET due_at = excluded.due_at",
        )?
        .execute(params![conversation, number(due.as_millis())])?;
    Ok(())
}

/// The conversation whose turn is first, and when that is.
///
/// # Errors
/// When the file cannot be read.
pub fn first(connection: &Connection) -> Result<Option<(i64, Timestamp)>, StoreError> {
    found(
        connection
            .prepare_cached("SELECT conversation, due_at FROM renewal ORDER BY due_at LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, time(row, 1)?))),
    )
}

/// Conversations with a group that the server knows, and no turn planned.
///
/// # Errors
/// When the file cannot be read.
pub fn unplanned(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation FROM conversation
         WHERE group_id IS NOT NULL AND pending_create IS NULL
             AND conversation NOT IN (SELECT conversation FROM renewal)",
    )?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}
