//! Messages: the history. Windows are read by position, never by offset, so that the cost of a screen
//! does not grow with what lies above it.

use pipit_domain::{AccountId, EnvelopeId, MessageId, Redacted, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{found, id, number, time};
use crate::StoreError;

/// Positions in one millisecond: see [`MessageRow::position`].
pub const POSITIONS_PER_MS: u64 = 1000;
/// Positions between two messages of one sender, at most. A connection has at most 64 deliveries under
/// way, and what overtakes is among them.
const ROOM_MAX: u64 = 250;

/// What sort of row. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// Text.
    Text = 1,
    /// It came and could not be decrypted.
    Unreadable = 2,
    /// Made with a newer version; `content` keeps it.
    Newer = 3,
    /// A line of the app's own; `text` holds its stable word.
    System = 4,
}

/// Where a message stands. The numbers are stored; 1 and 5 stand in indices of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Own: in the outbox.
    Queued = 0,
    /// Own: the server has it.
    Accepted = 1,
    /// Own: every other account has it.
    Delivered = 2,
    /// Own: read.
    Read = 3,
    /// Own: refused; waits in the outbox for a decision.
    Failed = 4,
    /// Somebody else's.
    Received = 5,
}

/// One message.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Row number on this device.
    pub message: i64,
    /// Its id.
    pub id: MessageId,
    /// Row number of its conversation.
    pub conversation: i64,
    /// Unique in the conversation and never changed: server-clock milliseconds times
    /// [`POSITIONS_PER_MS`], raised until free and after the sender's message before.
    pub position: u64,
    /// Whose.
    pub sender: AccountId,
    /// By the sender's clock.
    pub sent_at: Timestamp,
    /// By the server's clock.
    pub accepted_at: Option<Timestamp>,
    /// What sort.
    pub kind: MessageKind,
    /// Where it stands.
    pub state: MessageState,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// The envelope that carries or carried it.
    pub envelope: EnvelopeId,
    /// What was written.
    pub text: Redacted<String>,
}

/// A message to be added.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: MessageId,
    /// Row number of its conversation.
    pub conversation: i64,
    /// From [`free_position`] or [`last_position`].
    pub position: u64,
    /// Whose.
    pub sender: AccountId,
    /// By the sender's clock.
    pub sent_at: Timestamp,
    /// By the server's clock.
    pub accepted_at: Option<Timestamp>,
    /// Of this device's mailbox, when it came by that; else 0.
    pub sequence: u64,
    /// What sort.
    pub kind: MessageKind,
    /// Where it stands.
    pub state: MessageState,
    /// This very device sends it.
    pub sent_here: bool,
    /// The envelope that carries it.
    pub envelope: EnvelopeId,
    /// What was written.
    pub text: Redacted<&'a str>,
    /// The encoded content, where this build does not show all of it.
    pub content: Option<Redacted<&'a [u8]>>,
}

const COLUMNS: &str =
    "message, message_id, conversation, position, sender, sent_at, accepted_at, kind, state,
     failure, envelope_id, text";

fn read(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let kind = match row.get::<_, i64>(7)? {
        1 => MessageKind::Text,
        2 => MessageKind::Unreadable,
        3 => MessageKind::Newer,
        4 => MessageKind::System,
        other => return Err(rusqlite::Error::IntegralValueOutOfRange(7, other)),
    };
    let state = match row.get::<_, i64>(8)? {
        0 => MessageState::Queued,
        1 => MessageState::Accepted,
        2 => MessageState::Delivered,
        3 => MessageState::Read,
        4 => MessageState::Failed,
        5 => MessageState::Received,
        other => return Err(rusqlite::Error::IntegralValueOutOfRange(8, other)),
    };
    Ok(MessageRow {
        message: row.get(0)?,
        id: id(row, 1)?,
        conversation: row.get(2)?,
        position: row.get(3)?,
        sender: id(row, 4)?,
        sent_at: time(row, 5)?,
        accepted_at: row.get::<_, Option<u64>>(6)?.map(Timestamp::from_millis),
        kind,
        state,
        failure: row.get(9)?,
        envelope: id(row, 10)?,
        text: Redacted(row.get(11)?),
    })
}

/// The first free position from `from` on for a message of `sender` that the mailbox held at `sequence`
/// (0 for none): after the sender's newest message, so that what one device sends stays in its order,
/// and with room for what the mailbox held between the two.
///
/// # Errors
/// When the file cannot be read.
pub fn free_position(
    connection: &Connection,
    conversation: i64,
    sender: AccountId,
    from: u64,
    sequence: u64,
) -> Result<u64, StoreError> {
    let newest = connection
        .prepare_cached(
            "SELECT position, sequence FROM message
             WHERE conversation = ?1 AND sender = ?2 AND sent_here = 0 ORDER BY position DESC LIMIT 1",
        )?
        .query_row(params![conversation, sender.as_bytes()], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))
        })
        .optional()?;
    let after = newest.map_or(0, |(position, newest)| position + room(newest, sequence));
    let mut position = after.max(from);
    let mut taken = connection.prepare_cached(
        "SELECT position FROM message WHERE conversation = ?1 AND position >= ?2 ORDER BY position",
    )?;
    let mut rows = taken.query(params![conversation, number(position)])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, u64>(0)? != position {
            break;
        }
        position += 1;
    }
    Ok(position)
}

