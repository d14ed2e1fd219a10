//! Messages that this person has deleted for themself: whatever brings one again, it is not shown.

use pipit_domain::MessageId;
use rusqlite::Connection;

use crate::StoreError;

/// Notes that a message is not wanted, or takes that back.
///
/// # Errors
/// When the file cannot be written.
pub fn set(connection: &Connection, id: MessageId, is_unwanted: bool) -> Result<(), StoreError> {
    let sql = if is_unwanted {
        "INSERT INTO unwanted (message_id) VALUES (?1) ON CONFLICT (message_id) DO NOTHING"
    } else {
        "DELETE FROM unwanted WHERE message_id = ?1"
    };
    connection.prepare_cached(sql)?.execute([id.as_bytes()])?;
    Ok(())
}

/// Whether a message is not wanted.
///
/// # Errors
/// When the file cannot be read.
pub fn has(connection: &Connection, id: MessageId) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM unwanted WHERE message_id = ?1")?;
    Ok(statement.exists([id.as_bytes()])?)
}
