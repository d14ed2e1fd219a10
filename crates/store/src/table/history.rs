//! Messages with all that belongs to them, as one device of an account gives them to another; and how far fetching
//! them has come.

use pipit_domain::{AccountId, ConversationId, DeviceId, MessageId, Redacted, Timestamp};
use rusqlite::{Connection, params};

use super::deed::{self, DeedKind, DeedRow};
use super::delivery::DeliveryRow;
use super::edit::{self, EditRow};
use super::message::{self, MessageRow};
use super::system_line::{self, SystemLineRow};
use super::{found, id, number, optional_id, time};
use crate::StoreError;

/// Two devices tell the time of one change this far apart, at most.
const LINES_APART_MS: u64 = 5_000;

/// A reaction with whose it is.
#[derive(Debug, Clone)]
pub struct ReactionRow {
    /// Its id.
    pub id: MessageId,
    /// The emoji.
    pub emoji: String,
    /// Whose.
    pub sender: AccountId,
    /// When the server accepted it.
    pub at: Timestamp,
}

/// A message with all that belongs to it.
#[derive(Debug, Clone)]
pub struct WholeMessage {
    /// The message. Row numbers in it are those of the device that it was read on.
    pub row: MessageRow,
    /// The encoded content, where the text is not all of it.
    pub content: Option<Redacted<Vec<u8>>>,
    /// When it was pinned.
    pub pinned_at: Option<Timestamp>,
    /// What a line of the app's own is about.
    pub line: Option<SystemLineRow>,
    /// Its texts, when it was edited.
    pub edits: Vec<EditRow>,
    /// Reactions to it.
    pub reactions: Vec<ReactionRow>,
    /// What was done to it where the last one counts.
    pub deeds: Vec<(DeedKind, DeedRow)>,
    /// Who has it, and who has read it.
    pub deliveries: Vec<DeliveryRow>,
}

/// All that belongs to a message.
///
/// # Errors
/// When the file cannot be read.
pub fn whole(connection: &Connection, row: MessageRow) -> Result<WholeMessage, StoreError> {
    let message = row.message;
    let (content, pinned_at) = connection
        .prepare_cached("SELECT content, pinned_at FROM message WHERE message = ?1")?
        .query_row([message], |row| {
            Ok((
                row.get::<_, Option<Vec<u8>>>(0)?,
                row.get::<_, Option<u64>>(1)?,
            ))
        })?;
    let mut deeds = Vec::new();
    for kind in [DeedKind::Vote, DeedKind::Pin, DeedKind::Close] {
        let of_kind = deed::list(connection, message, kind)?;
        deeds.extend(of_kind.into_iter().map(|deed| (kind, deed)));
    }
    Ok(WholeMessage {
        content: content.map(Redacted),
        pinned_at: pinned_at.map(Timestamp::from_millis),
        line: system_line::get(connection, message)?,
        edits: edit::list(connection, message)?,
        reactions: reactions(connection, message)?,
        deeds,
        deliveries: deliveries(connection, message)?,
        row,
    })
}

