//! Which accounts have received and read an own message. The counts stand beside the message, so that noting
//! one costs the same however many there are.

use pipit_domain::{AccountId, Timestamp};
use rusqlite::{Connection, params};

use super::{id, number};
use crate::StoreError;

/// How far a message is with one account.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryRow {
    /// Whose.
    pub account: AccountId,
    /// A device of theirs has it.
    pub has_it: bool,
    /// When a device of theirs had it; `None` when that is not known.
    pub delivered_at: Option<Timestamp>,
    /// When they read it; `None` when they have not, or don't tell.
    pub read_at: Option<Timestamp>,
}

/// Notes that a device of `account` has this message; answers whether that is new.
///
/// # Errors
/// When the file cannot be written.
pub fn add(
    connection: &Connection,
    message: i64,
    account: AccountId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let added = connection
        .prepare_cached(
            "INSERT INTO delivery (message, account_id, delivered_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (message, account_id) DO NOTHING",
        )?
        .execute(params![message, account.as_bytes(), number(at.as_millis())])?;
    if added > 0 {
        count(connection, message, "delivered")?;
    }
    Ok(added > 0)
}

/// Notes that `account` has read this message; answers whether that is new.
///
/// # Errors
/// When the file cannot be written.
pub fn add_read(
    connection: &Connection,
    message: i64,
    account: AccountId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    add(connection, message, account, at)?;
    let changed = connection
        .prepare_cached(
            "UPDATE delivery SET read_at = ?3 WHERE message = ?1 AND account_id = ?2 AND read_at IS NULL",
        )?
        .execute(params![message, account.as_bytes(), number(at.as_millis())])?;
    if changed > 0 {
        count(connection, message, "been_read")?;
    }
    Ok(changed > 0)
}

/// Counts one more, and moves the message on when everybody has it, or has read it. One that is still queued
/// here moves on when the server's acceptance, which is on its way, is noted.
fn count(connection: &Connection, message: i64, column: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(&format!(
            "UPDATE message SET {column} = {column} + 1 WHERE message = ?1"
        ))?
        .execute([message])?;
    advance(connection, message)
}

/// Counts anew who has a message, which was not in the history while some said so, and moves it on.
pub(super) fn recount(connection: &Connection, message: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE message SET
                 delivered = (SELECT count(*) FROM delivery WHERE message = ?1),
                 been_read = (SELECT count(*) FROM delivery WHERE message = ?1 AND read_at IS NOT NULL)
             WHERE message = ?1",
        )?
        .execute([message])?;
    advance(connection, message)
}

/// Moves an accepted message on as far as the counts say. Who said that they leave before it came here is not
/// counted, and may have it all the same.
///
/// # Errors
/// When the file cannot be written.
pub fn advance(connection: &Connection, message: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE message SET state = CASE WHEN been_read >= max(recipients, 1) THEN 3 ELSE 2 END
             WHERE message = ?1 AND state IN (1, 2) AND delivered >= max(recipients, 1)",
        )?
        .execute([message])?;
    Ok(())
}

/// Whose a message is, for [`page`].
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Row number of the message.
    pub message: i64,
    /// Row number of its conversation.
    pub conversation: i64,
    /// Where it stands there.
    pub position: u64,
    /// Who sent it.
    pub own: AccountId,
}

/// How far a message of a group is with each account that it was sent to and that is in still, or has it: up to
/// `limit` accounts above `after`.
///
/// # Errors
/// When the file cannot be read.
pub fn page(
    connection: &Connection,
    sent: &Sent,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id, delivered_at, read_at, 1 FROM delivery WHERE message = ?1 AND account_id > ?5
         UNION ALL
         SELECT account_id, NULL, NULL, 0 FROM group_member
         WHERE conversation = ?2 AND account_id > ?5 AND standing IN (0, 2) AND since < ?3 AND account_id <> ?4
             AND account_id NOT IN (SELECT account_id FROM delivery WHERE message = ?1)
         ORDER BY 1 LIMIT ?6",
    )?;
    let after = after
        .as_ref()
        .map_or(&[][..], |after| &after.as_bytes()[..]);
    let time = |at: Option<u64>| at.map(Timestamp::from_millis);
    let rows = statement
        .query_map(
            params![
                sent.message,
                sent.conversation,
                number(sent.position),
                sent.own.as_bytes(),
                after,
                number(limit as u64)
            ],
            |row| {
                Ok(DeliveryRow {
                    account: id(row, 0)?,
                    delivered_at: time(row.get(1)?),
                    read_at: time(row.get(2)?),
                    has_it: row.get(3)?,
                })
            },
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}
