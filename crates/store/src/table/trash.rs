//! Messages that this person has deleted for themself, while that can be undone. A message is in the history or
//! here, never in both; what belongs to it (texts, reactions, votes) stays until it goes from here.

use pipit_domain::{AccountId, EnvelopeId, MessageId, Redacted, Timestamp};
use rusqlite::{Connection, params};

use super::{delivery, found, id, message, number};
use crate::StoreError;

/// The columns of a message, in both tables; its position is apart, since it may have to be another then.
const COLUMNS: &str = "message, message_id, conversation, sender, sent_at, accepted_at, sequence, kind, state,
    sent_here, failure, envelope_id, text, content, in_reply_to, edited_at, is_forwarded, mentions_me, pinned_at,
    is_starred, timer, expires_at, closed_at, recipients, delivered, been_read";

/// A message in the trash.
#[derive(Debug, Clone)]
pub struct TrashRow {
    /// Row number of the message.
    pub message: i64,
    /// Row number of its conversation.
    pub conversation: i64,
    /// Where it was.
    pub position: u64,
    /// What was still to be sent of it.
    pub waiting: Option<Redacted<Vec<u8>>>,
}

/// Moves a message here, with what was still to be sent of it. The caller counts.
///
/// # Errors
/// When the file cannot be written.
pub fn put(
    connection: &Connection,
    message: i64,
    waiting: Option<&[u8]>,
    until: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO trash ({COLUMNS}, position, waiting, until)
             SELECT {COLUMNS}, position, ?2, ?3 FROM message WHERE message = ?1"
        ))?
        .execute(params![message, waiting, number(until.as_millis())])?;
    message::remove(connection, message)
}

/// The message of this id, when it is here.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, id: MessageId) -> Result<Option<TrashRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT message, conversation, position, waiting FROM trash WHERE message_id = ?1",
    )?;
    found(statement.query_row([id.as_bytes()], |row| {
        Ok(TrashRow {
            message: row.get(0)?,
            conversation: row.get(1)?,
            position: row.get(2)?,
            waiting: row.get::<_, Option<Vec<u8>>>(3)?.map(Redacted),
        })
    }))
}

/// The row number and the sender of the message here that this envelope carries.
///
/// # Errors
/// When the file cannot be read.
pub fn by_envelope(
    connection: &Connection,
    envelope: EnvelopeId,
) -> Result<Option<(i64, AccountId)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT message, sender FROM trash WHERE envelope_id = ?1")?;
    found(statement.query_row([envelope.as_bytes()], |row| Ok((row.get(0)?, id(row, 1)?))))
}

/// Moves a message back to where it was, and on to whoever has received it meanwhile. The caller counts.
///
/// # Errors
/// When the file cannot be written.
pub fn restore(connection: &Connection, row: &TrashRow) -> Result<(), StoreError> {
    let position = message::position_again(connection, row.conversation, row.position)?;
    connection
        .prepare_cached(&format!(
            "INSERT INTO message ({COLUMNS}, position) SELECT {COLUMNS}, ?2 FROM trash WHERE message = ?1"
        ))?
        .execute(params![row.message, number(position)])?;
    connection
        .prepare_cached("DELETE FROM trash WHERE message = ?1")?
        .execute([row.message])?;
    delivery::recount(connection, row.message)
}

/// Lets go for good what can no longer be brought back, and what waits for it, at most `limit` messages;
/// answers how many.
///
/// # Errors
/// When the file cannot be written.
pub fn empty(connection: &Connection, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let key = params![number(now.as_millis()), number(limit as u64)];
    connection
        .prepare_cached(
            "DELETE FROM pending WHERE target IN (
                 SELECT message_id FROM trash WHERE until <= ?1 ORDER BY until, message LIMIT ?2)",
        )?
        .execute(key)?;
    let gone = connection
        .prepare_cached(
            "DELETE FROM trash WHERE message IN (
                 SELECT message FROM trash WHERE until <= ?1 ORDER BY until, message LIMIT ?2)",
        )?
        .execute(key)?;
    Ok(gone)
}

/// When the next message goes for good.
///
/// # Errors
/// When the file cannot be read.
pub fn next_end(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let at = connection
        .prepare_cached("SELECT min(until) FROM trash")?
        .query_row([], |row| row.get::<_, Option<u64>>(0))?;
    Ok(at.map(Timestamp::from_millis))
}
