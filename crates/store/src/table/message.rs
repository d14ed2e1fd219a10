//! Messages: the history. Windows are read by position, never by offset, so that the cost of a screen
//! does not grow with what lies above it.

mod mark;

use pipit_domain::{AccountId, EnvelopeId, MessageId, Redacted, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{found, id, number, optional_id, time};
use crate::StoreError;

pub use mark::{pinned, pinned_count, set_closed, set_pinned, set_starred, starred};

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
    /// A question to choose an answer to; `text` holds the question, `content` all of it.
    Poll = 5,
    /// Taken back by its sender (or who else may): nothing of it is left.
    Deleted = 6,
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
    /// What else is known of it.
    pub details: MessageDetails,
}

/// What a message is beside its text, and what was done to it.
#[derive(Debug, Clone, Default)]
pub struct MessageDetails {
    /// What it answers; not necessarily here.
    pub in_reply_to: Option<MessageId>,
    /// When its sender last changed the text.
    pub edited_at: Option<Timestamp>,
    /// Written elsewhere and passed on.
    pub is_forwarded: bool,
    /// It names this account.
    pub mentions_me: bool,
    /// At the head of its conversation.
    pub is_pinned: bool,
    /// Marked by this person.
    pub is_starred: bool,
    /// Seconds after which it disappears, once read (own: accepted).
    pub timer: Option<u32>,
    /// When it disappears (server clock), once that is known.
    pub expires_at: Option<Timestamp>,
    /// A poll: when it was closed.
    pub closed_at: Option<Timestamp>,
    /// Own: accounts that it was sent to.
    pub recipients: u64,
    /// Own: accounts of them that have it.
    pub delivered: u64,
    /// Own: accounts of them that have read it.
    pub read: u64,
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
    /// What else is known of it. What is only done to a message later (edits, pins, stars, reports) is not
    /// written.
    pub details: MessageDetails,
}

const COLUMNS: &str =
    "message, message_id, conversation, position, sender, sent_at, accepted_at, kind, state,
     failure, envelope_id, text, in_reply_to, edited_at, is_forwarded, mentions_me, pinned_at IS NOT NULL,
     is_starred, timer, expires_at, closed_at, recipients, delivered, been_read";

fn read_details(row: &Row<'_>) -> rusqlite::Result<MessageDetails> {
    let time = |column| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row
            .get::<_, Option<u64>>(column)?
            .map(Timestamp::from_millis))
    };
    Ok(MessageDetails {
        in_reply_to: optional_id(row, 12)?,
        edited_at: time(13)?,
        is_forwarded: row.get(14)?,
        mentions_me: row.get(15)?,
        is_pinned: row.get(16)?,
        is_starred: row.get(17)?,
        timer: row.get(18)?,
        expires_at: time(19)?,
        closed_at: time(20)?,
        recipients: row.get(21)?,
        delivered: row.get(22)?,
        read: row.get(23)?,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let kind = match row.get::<_, i64>(7)? {
        1 => MessageKind::Text,
        2 => MessageKind::Unreadable,
        3 => MessageKind::Newer,
        4 => MessageKind::System,
        5 => MessageKind::Poll,
        6 => MessageKind::Deleted,
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
        details: read_details(row)?,
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
    first_free(connection, conversation, after.max(from))
}

/// The first position from this one on that no message has.
pub(super) fn first_free(
    connection: &Connection,
    conversation: i64,
    mut position: u64,
) -> Result<u64, StoreError> {
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
                 state, sent_here, envelope_id, text, content, in_reply_to, is_forwarded, mentions_me, timer,
                 expires_at, recipients)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
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
            new.details.in_reply_to.as_ref().map(|id| &id.as_bytes()[..]),
            new.details.is_forwarded,
            new.details.mentions_me,
            new.details.timer,
            new.details.expires_at.map(|at| number(at.as_millis())),
            number(new.details.recipients),
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

/// The newest message of others after one position and up to another, and where it stands.
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
                     AND sender <> ?4
                 ORDER BY position DESC LIMIT 1",
            )?
            .query_row(
                params![conversation, number(after), number(up_to), own.as_bytes()],
                |row| Ok((id(row, 0)?, row.get(1)?)),
            ),
    )
}

/// Notes how many accounts an own message is sent to.
///
/// # Errors
/// When the file cannot be written.
pub fn set_recipients(
    connection: &Connection,
    message: i64,
    recipients: u64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE message SET recipients = ?2 WHERE message = ?1")?
        .execute(params![message, number(recipients)])?;
    Ok(())
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

/// The encoded content that was kept with a message.
///
/// # Errors
/// When the file cannot be read.
pub fn content(connection: &Connection, message: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT content FROM message WHERE message = ?1")?;
    Ok(found(statement.query_row([message], |row| row.get(0)))?.flatten())
}

/// Replaces what a message says. `content` is what of it this build does not keep in columns.
///
/// # Errors
/// When the file cannot be written.
pub fn set_body(
    connection: &Connection,
    message: i64,
    kind: MessageKind,
    text: &str,
    content: Option<&[u8]>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE message SET kind = ?2, text = ?3, content = ?4 WHERE message = ?1")?
        .execute(params![message, kind as i64, text, content])?;
    Ok(())
}

/// Leaves nothing of a message but that it was there.
///
/// # Errors
/// When the file cannot be written.
pub fn erase(connection: &Connection, message: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE message SET kind = 6, text = '', content = NULL, in_reply_to = NULL, edited_at = NULL,
                 is_forwarded = 0, mentions_me = 0, pinned_at = NULL, is_starred = 0, closed_at = NULL
             WHERE message = ?1",
        )?
        .execute([message])?;
    for table in ["edit", "reaction", "deed"] {
        connection
            .prepare_cached(&format!("DELETE FROM {table} WHERE message = ?1"))?
            .execute([message])?;
    }
    Ok(())
}

/// Removes a message, and with it everything that belongs to it.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(connection: &Connection, message: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM message WHERE message = ?1")?
        .execute([message])?;
    Ok(())
}
