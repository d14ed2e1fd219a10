//! The texts of edited messages. A message that was never edited has no row here; else the first text has
//! one with time 0, and each edit has one.

use pipit_domain::{MessageId, Redacted, Timestamp};
use rusqlite::{Connection, params};

use super::{id, number, time};
use crate::StoreError;

/// Texts kept of one message: whoever edits more often loses the oldest edits, and never the first text.
const VERSIONS_MAX: u64 = 100;

/// One text of a message.
#[derive(Debug, Clone)]
pub struct EditRow {
    /// The edit's id; of the first text, the message's.
    pub id: MessageId,
    /// When the server accepted it; 0 for the first text.
    pub at: Timestamp,
    /// Of edits accepted at the same time the one with the higher revision is the later; 0 for the first text.
    pub revision: u32,
    /// What it says.
    pub text: Redacted<String>,
}

/// Adds a text, or gives one that is here the time of its acceptance.
///
/// # Errors
/// When the file cannot be written.
pub fn put(connection: &Connection, message: i64, edit: &EditRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO edit (edit_id, message, at, revision, text) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (edit_id) DO UPDATE SET at = excluded.at WHERE message = excluded.message",
        )?
        .execute(params![
            edit.id.as_bytes(),
            message,
            number(edit.at.as_millis()),
            edit.revision,
            edit.text.0
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM edit WHERE edit_id IN (
                 SELECT edit_id FROM edit WHERE message = ?1 AND at > 0
                 ORDER BY at DESC, revision DESC, edit_id DESC LIMIT -1 OFFSET ?2)",
        )?
        .execute(params![message, number(VERSIONS_MAX - 1)])?;
    Ok(())
}

/// The texts of a message, oldest first: none when it was never edited.
///
/// # Errors
/// When the file cannot be read.
pub fn list(connection: &Connection, message: i64) -> Result<Vec<EditRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT edit_id, at, revision, text FROM edit WHERE message = ?1
         ORDER BY at, revision, edit_id",
    )?;
    let rows = statement
        .query_map([message], |row| {
            Ok(EditRow {
                id: id(row, 0)?,
                at: time(row, 1)?,
                revision: row.get(2)?,
                text: Redacted(row.get(3)?),
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Shows this text of the message, changed at this time (`None`: it is the first one).
///
/// # Errors
/// When the file cannot be written.
pub fn show(
    connection: &Connection,
    message: i64,
    text: &str,
    edited_at: Option<Timestamp>,
    mentions_me: bool,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE message SET text = ?2, edited_at = ?3, mentions_me = ?4 WHERE message = ?1",
        )?
        .execute(params![
            message,
            text,
            edited_at.map(|at| number(at.as_millis())),
            mentions_me
        ])?;
    Ok(())
}
