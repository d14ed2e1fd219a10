//! What is done to messages where the last one counts: votes, pins, and closings of polls. Each is kept for
//! itself, so that all devices find the same one however their answers and deliveries cross.

use pipit_domain::{AccountId, MessageId, Timestamp};
use rusqlite::{Connection, params};

use super::{id, number, time};
use crate::StoreError;

/// Kept of one account, on one message, of one kind: whoever changes their mind more often loses the oldest.
const KEPT_MAX: u64 = 20;

/// What sort of deed. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeedKind {
    /// A vote in a poll.
    Vote = 1,
    /// Up at the head of the conversation, or down.
    Pin = 2,
    /// No later vote counts.
    Close = 3,
}

/// A deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeedRow {
    /// Its id.
    pub id: MessageId,
    /// Whose.
    pub sender: AccountId,
    /// When the server accepted it.
    pub at: Timestamp,
    /// Of deeds accepted at the same time the one with the higher revision is the later.
    pub revision: u32,
    /// What, by its kind.
    pub value: u32,
}

impl DeedRow {
    /// Orders deeds: of two the greater one is the later, on every device.
    #[must_use]
    pub fn order(&self) -> (Timestamp, u32, MessageId) {
        (self.at, self.revision, self.id)
    }
}

/// Adds a deed, or gives one that is here the time of its acceptance.
///
/// # Errors
/// When the file cannot be written.
pub fn put(
    connection: &Connection,
    message: i64,
    kind: DeedKind,
    deed: &DeedRow,
) -> Result<(), StoreError> {
    remove(connection, message, kind, deed.sender, deed.id)?;
    connection
        .prepare_cached(
            "INSERT INTO deed (message, kind, sender, at, revision, deed_id, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            message,
            kind as i64,
            deed.sender.as_bytes(),
            number(deed.at.as_millis()),
            deed.revision,
            deed.id.as_bytes(),
            deed.value
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM deed WHERE message = ?1 AND kind = ?2 AND sender = ?3 AND deed_id IN (
                 SELECT deed_id FROM deed WHERE message = ?1 AND kind = ?2 AND sender = ?3
                 ORDER BY at DESC, revision DESC, deed_id DESC LIMIT -1 OFFSET ?4)",
        )?
        .execute(params![
            message,
            kind as i64,
            deed.sender.as_bytes(),
            number(KEPT_MAX)
        ])?;
    Ok(())
}

/// Removes a deed that never was: the server refused it.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(
    connection: &Connection,
    message: i64,
    kind: DeedKind,
    sender: AccountId,
    id: MessageId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM deed WHERE message = ?1 AND kind = ?2 AND sender = ?3 AND deed_id = ?4",
        )?
        .execute(params![
            message,
            kind as i64,
            sender.as_bytes(),
            id.as_bytes()
        ])?;
    Ok(())
}

/// All deeds of a kind on a message: by account, and of each the oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn list(
    connection: &Connection,
    message: i64,
    kind: DeedKind,
) -> Result<Vec<DeedRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT deed_id, sender, at, revision, value FROM deed WHERE message = ?1 AND kind = ?2
         ORDER BY sender, at, revision, deed_id",
    )?;
    let rows = statement
        .query_map(params![message, kind as i64], |row| {
            Ok(DeedRow {
                id: id(row, 0)?,
                sender: id(row, 1)?,
                at: time(row, 2)?,
                revision: row.get(3)?,
                value: row.get(4)?,
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}
