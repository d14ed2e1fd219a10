//! What this person has set for a conversation. Rows are by the conversation's id, and appear with the first
//! thing that is set; none means that nothing was.

use pipit_domain::{AccountId, ConversationId, Timestamp};
use rusqlite::{Connection, Row, ToSql, params};

use super::{found, id, number};
use crate::StoreError;

/// What is set for a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateRow {
    /// Nobody is told of its messages by the operating system.
    pub is_muted: bool,
    /// When that ends by itself; `None`: it does not.
    pub muted_until: Option<Timestamp>,
    /// Out of sight until something new comes.
    pub is_archived: bool,
    /// Its place among the pinned ones, rising; `None`: not pinned.
    pub pin_order: Option<u64>,
    /// To be come back to.
    pub is_marked_unread: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    Ok(StateRow {
        is_muted: row.get(0)?,
        muted_until: row.get::<_, Option<u64>>(1)?.map(Timestamp::from_millis),
        is_archived: row.get(2)?,
        pin_order: row.get(3)?,
        is_marked_unread: row.get(4)?,
    })
}

/// What is set for a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, conversation: ConversationId) -> Result<StateRow, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT is_muted, muted_until, is_archived, pin_order, is_marked_unread
         FROM conversation_state WHERE conversation_id = ?1",
    )?;
    let row = found(statement.query_row([conversation.as_bytes()], read))?;
    Ok(row.unwrap_or_default())
}

/// Sets one column; the name is ours.
fn set(
    connection: &Connection,
    conversation: ConversationId,
    column: &str,
    value: &dyn ToSql,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO conversation_state (conversation_id, {column}) VALUES (?1, ?2)
         ON CONFLICT (conversation_id) DO UPDATE SET {column} = excluded.{column}"
    );
    connection
        .prepare_cached(&sql)?
        .execute(params![conversation.as_bytes(), value])?;
    Ok(())
}

/// Mutes it, until a time or until it is taken back, or takes that back.
///
/// # Errors
/// When the file cannot be written.
pub fn set_muted(
    connection: &Connection,
    conversation: ConversationId,
    is_muted: bool,
    until: Option<Timestamp>,
) -> Result<(), StoreError> {
    let until = until.filter(|_| is_muted).map(|at| number(at.as_millis()));
    set(connection, conversation, "is_muted", &is_muted)?;
    set(connection, conversation, "muted_until", &until)
}

/// Archives it, or takes that back.
///
/// # Errors
/// When the file cannot be written.
pub fn set_archived(
    connection: &Connection,
    conversation: ConversationId,
    is_archived: bool,
) -> Result<(), StoreError> {
    set(connection, conversation, "is_archived", &is_archived)
}

/// Pins it at a place, or takes it off.
///
/// # Errors
/// When the file cannot be written.
pub fn set_pinned(
    connection: &Connection,
    conversation: ConversationId,
    order: Option<u64>,
) -> Result<(), StoreError> {
    set(connection, conversation, "pin_order", &order.map(number))
}

/// Marks it as unread, or takes that back.
///
/// # Errors
/// When the file cannot be written.
pub fn set_marked_unread(
    connection: &Connection,
    conversation: ConversationId,
    is_marked: bool,
) -> Result<(), StoreError> {
    set(connection, conversation, "is_marked_unread", &is_marked)
}

/// Keeps how far it was read, for when the conversation comes to this device.
///
/// # Errors
/// When the file cannot be written.
pub fn set_read_position(
    connection: &Connection,
    conversation: ConversationId,
    position: u64,
) -> Result<(), StoreError> {
    set(connection, conversation, "read_position", &number(position))
}

/// Keeps the draft, for when the conversation comes to this device.
///
/// # Errors
/// When the file cannot be written.
pub fn set_draft(
    connection: &Connection,
    conversation: ConversationId,
    draft: &str,
) -> Result<(), StoreError> {
    set(connection, conversation, "draft", &draft)
}

/// Notes up to which position its messages are to be removed; `None`: they have been.
///
/// # Errors
/// When the file cannot be written.
pub fn set_cleared(
    connection: &Connection,
    conversation: ConversationId,
    position: Option<u64>,
) -> Result<(), StoreError> {
    set(
        connection,
        conversation,
        "cleared_position",
        &position.map(number),
    )
}

