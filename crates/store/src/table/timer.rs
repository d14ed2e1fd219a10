//! Timers: after which time what is sent to a conversation disappears, and which messages are to go when.
//! By the conversation's id, since it may be known before the conversation is on this device.

use pipit_domain::{ConversationId, MessageId, Timestamp};
use rusqlite::{Connection, Row, params};

use super::{found, id, number, time};
use crate::StoreError;

/// The timer of a conversation and the change that set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerRow {
    /// Seconds after reading; 0: what is sent stays.
    pub seconds: u32,
    /// When that was set (server clock).
    pub at: Timestamp,
    /// The change's own id; `None` before the first.
    pub op: Option<MessageId>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<TimerRow> {
    let op: Vec<u8> = row.get(2)?;
    Ok(TimerRow {
        seconds: row.get(0)?,
        at: time(row, 1)?,
        op: MessageId::try_from(&op[..]).ok(),
    })
}

/// The timer of a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, conversation: ConversationId) -> Result<TimerRow, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT timer, timer_at, timer_op FROM conversation_state WHERE conversation_id = ?1",
    )?;
    let row = found(statement.query_row([conversation.as_bytes()], read))?;
    Ok(row.unwrap_or(TimerRow {
        seconds: 0,
        at: Timestamp::from_millis(0),
        op: None,
    }))
}

/// Sets the timer of a conversation, here or still to come.
///
/// # Errors
/// When the file cannot be written.
pub fn set(
    connection: &Connection,
    conversation: ConversationId,
    timer: &TimerRow,
) -> Result<(), StoreError> {
    let op = timer.op.map(|op| op.to_vec()).unwrap_or_default();
    let at = number(timer.at.as_millis());
    connection
        .prepare_cached(
            "INSERT INTO conversation_state (conversation_id, timer, timer_at, timer_op) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (conversation_id) DO UPDATE SET
                 timer = excluded.timer, timer_at = excluded.timer_at, timer_op = excluded.timer_op",
        )?
        .execute(params![conversation.as_bytes(), timer.seconds, at, op])?;
    connection
        .prepare_cached(
            "UPDATE conversation SET timer = ?2, timer_at = ?3, timer_op = ?4 WHERE conversation_id = ?1",
        )?
        .execute(params![conversation.as_bytes(), timer.seconds, at, op])?;
    Ok(())
}

/// Starts the clocks of what others wrote up to `position`, as read at `at`; answers the rows.
///
/// # Errors
/// When the file cannot be written.
pub fn start(
    connection: &Connection,
    conversation: i64,
    position: u64,
    at: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE message SET expires_at = ?3 + timer * 1000
         WHERE conversation = ?1 AND position <= ?2 AND timer IS NOT NULL AND expires_at IS NULL AND state = 5
         RETURNING message",
    )?;
    let rows = statement
        .query_map(
            params![conversation, number(position), number(at.as_millis())],
            |row| row.get(0),
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Starts the clock of an own message, which the server accepted at `at`.
///
/// # Errors
/// When the file cannot be written.
pub fn start_own(connection: &Connection, message: i64, at: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE message SET expires_at = ?2 + timer * 1000
             WHERE message = ?1 AND timer IS NOT NULL AND expires_at IS NULL",
        )?
        .execute(params![message, number(at.as_millis())])?;
    Ok(())
}

/// A message whose time is over.
#[derive(Debug, Clone, Copy)]
pub struct ExpiredRow {
    /// Row number.
    pub message: i64,
    /// Its id.
    pub id: MessageId,
    /// Row number of its conversation.
    pub conversation: i64,
    /// Its conversation.
    pub place: ConversationId,
    /// It counts as unread.
    pub is_unread: bool,
}

/// Up to `limit` messages whose time is over, the first ones first.
///
/// # Errors
/// When the file cannot be read.
pub fn expired(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ExpiredRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT m.message, m.message_id, m.conversation, c.conversation_id,
             m.state = 5 AND m.sequence > 0 AND m.position > c.read_position
         FROM message m JOIN conversation c ON c.conversation = m.conversation
         WHERE m.expires_at <= ?1 ORDER BY m.expires_at LIMIT ?2",
    )?;
    let rows = statement
        .query_map(
            params![number(now.as_millis()), number(limit as u64)],
            |row| {
                Ok(ExpiredRow {
                    message: row.get(0)?,
                    id: id(row, 1)?,
                    conversation: row.get(2)?,
                    place: id(row, 3)?,
                    is_unread: row.get(4)?,
                })
            },
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// When the next message goes.
///
/// # Errors
/// When the file cannot be read.
pub fn next(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let at = connection
        .prepare_cached("SELECT min(expires_at) FROM message WHERE expires_at IS NOT NULL")?
        .query_row([], |row| row.get::<_, Option<u64>>(0))?;
    Ok(at.map(Timestamp::from_millis))
}
