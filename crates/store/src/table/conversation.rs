//! Conversations, with the counts that the chat list shows kept beside them, so that the list costs
//! one row each however long the history is.

use pipit_domain::{AccountId, ConversationId, GroupId, Redacted, Timestamp};
use rusqlite::{Connection, Row, params};

use super::{found, id, number, optional_id, time};
use crate::StoreError;

/// What sort of conversation. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationKind {
    /// Two people.
    Direct = 1,
    /// Several.
    Group = 2,
    /// Note to self.
    OwnDevices = 3,
}

/// One conversation.
#[derive(Debug, Clone)]
pub struct ConversationRow {
    /// Row number on this device.
    pub conversation: i64,
    /// Its id.
    pub id: ConversationId,
    /// What sort.
    pub kind: ConversationKind,
    /// The other account of a 1:1.
    pub peer: Option<AccountId>,
    /// The MLS group, once created or joined.
    pub group: Option<GroupId>,
    /// The creation request that the server has not answered yet.
    pub pending_create: Option<Vec<u8>>,
    /// Text typed and not sent.
    pub draft: Redacted<String>,
    /// Sorts the list.
    pub updated_at: Timestamp,
    /// Everything up to this position is read.
    pub read_position: u64,
    /// Messages of others after it.
    pub unread: u64,
    /// Messages on this device.
    pub message_count: u64,
    /// The person has opened it here.
    pub is_opened: bool,
    /// What is sent from now on disappears so many seconds after reading; 0: it stays.
    pub timer: u32,
    /// A group that this account has left, is leaving, or was put out of.
    pub is_over: bool,
}

impl ConversationRow {
    /// Whether a person should see it: something is in it, it is a group that one is in, or the person has
    /// opened it. Else only devices have spoken to each other there.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.message_count > 0
            || self.is_opened
            || !self.draft.0.is_empty()
            || (self.kind == ConversationKind::Group && self.group.is_some() && !self.is_over)
    }
}

const COLUMNS: &str =
    "conversation, conversation_id, kind, peer, group_id, pending_create, draft, updated_at,
     read_position, unread, message_count, is_opened, timer,
     EXISTS (SELECT 1 FROM chat_group AS g WHERE g.conversation = conversation.conversation AND g.membership <> 0)";

fn read(row: &Row<'_>) -> rusqlite::Result<ConversationRow> {
    let kind = match row.get::<_, i64>(2)? {
        1 => ConversationKind::Direct,
        2 => ConversationKind::Group,
        3 => ConversationKind::OwnDevices,
        other => return Err(rusqlite::Error::IntegralValueOutOfRange(2, other)),
    };
    Ok(ConversationRow {
        conversation: row.get(0)?,
        id: id(row, 1)?,
        kind,
        peer: optional_id(row, 3)?,
        group: optional_id(row, 4)?,
        pending_create: row.get(5)?,
        draft: Redacted(row.get(6)?),
        updated_at: time(row, 7)?,
        read_position: row.get(8)?,
        unread: row.get(9)?,
        message_count: row.get(10)?,
        is_opened: row.get(11)?,
        timer: row.get(12)?,
        is_over: row.get(13)?,
    })
}

fn one(
    connection: &Connection,
    condition: &str,
    key: &dyn rusqlite::ToSql,
) -> Result<Option<ConversationRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM conversation WHERE {condition} = ?1");
    found(connection.prepare_cached(&sql)?.query_row([key], read))
}

/// The conversation of this id.
///
/// # Errors
/// When the file cannot be read.
pub fn get(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<ConversationRow>, StoreError> {
    one(connection, "conversation_id", &id.as_bytes())
}

/// The conversation of this row number.
///
/// # Errors
/// When the file cannot be read.
pub fn by_row(
    connection: &Connection,
    conversation: i64,
) -> Result<Option<ConversationRow>, StoreError> {
    one(connection, "conversation", &conversation)
}

/// The conversation whose MLS group this is, or that this device is joining by this group.
///
/// # Errors
/// When the file cannot be read.
pub fn by_group(
    connection: &Connection,
    group: GroupId,
) -> Result<Option<ConversationRow>, StoreError> {
    one(
        connection,
        "group_id = ?1 OR joining_group",
        &group.as_bytes(),
    )
}

/// All conversations, newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn list(connection: &Connection) -> Result<Vec<ConversationRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM conversation ORDER BY updated_at DESC, conversation DESC");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map([], read)?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Adds a conversation without a group; answers it. The one of the same id is answered when it is
/// there already.
///
/// # Errors
/// When the file cannot be written.
pub fn ensure(
    connection: &Connection,
    id: ConversationId,
    kind: ConversationKind,
    peer: Option<AccountId>,
    now: Timestamp,
) -> Result<ConversationRow, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO conversation (conversation_id, kind, peer, updated_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (conversation_id) DO NOTHING",
        )?
        .execute(params![
            id.as_bytes(),
            kind as i64,
            peer.as_ref().map(|peer| &peer.as_bytes()[..]),
            number(now.as_millis())
        ])?;
    get(connection, id)?.ok_or(StoreError::Value("conversation"))
}

/// Notes by which group this device is joining from outside; [`set_group`] ends that.
///
/// # Errors
/// When the file cannot be written.
pub fn set_joining(
    connection: &Connection,
    conversation: i64,
    group: GroupId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE conversation SET joining_group = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, group.as_bytes()])?;
    Ok(())
}