/// How far apart two messages of one sender are placed: as far as in the mailbox, so that whatever it
/// held between them has a place if it comes late. Beyond the bound nothing is late any more.
fn room(sequence: u64, later: u64) -> u64 {
    later.saturating_sub(sequence).clamp(1, ROOM_MAX)
}

/// A position for a message that the mailbox held at `sequence` and that came after later ones of its
/// sender: before those, and free. `None` when nothing later of the sender's came before it, or when
/// there is no room between. Later is what has a higher sequence and no earlier time: so a server whose
/// counting starts over, or whose clock is put back, changes no order.
///
/// # Errors
/// When the file cannot be read.
pub fn late_position(
    connection: &Connection,
    conversation: i64,
    sender: AccountId,
    accepted_at: Timestamp,
    sequence: u64,
) -> Result<Option<u64>, StoreError> {
    let mut newest = connection.prepare_cached(
        "SELECT position, sequence, accepted_at FROM message
         WHERE conversation = ?1 AND sender = ?2 AND sent_here = 0 ORDER BY position DESC",
    )?;
    let mut rows = newest.query(params![conversation, sender.as_bytes()])?;
    let mut next = None;
    let mut before = None;
    while let Some(row) = rows.next()? {
        let at = row.get::<_, Option<u64>>(2)?.unwrap_or(0);
        let here = (row.get::<_, u64>(0)?, row.get::<_, u64>(1)?);
        if here.1 <= sequence || at < accepted_at.as_millis() {
            before = Some(here);
            break;
        }
        next = Some(here);
    }
    let Some((next, next_sequence)) = next else {
        return Ok(None);
    };
    // As far from its neighbours as in the mailbox: there is a place for each that is still to come.
    let after = before.map_or(0, |(position, _)| position + 1);
    let wanted = before
        .map_or(0, |(position, before)| position + room(before, sequence))
        .max(accepted_at.as_millis() * POSITIONS_PER_MS)
        .min(next.saturating_sub(room(sequence, next_sequence)))
        .max(after);
    let mut taken = connection
        .prepare_cached("SELECT 1 FROM message WHERE conversation = ?1 AND position = ?2")?;
    for position in (after..=wanted).rev().chain(wanted + 1..next) {
        if position < next && !taken.exists(params![conversation, number(position)])? {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

/// A position behind everything in the conversation, and not before `now` (server clock): where a
/// message that is written now belongs.
///
/// # Errors
/// When the file cannot be read.
pub fn last_position(
    connection: &Connection,
    conversation: i64,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let newest = connection
        .prepare_cached("SELECT max(position) FROM message WHERE conversation = ?1")?
        .query_row([conversation], |row| row.get::<_, Option<u64>>(0))?;
    Ok(newest
        .map_or(0, |newest| newest + 1)
        .max(now.as_millis() * POSITIONS_PER_MS))
}

/// Adds a message; answers its row number.
///
/// # Errors
/// When its id or envelope is here already, or the file cannot be written.
pub fn insert(connection: &Connection, new: &NewMessage<'_>) -> Result<i64, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO message (message_id, conversation, position, sender, sent_at, accepted_at, sequence, kind,
                 state, sent_here, envelope_id, text, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            new.id.as_bytes(),
            new.conversation,
            number(new.position),
            new.sender.as_bytes(),
            number(new.sent_at.as_millis()),
            new.accepted_at.map(|at| number(at.as_millis())),
            number(new.sequence),
            new.kind as i64,
            new.state as i64,
            new.sent_here,
            new.envelope.as_bytes(),
            new.text.0,
            new.content.map(|content| content.0),
        ])?;
    Ok(connection.last_insert_rowid())
}

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

/// The oldest message of others after what was read.
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
         WHERE conversation = ?1 AND position > ?2 AND state = 5 AND sender <> ?3
         ORDER BY position LIMIT 1",
    )?;
    found(statement.query_row(
        params![conversation, number(read_position), own.as_bytes()],
        |row| id(row, 0),
    ))
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

/// Moves an own message on: to accepted, with the server's time.
///
/// # Errors
/// When the file cannot be written.
pub fn set_accepted(
    connection: &Connection,
    message: i64,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE message SET state = 1, accepted_at = ?2, failure = NULL WHERE message = ?1 AND state IN (0, 4)",
        )?
        .execute(params![message, number(at.as_millis())])?;
    Ok(())
}

/// Moves an own message on; a failure has its stable word.
///
/// # Errors
/// When the file cannot be written.
pub fn set_state(
    connection: &Connection,
    message: i64,
    state: MessageState,
    failure: Option<&str>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE message SET state = ?2, failure = ?3 WHERE message = ?1")?
        .execute(params![message, state as i64, failure])?;
    Ok(())
}

/// Removes a message.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(connection: &Connection, message: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM message WHERE message = ?1")?
        .execute([message])?;
    Ok(())
}
