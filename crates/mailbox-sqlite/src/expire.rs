//! What goes by age: mailboxes that nobody reads, and memory of old submits.

use pipit_domain::{Timestamp, limits};
use pipit_mailbox::Expired;
use rusqlite::{OptionalExtension, params};

use crate::convert::to_integer;
use crate::error::DbError;
use crate::writer::Writing;
use crate::{conversation, device, key_package, mailbox, tally};

/// Payloads looked at in one call: the writing thread must not be held up.
const PAYLOADS_MAX: usize = 64;
/// Remembered submits forgotten in one call.
const SUBMITS_MAX: i64 = 2000;

pub(crate) fn expire(writing: &mut Writing<'_>, now: Timestamp) -> Result<Expired, DbError> {
    let before = to_integer(now.as_millis().saturating_sub(limits::MAILBOX_AGE_MAX_MS));
    conversation::expire_trees(writing.db, before)?;
    key_package::expire(writing.db, now)?;
    tally::expire(writing.db, now)?;
    Ok(Expired {
        mailboxes: mailboxes(writing, before)?,
        submits: submits(writing, before)?,
    })
}

/// Payloads are numbered in the order of time: the oldest is the first.
fn mailboxes(writing: &mut Writing<'_>, before_ms: i64) -> Result<u64, DbError> {
    let db = writing.db;
    let mut oldest = db.prepare_cached(
        "SELECT payload_no, last_sequence FROM payload
         WHERE payload_no = (SELECT min(payload_no) FROM payload) AND time_ms < ?1",
    )?;
    let mut holders =
        db.prepare_cached("SELECT device_no FROM pointer WHERE sequence BETWEEN ?1 AND ?2")?;
    let mut count = 0;
    for _ in 0..PAYLOADS_MAX {
        let found: Option<(i64, i64)> = oldest
            .query_row([before_ms], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((payload_no, last_sequence)) = found else {
            break;
        };
        let devices: Vec<i64> = holders
            .query_map([payload_no, last_sequence], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for device_no in devices {
            mailbox::empty(writing, device_no)?;
            device::set_mailbox_expired(db, device_no, true)?;
            count += 1;
        }
    }
    Ok(count)
}

fn submits(writing: &Writing<'_>, before_ms: i64) -> Result<u64, DbError> {
    let db = writing.db;
    let last: Option<i64> = db
        .prepare_cached(
            "SELECT max(sent_no) FROM (SELECT sent_no, time_ms FROM sent ORDER BY sent_no LIMIT ?1)
             WHERE time_ms < ?2",
        )?
        .query_row(params![SUBMITS_MAX, before_ms], |row| row.get(0))?;
    let Some(last) = last else { return Ok(0) };
    db.prepare_cached("DELETE FROM delivered WHERE sent_no <= ?1")?
        .execute([last])?;
    Ok(db
        .prepare_cached("DELETE FROM sent WHERE sent_no <= ?1")?
        .execute([last])? as u64)
}
