//! Reading messages: one, or a window by position.

use pipit_domain::{AccountId, EnvelopeId, MessageId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::{found, id, number};
use super::{COLUMNS, MessageRow, read};
use crate::StoreError;

fn one(
    connection: &Connection,
    condition: &str,
    key: &dyn rusqlite::ToSql,
) -> Result<Option<MessageRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM message WHERE {condition} = ?1");
    found(connection.prepare_cached(&sql)?.query_row([key], read))
}

/// The message of this id.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, id: MessageId) -> Result<Option<MessageRow>, StoreError> {
    one(connection, "message_id", &id.as_bytes())
}

/// The message of this id, or the one of which this is an edit: what a reply or a reaction names is the
/// version that its writer saw.
///
/// # Errors
/// When the file cannot be read.
pub fn of_version(
    connection: &Connection,
    id: MessageId,
) -> Result<Option<MessageRow>, StoreError> {
    if let Some(row) = get(connection, id)? {
        return Ok(Some(row));
    }
    let mut statement = connection.prepare_cached("SELECT message FROM edit WHERE edit_id = ?1")?;
    match found(statement.query_row([id.as_bytes()], |row| row.get(0)))? {
        Some(message) => by_row(connection, message),
        None => Ok(None),
    }
}

/// Row numbers of the newest answers to a message, at most `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn replies(
    connection: &Connection,
    id: MessageId,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT message FROM message WHERE in_reply_to = ?1 ORDER BY message DESC LIMIT ?2",
    )?;
    let rows = statement
        .query_map(params![id.as_bytes(), number(limit as u64)], |row| {
            row.get(0)
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// The message of this row number.
///
/// # Errors
/// When the file cannot be read.
pub fn by_row(connection: &Connection, message: i64) -> Result<Option<MessageRow>, StoreError> {
    one(connection, "message", &message)
}

/// The message that this envelope carries, own or received.
///
/// # Errors
/// When the file cannot be read.
pub fn by_envelope(
    connection: &Connection,
    envelope: EnvelopeId,
) -> Result<Option<MessageRow>, StoreError> {
    one(connection, "envelope_id", &envelope.as_bytes())
}

/// The newest message of a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn newest(
    connection: &Connection,
    conversation: i64,
) -> Result<Option<MessageRow>, StoreError> {
    Ok(before(connection, conversation, u64::MAX, 1)?.pop())
}

/// Up to `limit` messages at positions below `position`, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn before(
    connection: &Connection,
    conversation: i64,
    position: u64,
    limit: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    let mut rows = window(
        connection,
        conversation,
        "position < ?2 ORDER BY position DESC",
        position,
        limit,
    )?;
    rows.reverse();
    Ok(rows)
}

/// Up to `limit` messages at positions above `position`, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn after(
    connection: &Connection,
    conversation: i64,
    position: u64,
    limit: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    window(
        connection,
        conversation,
        "position > ?2 ORDER BY position",
        position,
        limit,
    )
}

fn window(
    connection: &Connection,
    conversation: i64,
    condition: &str,
    position: u64,
    limit: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM message WHERE conversation = ?1 AND {condition} LIMIT ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(
            params![conversation, number(position), number(limit as u64)],
            read,
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Whether a message is one that others sent to `own` and that has not been read.
///
/// # Errors
/// When the file cannot be read.
pub fn is_unread(
    connection: &Connection,
    message: i64,
    own: AccountId,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM message JOIN conversation USING (conversation)
         WHERE message = ?1 AND position > read_position AND state = 5 AND sequence > 0 AND sender <> ?2",
    )?;
    Ok(statement.exists(params![message, own.as_bytes()])?)
}

/// The oldest message that others sent after what was read.
///
/// # Errors
/// When the file cannot be read.
pub fn first_unread(
    connection: &Connection,
    conversation: i64,
    read_position: u64,
    own: AccountId,
) -> Result<Option<MessageId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT message_id FROM message
         WHERE conversation = ?1 AND position > ?2 AND state = 5 AND sequence > 0 AND sender <> ?3
         ORDER BY position LIMIT 1",
    )?;
    found(statement.query_row(
        params![conversation, number(read_position), own.as_bytes()],
        |row| id(row, 0),
    ))
}

