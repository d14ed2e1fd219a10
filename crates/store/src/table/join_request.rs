//! Who asks to join a group by a link, and which groups this account has asked.

use pipit_domain::{AccountId, ConversationId, Timestamp};
use rusqlite::{Connection, params};

use super::{found, id, number, time};
use crate::StoreError;

/// Keeps a request; answers whether it is new. One that was made before the last one was over is not.
///
/// # Errors
/// When the file cannot be written.
pub fn add(
    connection: &Connection,
    conversation: ConversationId,
    account: AccountId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let added = connection
        .prepare_cached(
            "INSERT INTO join_request (conversation_id, account_id, asked_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at, over_at = 0
             WHERE over_at > 0 AND over_at < excluded.asked_at",
        )?
        .execute(params![
            conversation.as_bytes(),
            account.as_bytes(),
            number(at.as_millis())
        ])?;
    Ok(added > 0)
}

/// When somebody asked who still waits.
///
/// # Errors
/// When the file cannot be read.
pub fn asked_at(
    connection: &Connection,
    conversation: ConversationId,
    account: AccountId,
) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT asked_at FROM join_request WHERE conversation_id = ?1 AND account_id = ?2 AND over_at = 0",
    )?;
    found(statement.query_row(
        params![conversation.as_bytes(), account.as_bytes()],
        |row| time(row, 0),
    ))
}

/// What somebody asked until then is over, whether or not this device has heard of it.
///
/// # Errors
/// When the file cannot be written.
pub fn end(
    connection: &Connection,
    conversation: ConversationId,
    account: AccountId,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO join_request (conversation_id, account_id, asked_at, over_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT DO UPDATE SET over_at = excluded.over_at
             WHERE asked_at <= excluded.over_at AND over_at < excluded.over_at",
        )?
        .execute(params![
            conversation.as_bytes(),
            account.as_bytes(),
            number(at.as_millis())
        ])?;
    Ok(())
}

/// Forgets a request; answers whether it was there.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(
    connection: &Connection,
    conversation: ConversationId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let removed = connection
        .prepare_cached("DELETE FROM join_request WHERE conversation_id = ?1 AND account_id = ?2")?
        .execute(params![conversation.as_bytes(), account.as_bytes()])?;
    Ok(removed > 0)
}

/// Who asks to join, the first one first, but for `except` (this account's own request).
///
/// # Errors
/// When the file cannot be read.
pub fn list(
    connection: &Connection,
    conversation: ConversationId,
    except: AccountId,
) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id FROM join_request WHERE conversation_id = ?1 AND account_id <> ?2 AND over_at = 0 ORDER BY asked_at, account_id",
    )?;
    let rows = statement
        .query_map(params![conversation.as_bytes(), except.as_bytes()], |row| {
            id(row, 0)
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}
