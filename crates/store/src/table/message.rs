//! Messages: the history. Windows are read by position, never by offset, so that the cost of a screen
//! does not grow with what lies above it.

mod mark;
mod position;
mod window;

use pipit_domain::{AccountId, EnvelopeId, MessageId, Redacted, Timestamp};
use rusqlite::{Connection, Row, params};

use super::{found, id, number, optional_id, time};
use crate::StoreError;

pub use mark::{pinned, pinned_count, set_closed, set_pinned, set_starred, starred};
pub(super) use position::position_again;
pub use position::{
    earlier_position, free_position, given_position, last_position, mailbox_position,
};
pub use window::{
    after, any_delivered, before, by_envelope, by_row, first_unread, get, is_unread, last_came,
    mentions, newest, newest_received, of_version, replies, undelivered,
};

/// Positions in one millisecond: see [`MessageRow::position`].
pub const POSITIONS_PER_MS: u64 = 1000;

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
    /// Unique in the conversation and never changed: about server-clock milliseconds times
    /// [`POSITIONS_PER_MS`]. See [`mailbox_position`] and [`last_position`].
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
    /// From [`mailbox_position`] or [`last_position`].
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