/// How many messages after what was read mention this account, counted up to `limit`, and the oldest of them.
///
/// # Errors
/// When the file cannot be read.
pub fn mentions(
    connection: &Connection,
    conversation: i64,
    read_position: u64,
    limit: u64,
) -> Result<(u64, Option<MessageId>), StoreError> {
    let count = connection
        .prepare_cached(
            "SELECT count(*) FROM (
                 SELECT 1 FROM message WHERE conversation = ?1 AND position > ?2 AND mentions_me = 1 LIMIT ?3)",
        )?
        .query_row(
            params![conversation, number(read_position), number(limit)],
            |row| row.get(0),
        )?;
    if count == 0 {
        return Ok((0, None));
    }
    let mut first = connection.prepare_cached(
        "SELECT message_id FROM message WHERE conversation = ?1 AND position > ?2 AND mentions_me = 1
         ORDER BY position LIMIT 1",
    )?;
    let first = found(
        first.query_row(params![conversation, number(read_position)], |row| {
            id(row, 0)
        }),
    )?;
    Ok((count, first))
}

/// Whether others have received one of the newest messages that this device sent to the conversation; no
/// further back than 50, so that a conversation that nobody receives costs no more the longer it is.
///
/// # Errors
/// When the file cannot be read.
pub fn any_delivered(
    connection: &Connection,
    conversation: i64,
    own: AccountId,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM (
             SELECT sent_here, state FROM message WHERE conversation = ?1 AND sender = ?2
             ORDER BY position DESC LIMIT 50)
         WHERE sent_here = 1 AND state IN (2, 3)",
    )?;
    Ok(statement.exists(params![conversation, own.as_bytes()])?)
}

/// Up to `limit` messages of this device that the server has and others have not all received, with
/// their row numbers: newest first, from below row `before`.
///
/// # Errors
/// When the file cannot be read.
pub fn undelivered(
    connection: &Connection,
    before: i64,
    limit: usize,
) -> Result<Vec<(i64, EnvelopeId)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT message, envelope_id FROM message
         WHERE state = 1 AND message < ?1
             AND conversation NOT IN (SELECT conversation FROM conversation WHERE kind = 3)
         ORDER BY message DESC LIMIT ?2",
    )?;
    let rows = statement
        .query_map(params![before, number(limit as u64)], |row| {
            Ok((row.get(0)?, id(row, 1)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// When the server accepted the newest message of a conversation that is somebody else's.
///
/// # Errors
/// When the file cannot be read.
pub fn last_came(
    connection: &Connection,
    conversation: i64,
) -> Result<Option<Timestamp>, StoreError> {
    let at = connection
        .prepare_cached(
            "SELECT accepted_at FROM message
             WHERE conversation = ?1 AND state = 5 AND kind <> 4 AND accepted_at IS NOT NULL
             ORDER BY position DESC LIMIT 1",
        )?
        .query_row([conversation], |row| row.get(0))
        .optional()?;
    Ok(at.map(Timestamp::from_millis))
}

/// The newest message that others sent after one position and up to another, and where it stands.
///
/// # Errors
/// When the file cannot be read.
pub fn newest_received(
    connection: &Connection,
    conversation: i64,
    after: u64,
    up_to: u64,
    own: AccountId,
) -> Result<Option<(MessageId, u64)>, StoreError> {
    found(
        connection
            .prepare_cached(
                "SELECT message_id, position FROM message
                 WHERE conversation = ?1 AND position > ?2 AND position <= ?3 AND state = 5
                     AND sequence > 0 AND sender <> ?4
                 ORDER BY position DESC LIMIT 1",
            )?
            .query_row(
                params![conversation, number(after), number(up_to), own.as_bytes()],
                |row| Ok((id(row, 0)?, row.get(1)?)),
            ),
    )
}
