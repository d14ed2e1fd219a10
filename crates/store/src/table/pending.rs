//! What came before the message that it is about: kept until that comes, within a bound for each conversation.

use pipit_domain::{AccountId, MessageId, Redacted, Timestamp};
use rusqlite::{Connection, params};

use super::{id, number, time};
use crate::StoreError;

/// Kept for one conversation: beyond it the oldest go. Whoever sends more about messages that nobody has seen
/// does so on purpose.
const PENDING_MAX: u64 = 1000;

/// Something that waits.
#[derive(Debug, Clone)]
pub struct PendingRow {
    /// Who sent it.
    pub sender: AccountId,
    /// When the server accepted it.
    pub at: Timestamp,
    /// The whole content.
    pub content: Redacted<Vec<u8>>,
}

/// Keeps something for a message that is not here yet.
///
/// # Errors
/// When the file cannot be written.
pub fn insert(
    connection: &Connection,
    conversation: i64,
    target: MessageId,
    row: &PendingRow,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO pending (conversation, target, sender, at, content) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            conversation,
            target.as_bytes(),
            row.sender.as_bytes(),
            number(row.at.as_millis()),
            row.content.0
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM pending WHERE conversation = ?1 AND pending <= (
                 SELECT pending FROM pending WHERE conversation = ?1 ORDER BY pending DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![conversation, number(PENDING_MAX)])?;
    Ok(())
}

/// Takes out what waits for a message of a conversation, in the order that it came.
///
/// # Errors
/// When the file cannot be written.
pub fn take(
    connection: &Connection,
    conversation: i64,
    target: MessageId,
) -> Result<Vec<PendingRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sender, at, content FROM pending WHERE target = ?1 AND conversation = ?2 ORDER BY pending",
    )?;
    let rows = statement
        .query_map(params![target.as_bytes(), conversation], |row| {
            Ok(PendingRow {
                sender: id(row, 0)?,
                at: time(row, 1)?,
                content: Redacted(row.get(2)?),
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    if !rows.is_empty() {
        connection
            .prepare_cached("DELETE FROM pending WHERE target = ?1 AND conversation = ?2")?
            .execute(params![target.as_bytes(), conversation])?;
    }
    Ok(rows)
}
