//! Which accounts have received an own message.

use pipit_domain::AccountId;
use rusqlite::{Connection, params};

use crate::StoreError;

/// Notes that a device of `account` has this message.
///
/// # Errors
/// When the file cannot be written.
pub fn add(connection: &Connection, message: i64, account: AccountId) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO delivery (message, account_id) VALUES (?1, ?2)")?
        .execute(params![message, account.as_bytes()])?;
    Ok(())
}

/// How many accounts have this message.
///
/// # Errors
/// When the file cannot be read.
pub fn count(connection: &Connection, message: i64) -> Result<u64, StoreError> {
    let mut count =
        connection.prepare_cached("SELECT count(*) FROM delivery WHERE message = ?1")?;
    Ok(count.query_row([message], |row| row.get(0))?)
}

/// Forgets them, with their message.
///
/// # Errors
/// When the file cannot be written.
pub fn clear(connection: &Connection, message: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM delivery WHERE message = ?1")?
        .execute([message])?;
    Ok(())
}
