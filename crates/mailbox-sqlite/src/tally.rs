//! Table `tally`: who guesses, over a restart.

use pipit_domain::Timestamp;
use pipit_mailbox::TallyRow;
use rusqlite::{Connection, params};

use crate::convert::{collect, time, to_integer};
use crate::error::DbError;

/// Older ones delay nobody: a tally without a try for an hour is forgotten by whoever counts.
const AGE_MAX_MS: u64 = 60 * 60 * 1000;
/// Tallies deleted in one call: the writing thread must not be held up.
const EXPIRED_MAX: i64 = 2000;

pub(crate) fn since(db: &Connection, since: Timestamp) -> Result<Vec<TallyRow>, DbError> {
    let mut statement =
        db.prepare_cached("SELECT key, count, last_ms, until_ms FROM tally WHERE last_ms >= ?1")?;
    collect(
        &mut statement.query([to_integer(since.as_millis())])?,
        |row| {
            Ok(TallyRow {
                key: row.get(0)?,
                count: row.get(1)?,
                last: time(row, 2)?,
                until: time(row, 3)?,
            })
        },
    )
}

pub(crate) fn put(db: &Connection, tally: &TallyRow) -> Result<(), DbError> {
    db.prepare_cached(
        "INSERT INTO tally (key, count, last_ms, until_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (key) DO UPDATE SET count = ?2, last_ms = ?3, until_ms = ?4",
    )?
    .execute(params![
        tally.key,
        tally.count,
        to_integer(tally.last.as_millis()),
        to_integer(tally.until.as_millis()),
    ])?;
    Ok(())
}

pub(crate) fn delete(db: &Connection, key: &[u8; 16]) -> Result<(), DbError> {
    db.prepare_cached("DELETE FROM tally WHERE key = ?1")?
        .execute([key])?;
    Ok(())
}

pub(crate) fn expire(db: &Connection, now: Timestamp) -> Result<(), DbError> {
    let before = now.as_millis().saturating_sub(AGE_MAX_MS);
    db.prepare_cached(
        "DELETE FROM tally WHERE key IN (SELECT key FROM tally WHERE last_ms < ?1 LIMIT ?2)",
    )?
    .execute(params![to_integer(before), EXPIRED_MAX])?;
    Ok(())
}