/// A conversation with messages to be removed, and up to which position.
///
/// # Errors
/// When the file cannot be read.
pub fn next_cleared(connection: &Connection) -> Result<Option<(ConversationId, u64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation_id, cleared_position FROM conversation_state
         WHERE cleared_position IS NOT NULL LIMIT 1",
    )?;
    found(statement.query_row([], |row| Ok((id(row, 0)?, row.get(1)?))))
}

/// Notes who added this account to a group.
///
/// # Errors
/// When the file cannot be written.
pub fn set_inviter(
    connection: &Connection,
    conversation: ConversationId,
    inviter: AccountId,
) -> Result<(), StoreError> {
    set(
        connection,
        conversation,
        "invited_by",
        &inviter.as_bytes().as_slice(),
    )
}

/// Who added this account to a group that the person has not accepted; `None`: accepted, or nobody did.
///
/// # Errors
/// When the file cannot be read.
pub fn inviter(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<Option<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT invited_by FROM conversation_state
         WHERE conversation_id = ?1 AND is_accepted = 0 AND invited_by IS NOT NULL",
    )?;
    found(statement.query_row([conversation.as_bytes()], |row| id(row, 0)))
}

/// Groups that strangers have added this account to, at most `limit`: the newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn invitations(connection: &Connection, limit: usize) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation FROM conversation
         JOIN conversation_state USING (conversation_id)
         JOIN chat_group USING (conversation)
         LEFT JOIN person ON person.account_id = invited_by
         WHERE conversation_state.is_accepted = 0 AND invited_by IS NOT NULL AND membership = 0
             AND (is_opened = 1 OR message_count > 0)
             AND coalesce(person.is_accepted, 0) = 0
         ORDER BY updated_at DESC LIMIT ?1",
    )?;
    let rows = statement
        .query_map([number(limit as u64)], |row| row.get(0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Notes that the person agrees to be in a group.
///
/// # Errors
/// When the file cannot be written.
pub fn set_accepted(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    set(connection, conversation, "is_accepted", &true)
}

/// Notes which version of the own profile the others in a conversation have been told.
///
/// # Errors
/// When the file cannot be written.
pub fn set_profile_told(
    connection: &Connection,
    conversation: ConversationId,
    version: u64,
) -> Result<(), StoreError> {
    set(connection, conversation, "profile_told", &number(version))
}

/// Which version of the own profile the others in a conversation have been told; 0: none.
///
/// # Errors
/// When the file cannot be read.
pub fn profile_told(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<u64, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT profile_told FROM conversation_state WHERE conversation_id = ?1")?;
    let told = found(statement.query_row([conversation.as_bytes()], |row| row.get(0)))?;
    Ok(told.unwrap_or(0))
}

/// How many conversations are pinned.
///
/// # Errors
/// When the file cannot be read.
pub fn pinned_count(connection: &Connection) -> Result<usize, StoreError> {
    let count = connection
        .prepare_cached("SELECT count(*) FROM conversation_state WHERE pin_order IS NOT NULL")?
        .query_row([], |row| row.get(0))?;
    Ok(count)
}

/// The highest place of a pinned conversation; 0 when there is none.
///
/// # Errors
/// When the file cannot be read.
pub fn last_pin(connection: &Connection) -> Result<u64, StoreError> {
    let last = connection
        .prepare_cached("SELECT coalesce(max(pin_order), 0) FROM conversation_state")?
        .query_row([], |row| row.get(0))?;
    Ok(last)
}

/// Ends the mutes whose time has come; answers where.
///
/// # Errors
/// When the file cannot be written.
pub fn end_mutes(
    connection: &Connection,
    now: Timestamp,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE conversation_state SET is_muted = 0, muted_until = NULL
         WHERE muted_until <= ?1 RETURNING conversation_id",
    )?;
    let ended = statement
        .query_map([number(now.as_millis())], |row| id(row, 0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ended)
}

/// When the next mute ends.
///
/// # Errors
/// When the file cannot be read.
pub fn next_mute_end(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let at = connection
        .prepare_cached(
            "SELECT min(muted_until) FROM conversation_state WHERE muted_until IS NOT NULL",
        )?
        .query_row([], |row| row.get::<_, Option<u64>>(0))?;
    Ok(at.map(Timestamp::from_millis))
}