fn reactions(connection: &Connection, message: i64) -> Result<Vec<ReactionRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT reaction_id, emoji, sender, at FROM reaction WHERE message = ?1 ORDER BY at, reaction_id",
    )?;
    let rows = statement
        .query_map([message], |row| {
            Ok(ReactionRow {
                id: id(row, 0)?,
                emoji: row.get(1)?,
                sender: id(row, 2)?,
                at: time(row, 3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn deliveries(connection: &Connection, message: i64) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id, delivered_at, read_at FROM delivery WHERE message = ?1 ORDER BY account_id",
    )?;
    let time = |at: Option<u64>| at.map(Timestamp::from_millis);
    let rows = statement
        .query_map([message], |row| {
            Ok(DeliveryRow {
                account: id(row, 0)?,
                has_it: true,
                delivered_at: time(row.get(1)?),
                read_at: time(row.get(2)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Adds a message with all that belongs to it, at its `row.position` and in its `row.conversation`; answers its row
/// number.
///
/// # Errors
/// When its id, envelope or position is here already, or the file cannot be written.
pub fn insert(connection: &Connection, whole: &WholeMessage) -> Result<i64, StoreError> {
    let (row, details) = (&whole.row, &whole.row.details);
    let new = message::NewMessage {
        id: row.id,
        conversation: row.conversation,
        position: row.position,
        sender: row.sender,
        sent_at: row.sent_at,
        accepted_at: row.accepted_at,
        sequence: 0,
        kind: row.kind,
        state: row.state,
        sent_here: false,
        envelope: row.envelope,
        text: Redacted(&row.text.0),
        content: whole.content.as_ref().map(|kept| Redacted(&kept.0[..])),
        details: details.clone(),
    };
    let message = message::insert(connection, &new)?;
    let at = |at: Option<Timestamp>| at.map(|at| number(at.as_millis()));
    connection
        .prepare_cached(
            "UPDATE message SET edited_at = ?2, pinned_at = ?3, is_starred = ?4, closed_at = ?5, delivered = ?6,
                 been_read = ?7
             WHERE message = ?1",
        )?
        .execute(params![
            message,
            at(details.edited_at),
            at(whole.pinned_at),
            details.is_starred,
            at(details.closed_at),
            number(details.delivered),
            number(details.read)
        ])?;
    if let Some(line) = &whole.line {
        system_line::set(connection, message, line)?;
    }
    for edit in &whole.edits {
        edit::put(connection, message, edit)?;
    }
    for reaction in &whole.reactions {
        let ReactionRow {
            id, emoji, sender, ..
        } = reaction;
        super::reaction::put(connection, message, *id, *sender, emoji, reaction.at)?;
    }
    for (kind, row) in &whole.deeds {
        deed::put(connection, message, *kind, row)?;
    }
    for row in &whole.deliveries {
        connection
            .prepare_cached(
                "INSERT INTO delivery (message, account_id, delivered_at, read_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (message, account_id) DO NOTHING",
            )?
            .execute(params![
                message,
                row.account.as_bytes(),
                at(row.delivered_at),
                at(row.read_at)
            ])?;
    }
    Ok(message)
}

/// Whether a line like this one stands here already: devices write the same one of what they all see, each under an id
/// of its own.
///
/// # Errors
/// When the file cannot be read.
pub fn has_line(
    connection: &Connection,
    row: &MessageRow,
    line: &SystemLineRow,
) -> Result<bool, StoreError> {
    let at = row.sent_at.as_millis();
    let position = |at: u64| number(at.saturating_mul(message::POSITIONS_PER_MS));
    let bytes = |account: &Option<AccountId>| account.as_ref().map(AccountId::to_vec);
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM message JOIN system_line USING (message)
         WHERE conversation = ?1 AND position BETWEEN ?2 AND ?3 AND kind = 4 AND text = ?4
             AND actor IS ?5 AND target IS ?6 AND value = ?7",
    )?;
    Ok(statement.exists(params![
        row.conversation,
        position(at.saturating_sub(LINES_APART_MS)),
        position(at + LINES_APART_MS),
        row.text.0,
        bytes(&line.actor),
        bytes(&line.target),
        line.value.0
    ])?)
}

/// Row numbers of the conversations with messages above `after`, rising, at most so many.
///
/// # Errors
/// When the file cannot be read.
pub fn conversations(
    connection: &Connection,
    after: i64,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation FROM conversation WHERE conversation > ?1 AND message_count > 0
         ORDER BY conversation LIMIT ?2",
    )?;
    let rows = statement
        .query_map(params![after, number(limit as u64)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Messages of all conversations.
///
/// # Errors
/// When the file cannot be read.
pub fn count(connection: &Connection) -> Result<u64, StoreError> {
    Ok(connection
        .prepare_cached("SELECT coalesce(sum(message_count), 0) FROM conversation")?
        .query_row([], |row| row.get(0))?)
}

/// How far fetching is. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// To be asked for.
    Wanted = 0,
    /// Asked for.
    Asked = 1,
    /// The list of conversations is coming.
    Listing = 2,
    /// Messages are coming.
    Fetching = 3,
    /// All is here.
    Done = 4,
}

/// What is known of the history that this device fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchRow {
    /// How far it is.
    pub stage: Stage,
    /// Where it comes from.
    pub source: Option<DeviceId>,
    /// The last question or answer.
    pub heard_at: Timestamp,
    /// Of the source's list.
    pub listed: u64,
    /// Messages that there are.
    pub total: u64,
    /// Those that have come.
    pub received: u64,
    /// What was accepted before is here.
    pub since: Timestamp,
}

/// What is known of it; `None` when this device needs none.
///
/// # Errors
/// When the file cannot be read.
pub fn fetching(connection: &Connection) -> Result<Option<FetchRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT stage, source, heard_at, listed, total, received, since FROM history_fetch",
    )?;
    found(statement.query_row([], |row| {
        let stage = match row.get::<_, i64>(0)? {
            0 => Stage::Wanted,
            1 => Stage::Asked,
            2 => Stage::Listing,
            3 => Stage::Fetching,
            4 => Stage::Done,
            other => return Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
        };
        Ok(FetchRow {
            stage,
            source: optional_id(row, 1)?,
            heard_at: time(row, 2)?,
            listed: row.get(3)?,
            total: row.get(4)?,
            received: row.get(5)?,
            since: time(row, 6)?,
        })
    }))
}

/// Keeps how far it is.
///
/// # Errors
/// When the file cannot be written.
pub fn set_fetching(connection: &Connection, fetch: &FetchRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO history_fetch (only, stage, source, heard_at, listed, total, received, since)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            fetch.stage as i64,
            fetch.source.as_ref().map(|source| &source.as_bytes()[..]),
            number(fetch.heard_at.as_millis()),
            number(fetch.listed),
            number(fetch.total),
            number(fetch.received),
            number(fetch.since.as_millis())
        ])?;
    Ok(())
}

/// Of a conversation something is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorRow {
    /// Which.
    pub conversation: ConversationId,
    /// Position, at the source, of the oldest message that has come; 0: none has.
    pub below: u64,
    /// Its newest messages have come.
    pub is_begun: bool,
}

/// Those that are next, of conversations that are here: first those of which nothing has come, and the one with the
/// newest message first.
///
/// # Errors
/// When the file cannot be read.
pub fn cursors(connection: &Connection, limit: usize) -> Result<Vec<CursorRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation_id, below, is_begun FROM history_cursor AS cursor
         WHERE EXISTS (SELECT 1 FROM conversation WHERE conversation_id = cursor.conversation_id)
         ORDER BY is_begun, updated_at DESC LIMIT ?1",
    )?;
    let rows = statement
        .query_map([number(limit as u64)], |row| {
            Ok(CursorRow {
                conversation: id(row, 0)?,
                below: row.get(1)?,
                is_begun: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// A conversation of which everything is to come, unless something of it has come already.
///
/// # Errors
/// When the file cannot be written.
pub fn add_cursor(
    connection: &Connection,
    conversation: ConversationId,
    updated_at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO history_cursor (conversation_id, updated_at) VALUES (?1, ?2)
             ON CONFLICT (conversation_id) DO NOTHING",
        )?
        .execute(params![
            conversation.as_bytes(),
            number(updated_at.as_millis())
        ])?;
    Ok(())
}

/// Moves on in a conversation: what is below this position is still to come; `None`: nothing is. Answers whether it
/// stood at `from`; else what came was asked for before and is nothing new.
///
/// # Errors
/// When the file cannot be written.
pub fn move_cursor(
    connection: &Connection,
    conversation: ConversationId,
    from: u64,
    to: Option<u64>,
) -> Result<bool, StoreError> {
    let changed = match to {
        Some(below) => connection
            .prepare_cached(
                "UPDATE history_cursor SET below = ?3, is_begun = 1 WHERE conversation_id = ?1 AND below = ?2",
            )?
            .execute(params![
                conversation.as_bytes(),
                number(from),
                number(below)
            ])?,
        None => connection
            .prepare_cached("DELETE FROM history_cursor WHERE conversation_id = ?1 AND below = ?2")?
            .execute(params![conversation.as_bytes(), number(from)])?,
    };
    Ok(changed > 0)
}
