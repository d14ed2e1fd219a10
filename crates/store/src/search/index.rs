//! The index itself: the functions that its triggers call, and adding histories from before it.

use pipit_domain::Redacted;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, params};

use super::fold::folding;
use super::gram;
use crate::StoreError;
use crate::table::{found, number};

/// Gives a connection the functions that the index's triggers and migration call; without them it could
/// not write messages.
pub(crate) fn register(connection: &Connection) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("search_grams", 4, flags, grams)?;
    connection.create_scalar_function("search_folding", 0, flags, |_| Ok(folding()))?;
    Ok(())
}

/// `search_grams(kind, text, conversation, sender)`: all tokens of a message. What was added with them has
/// to be removed with the same.
fn grams(context: &Context<'_>) -> rusqlite::Result<String> {
    let text = Redacted(context.get_raw(1).as_str()?);
    let sender = context.get_raw(3).as_blob()?;
    Ok(gram::document(
        context.get(0)?,
        text.0,
        context.get(2)?,
        sender,
    ))
}

/// Empties the index when texts were folded differently than now: what it holds could not be removed by
/// what is computed now. Then [`add_older`] fills it.
pub(crate) fn renew(connection: &Connection) -> Result<(), StoreError> {
    let held: String =
        connection.query_row("SELECT folding FROM search_state", [], |row| row.get(0))?;
    if held != folding() {
        connection.execute_batch(
            "BEGIN IMMEDIATE;
             INSERT INTO search (search) VALUES ('delete-all');
             DELETE FROM search_entry;
             UPDATE search_state SET folding = search_folding(),
                 unindexed_below = (SELECT coalesce(max(message) + 1, 0) FROM message);
             COMMIT",
        )?;
    }
    Ok(())
}

/// How many older messages are not in the index yet: at most, for gaps in the numbering count too.
///
/// # Errors
/// When the file cannot be read.
pub fn unindexed(connection: &Connection) -> Result<u64, StoreError> {
    let below: i64 = connection
        .prepare_cached("SELECT unindexed_below FROM search_state")?
        .query_row([], |row| row.get(0))?;
    Ok(u64::try_from(below - 1).unwrap_or(0))
}

/// Adds up to `limit` messages from before there was an index, newest first; answers whether there are
/// more. In one transaction with the note of how far it came, so that it goes on there after a crash.
///
/// # Errors
/// When the file cannot be written.
pub fn add_older(connection: &Connection, limit: usize) -> Result<bool, StoreError> {
    let mut lowest = connection.prepare_cached(
        "SELECT min(message) FROM (
             SELECT message FROM message WHERE message < (SELECT unindexed_below FROM search_state)
             ORDER BY message DESC LIMIT ?1)",
    )?;
    let from: Option<i64> =
        found(lowest.query_row([number(limit as u64)], |row| row.get(0)))?.flatten();
    if let Some(from) = from {
        let mut slice = connection.prepare_cached(
            "SELECT message, position, kind, text, conversation, sender FROM message
             WHERE message >= ?1 AND message < (SELECT unindexed_below FROM search_state)
                 AND text <> '' AND kind <> 4 ORDER BY message DESC",
        )?;
        let mut rows = slice.query([from])?;
        while let Some(row) = rows.next()? {
            let grams = gram::document(
                row.get(2)?,
                row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?,
                row.get(4)?,
                row.get_ref(5)?.as_blob().map_err(rusqlite::Error::from)?,
            );
            add(connection, row.get(0)?, row.get(1)?, &grams)?;
        }
    }
    connection
        .prepare_cached("UPDATE search_state SET unindexed_below = ?1")?
        .execute([from.unwrap_or(0)])?;
    Ok(from.is_some())
}

/// As the triggers do it; a message that has an entry (it was edited meanwhile) is left alone.
fn add(
    connection: &Connection,
    message: i64,
    position: i64,
    grams: &str,
) -> Result<(), StoreError> {
    let is_added = connection
        .prepare_cached(
            "INSERT INTO search_entry (entry, message)
             SELECT coalesce(max(entry) + 1, ?2 / 86400000000 << 20), ?1 FROM search_entry
             WHERE entry >= ?2 / 86400000000 << 20 AND entry < ?2 / 86400000000 + 1 << 20
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![message, position])?;
    if is_added > 0 {
        let entry = connection.last_insert_rowid();
        connection
            .prepare_cached("INSERT INTO search (rowid, grams) VALUES (?1, ?2)")?
            .execute(params![entry, grams])?;
    }
    Ok(())
}