/// The group by which this device is, or was, joining from outside.
///
/// # Errors
/// When the file cannot be read.
pub fn joining(connection: &Connection, conversation: i64) -> Result<Option<GroupId>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT joining_group FROM conversation WHERE conversation = ?1")?;
    let joining = found(statement.query_row([conversation], |row| optional_id(row, 0)))?;
    Ok(joining.flatten())
}

/// Notes that this device does not join from outside any more.
///
/// # Errors
/// When the file cannot be written.
pub fn end_joining(connection: &Connection, conversation: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE conversation SET joining_group = NULL WHERE conversation = ?1")?
        .execute([conversation])?;
    Ok(())
}

/// Sets the MLS group, and the creation request that still has to reach the server (`None`: it need not).
///
/// # Errors
/// When the file cannot be written.
pub fn set_group(
    connection: &Connection,
    conversation: i64,
    group: Option<GroupId>,
    pending_create: Option<&[u8]>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE conversation SET group_id = ?2, pending_create = ?3,
                 joining_group = CASE WHEN ?2 IS NULL THEN joining_group END
             WHERE conversation = ?1",
        )?
        .execute(params![
            conversation,
            group.as_ref().map(|group| &group.as_bytes()[..]),
            pending_create
        ])?;
    Ok(())
}

/// Notes whether the person has opened it: then it is listed, whether or not something is in it.
///
/// # Errors
/// When the file cannot be written.
pub fn set_opened(
    connection: &Connection,
    conversation: i64,
    is_opened: bool,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE conversation SET is_opened = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, is_opened])?;
    Ok(())
}

/// Keeps the draft; empty clears it.
///
/// # Errors
/// When the file cannot be written.
pub fn set_draft(
    connection: &Connection,
    conversation: i64,
    draft: &str,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE conversation SET draft = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, draft])?;
    Ok(())
}

/// Counts a new message, and moves the conversation up the list.
///
/// # Errors
/// When the file cannot be written.
pub fn count_message(
    connection: &Connection,
    conversation: i64,
    is_unread: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE conversation SET message_count = message_count + 1, unread = unread + ?2,
                 updated_at = max(updated_at, ?3)
             WHERE conversation = ?1",
        )?
        .execute(params![
            conversation,
            i64::from(is_unread),
            number(at.as_millis())
        ])?;
    Ok(())
}

/// Uncounts an own message that was removed.
///
/// # Errors
/// When the file cannot be written.
pub fn uncount_message(connection: &Connection, conversation: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE conversation SET message_count = message_count - 1 WHERE conversation = ?1",
        )?
        .execute([conversation])?;
    Ok(())
}

/// Uncounts a message of others that was not read and is no longer there.
///
/// # Errors
/// When the file cannot be written.
pub fn uncount_unread(connection: &Connection, conversation: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE conversation SET unread = max(0, unread - 1) WHERE conversation = ?1",
        )?
        .execute([conversation])?;
    Ok(())
}

/// Uncounts a message that was removed.
///
/// # Errors
/// When the file cannot be written.
pub fn forget_message(
    connection: &Connection,
    conversation: i64,
    is_unread: bool,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE conversation SET message_count = max(0, message_count - 1), unread = max(0, unread - ?2)
             WHERE conversation = ?1",
        )?
        .execute(params![conversation, i64::from(is_unread)])?;
    Ok(())
}

/// Uncounts messages that were removed.
///
/// # Errors
/// When the file cannot be written.
pub fn uncount_messages(
    connection: &Connection,
    conversation: i64,
    count: usize,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE conversation SET message_count = max(0, message_count - ?2) WHERE conversation = ?1",
        )?
        .execute(params![conversation, number(count as u64)])?;
    Ok(())
}

/// Marks everything up to `position` as read; answers whether anything changed. Never goes back.
/// The cost is that of what becomes read, not of what stays unread. What came by no mailbox (sequence 0: somebody
/// showed it to a new member) is never unread. `is_told`: the others have been told, or
/// need not be, unless something before is still to be told.
///
/// # Errors
/// When the file cannot be written.
pub fn mark_read(
    connection: &Connection,
    conversation: i64,
    position: u64,
    own: AccountId,
    is_told: bool,
) -> Result<bool, StoreError> {
    // Subtracted, except at the end, where nothing has to be counted.
    let changed = connection
        .prepare_cached(
            "UPDATE conversation SET read_position = ?2, unread = CASE
                 WHEN EXISTS (
                     SELECT 1 FROM message
                     WHERE conversation = ?1 AND position > ?2 AND state = 5 AND sequence > 0 AND sender <> ?3)
                 THEN max(0, unread - (
                     SELECT count(*) FROM message
                     WHERE conversation = ?1 AND position > read_position AND position <= ?2
                         AND state = 5 AND sequence > 0 AND sender <> ?3))
                 ELSE 0 END,
                 receipt_position = CASE WHEN ?4 AND receipt_position >= read_position THEN ?2 ELSE receipt_position END
             WHERE conversation = ?1 AND read_position < ?2",
        )?
        .execute(params![conversation, number(position), own.as_bytes(), is_told])?;
    Ok(changed > 0)
}
