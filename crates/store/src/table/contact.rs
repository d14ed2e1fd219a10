//! People: their username, as the server told it with their ledger, and what they want to be called.

use pipit_domain::{AccountId, Redacted};
use rusqlite::{Connection, params};

use super::{found, id};
use crate::StoreError;

/// Keeps or renews the username of an account.
///
/// # Errors
/// When the file cannot be written.
pub fn put(connection: &Connection, account: AccountId, username: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO contact (account_id, username) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET username = excluded.username",
        )?
        .execute(params![account.as_bytes(), username])?;
    Ok(())
}

/// The names of a person.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// What they are found by.
    pub username: Redacted<String>,
    /// What they want to be called; empty until they said so.
    pub display_name: Redacted<String>,
}

/// The names of an account, when they are known.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, account: AccountId) -> Result<Option<ContactRow>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT username, display_name FROM contact WHERE account_id = ?1")?;
    found(statement.query_row([account.as_bytes()], |row| {
        Ok(ContactRow {
            username: row.get(0).map(Redacted)?,
            display_name: row.get(1).map(Redacted)?,
        })
    }))
}

/// Keeps what a person wants to be called. Their username is known before their first message.
///
/// # Errors
/// When the file cannot be written.
pub fn set_display_name(
    connection: &Connection,
    account: AccountId,
    name: &str,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE contact SET display_name = ?2 WHERE account_id = ?1 AND display_name <> ?2",
        )?
        .execute(params![account.as_bytes(), name])?;
    Ok(())
}

/// Another account that this username was told to belong to, when there is one.
///
/// # Errors
/// When the file cannot be read.
pub fn other_of_name(
    connection: &Connection,
    username: &str,
    account: AccountId,
) -> Result<Option<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id FROM contact WHERE username = ?1 AND account_id <> ?2 ORDER BY account_id LIMIT 1",
    )?;
    found(statement.query_row(params![username, account.as_bytes()], |row| id(row, 0)))
}
