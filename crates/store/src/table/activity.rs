//! What may concern the person beside the chats' own order. Rows come and go with messages and reactions, by the
//! schema's triggers; here they are only read.

use pipit_domain::Timestamp;
use rusqlite::{Connection, params};

use super::{number, time};
use crate::StoreError;

/// What sort. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActivityKind {
    /// A message names this account.
    Mention = 1,
    /// Others have reacted to an own message.
    Reactions = 2,
    /// The other person of a 1:1 has a new device.
    ContactDevice = 3,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityRow {
    /// Row number of the message.
    pub message: i64,
    /// When it was accepted; of the newest reaction.
    pub at: Timestamp,
}

/// Up to `limit` rows of a kind, newest first: those before this (time, row number).
///
/// # Errors
/// When the file cannot be read.
pub fn page(
    connection: &Connection,
    kind: ActivityKind,
    before: (Timestamp, i64),
    limit: usize,
) -> Result<Vec<ActivityRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT message, at FROM activity WHERE kind = ?1 AND (at, message) < (?2, ?3)
         ORDER BY at DESC, message DESC LIMIT ?4",
    )?;
    let key = (number(before.0.as_millis()), before.1);
    let rows = statement
        .query_map(
            params![kind as i64, key.0, key.1, number(limit as u64)],
            |row| {
                Ok(ActivityRow {
                    message: row.get(0)?,
                    at: time(row, 1)?,
                })
            },
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}
