//! Marks on messages: those of this person (stars), and those for everybody (pins, closed polls).

use pipit_domain::{MessageId, Timestamp};
use rusqlite::{Connection, params};

use super::{COLUMNS, MessageRow, read};
use crate::StoreError;
use crate::table::{found, number};

/// Marks a message for this person, or takes the mark away; answers its row number when it is here.
///
/// # Errors
/// When the file cannot be written.
pub fn set_starred(
    connection: &Connection,
    id: MessageId,
    is_starred: bool,
) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE message SET is_starred = ?2 WHERE message_id = ?1 AND kind NOT IN (4, 6) RETURNING message",
    )?;
    found(statement.query_row(params![id.as_bytes(), is_starred], |row| row.get(0)))
}

/// Up to `limit` marked messages of all conversations, newest first: those before this (position, row number).
///
/// # Errors
/// When the file cannot be read.
pub fn starred(
    connection: &Connection,
    before: (u64, i64),
    limit: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message WHERE is_starred = 1 AND (position, message) < (?1, ?2)
         ORDER BY position DESC, message DESC LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(
            params![number(before.0), before.1, number(limit as u64)],
            read,
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Puts a message at the head of its conversation as of a time, or (`None`) takes it down.
///
/// # Errors
/// When the file cannot be written.
pub fn set_pinned(
    connection: &Connection,
    message: i64,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    set_time(connection, message, "pinned_at", at)
}

/// Closes a poll as of a time, or (`None`) opens it.
///
/// # Errors
/// When the file cannot be written.
pub fn set_closed(
    connection: &Connection,
    message: i64,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    set_time(connection, message, "closed_at", at)
}

fn set_time(
    connection: &Connection,
    message: i64,
    column: &str,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(&format!(
            "UPDATE message SET {column} = ?2 WHERE message = ?1"
        ))?
        .execute(params![message, at.map(|at| number(at.as_millis()))])?;
    Ok(())
}

/// The messages at the head of a conversation, at most `limit`, the one that was put there last first.
///
/// # Errors
/// When the file cannot be read.
pub fn pinned(
    connection: &Connection,
    conversation: i64,
    limit: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message WHERE conversation = ?1 AND pinned_at IS NOT NULL
         ORDER BY pinned_at DESC, message DESC LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(params![conversation, number(limit as u64)], read)?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// How many messages are at the head of a conversation, counted up to `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn pinned_count(
    connection: &Connection,
    conversation: i64,
    limit: usize,
) -> Result<u64, StoreError> {
    let count = connection
        .prepare_cached(
            "SELECT count(*) FROM (
                 SELECT 1 FROM message WHERE conversation = ?1 AND pinned_at IS NOT NULL LIMIT ?2)",
        )?
        .query_row(params![conversation, number(limit as u64)], |row| {
            row.get(0)
        })?;
    Ok(count)
}
