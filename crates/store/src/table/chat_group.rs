//! Groups: charter, info and this account's place in them.

use pipit_domain::{AccountId, Redacted};
use rusqlite::{Connection, params};

use super::{found, optional_id};
use crate::StoreError;

/// Whether this account is in a group. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// It is.
    In = 0,
    /// The person has left; the others and the server are still to be told.
    Leaving = 1,
    /// It has left.
    Left = 2,
    /// Somebody has removed it.
    Removed = 3,
}

/// One group.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// The encoded charter.
    pub charter: Vec<u8>,
    /// Whether we are in it.
    pub membership: Membership,
    /// The newest info that was told, encoded; empty: none yet.
    pub info: Redacted<Vec<u8>>,
    /// The info of a change of this device that is not ordered yet.
    pub next_info: Option<Redacted<Vec<u8>>>,
    /// Who committed the info hash that stands.
    pub info_by: Option<AccountId>,
    /// Somebody has asked for the info, and nobody has answered yet.
    pub is_asked: bool,
}

/// The group of a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, conversation: i64) -> Result<Option<GroupRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT charter, membership, info, next_info, info_by, is_asked FROM chat_group WHERE conversation = ?1",
    )?;
    found(statement.query_row([conversation], |row| {
        let membership = match row.get::<_, i64>(1)? {
            0 => Membership::In,
            1 => Membership::Leaving,
            2 => Membership::Left,
            3 => Membership::Removed,
            other => return Err(rusqlite::Error::IntegralValueOutOfRange(1, other)),
        };
        Ok(GroupRow {
            charter: row.get(0)?,
            membership,
            info: row.get(2).map(Redacted)?,
            next_info: row.get::<_, Option<_>>(3)?.map(Redacted),
            info_by: optional_id(row, 4)?,
            is_asked: row.get(5)?,
        })
    }))
}

/// Sets charter and membership; the group appears when it was not there.
///
/// # Errors
/// When the file cannot be written.
pub fn set(
    connection: &Connection,
    conversation: i64,
    charter: &[u8],
    membership: Membership,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO chat_group (conversation, charter, membership) VALUES (?1, ?2, ?3)
             ON CONFLICT (conversation) DO UPDATE SET charter = excluded.charter, membership = excluded.membership",
        )?
        .execute(params![conversation, charter, membership as i64])?;
    Ok(())
}

/// Sets whether we are in it.
///
/// # Errors
/// When the file cannot be written.
pub fn set_membership(
    connection: &Connection,
    conversation: i64,
    membership: Membership,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE chat_group SET membership = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, membership as i64])?;
    Ok(())
}

/// Keeps the info that fits the charter; whoever asked has it with that. A change of this device that waits to
/// be ordered goes on waiting, unless this is it.
///
/// # Errors
/// When the file cannot be written.
pub fn set_info(connection: &Connection, conversation: i64, info: &[u8]) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE chat_group SET info = ?2, next_info = nullif(next_info, ?2), is_asked = 0
             WHERE conversation = ?1",
        )?
        .execute(params![conversation, info])?;
    Ok(())
}

/// Keeps the info of a change that is not ordered yet; `None` when it never will be.
///
/// # Errors
/// When the file cannot be written.
pub fn set_next_info(
    connection: &Connection,
    conversation: i64,
    info: Option<&[u8]>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE chat_group SET next_info = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, info])?;
    Ok(())
}

/// Notes who committed the info hash that stands.
///
/// # Errors
/// When the file cannot be written.
pub fn set_info_by(
    connection: &Connection,
    conversation: i64,
    by: AccountId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE chat_group SET info_by = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, by.as_bytes()])?;
    Ok(())
}

/// Notes that somebody asks for the info, or that somebody has answered.
///
/// # Errors
/// When the file cannot be written.
pub fn set_asked(
    connection: &Connection,
    conversation: i64,
    is_asked: bool,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE chat_group SET is_asked = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, is_asked])?;
    Ok(())
}

/// Conversations in which this device has something to do: leave, add, remove who left, answer.
///
/// # Errors
/// When the file cannot be read.
pub fn to_tend(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation FROM chat_group WHERE membership = 1 OR (membership = 0 AND is_asked = 1)
         UNION
         SELECT m.conversation FROM group_member m JOIN chat_group g ON g.conversation = m.conversation
         WHERE m.standing <> 0 AND g.membership = 0",
    )?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}
