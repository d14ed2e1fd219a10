//! How far the others of a conversation have been told what was read here.

use pipit_domain::{AccountId, MessageId};
use rusqlite::{Connection, params};

use super::{id, number};
use crate::StoreError;

/// A conversation in which more was read than the others have been told.
#[derive(Debug, Clone, Copy)]
pub struct UnreportedRow {
    /// Row number of the conversation.
    pub conversation: i64,
    /// Up to here they have been told, or must not be told.
    pub receipt_position: u64,
    /// Up to here it was read.
    pub read_position: u64,
}

/// Up to `limit` conversations in which something is to be told, from above row `after`.
///
/// # Errors
/// When the file cannot be read.
pub fn unreported(
    connection: &Connection,
    after: i64,
    limit: usize,
) -> Result<Vec<UnreportedRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation, receipt_position, read_position FROM conversation
         WHERE receipt_position < read_position AND conversation > ?1 ORDER BY conversation LIMIT ?2",
    )?;
    let rows = statement
        .query_map(params![after, number(limit as u64)], |row| {
            Ok(UnreportedRow {
                conversation: row.get(0)?,
                receipt_position: row.get(1)?,
                read_position: row.get(2)?,
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Up to `limit` messages of others that were read and are to be reported, with their positions, oldest first.
/// What somebody showed a new member was not sent to this account, and no line of the app's own was.
///
/// # Errors
/// When the file cannot be read.
pub fn messages(
    connection: &Connection,
    row: &UnreportedRow,
    own: AccountId,
    limit: usize,
) -> Result<Vec<(u64, MessageId)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT position, message_id FROM message
         WHERE conversation = ?1 AND position > ?2 AND position <= ?3 AND state = 5
             AND sender <> ?4 AND sequence > 0 AND kind IN (1, 3, 5)
         ORDER BY position LIMIT ?5",
    )?;
    let rows = statement
        .query_map(
            params![
                row.conversation,
                number(row.receipt_position),
                number(row.read_position),
                own.as_bytes(),
                number(limit as u64)
            ],
            |row| Ok((row.get(0)?, id(row, 1)?)),
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Notes up to where the others have been told.
///
/// # Errors
/// When the file cannot be written.
pub fn set_position(
    connection: &Connection,
    conversation: i64,
    position: u64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE conversation SET receipt_position = ?2 WHERE conversation = ?1")?
        .execute(params![conversation, number(position)])?;
    Ok(())
}
