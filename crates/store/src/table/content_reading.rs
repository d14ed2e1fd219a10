//! By which version of the reader of contents the kept messages were read, and what that one did not know.

use rusqlite::{Connection, params};

use super::message::{MessageDetails, MessageKind};
use super::number;
use crate::StoreError;

/// The version of the reader.
///
/// # Errors
/// When the file cannot be read.
pub fn version(connection: &Connection) -> Result<u32, StoreError> {
    let version = connection
        .prepare_cached("SELECT version FROM content_reading")?
        .query_row([], |row| row.get(0))?;
    Ok(version)
}

/// Notes that everything was read by this version.
///
/// # Errors
/// When the file cannot be written.
pub fn set_version(connection: &Connection, version: u32) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE content_reading SET version = ?1")?
        .execute([version])?;
    Ok(())
}

/// Row numbers of up to `limit` messages that were made with a newer version, from above row `after`.
///
/// # Errors
/// When the file cannot be read.
pub fn newer(connection: &Connection, after: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT message FROM message WHERE kind = 3 AND message > ?1 ORDER BY message LIMIT ?2",
    )?;
    let rows = statement
        .query_map(params![after, number(limit as u64)], |row| row.get(0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Gives a message what was read of it now.
///
/// # Errors
/// When the file cannot be written.
pub fn set(
    connection: &Connection,
    message: i64,
    kind: MessageKind,
    text: &str,
    content: Option<&[u8]>,
    details: &MessageDetails,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE message SET kind = ?2, text = ?3, content = ?4, in_reply_to = ?5, is_forwarded = ?6,
                 mentions_me = ?7, timer = coalesce(timer, ?8), expires_at = coalesce(expires_at, ?9)
             WHERE message = ?1",
        )?
        .execute(params![
            message,
            kind as i64,
            text,
            content,
            details.in_reply_to.as_ref().map(|id| &id.as_bytes()[..]),
            details.is_forwarded,
            details.mentions_me,
            details.timer,
            details.expires_at.map(|at| number(at.as_millis())),
        ])?;
    Ok(())
}
