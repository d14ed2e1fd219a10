//! People: account id to username, as the server told it with their ledger.

use pipit_domain::{AccountId, Redacted};
use rusqlite::{Connection, params};

use super::found;
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

/// The username of an account, when it is known.
///
/// # Errors
/// When the file cannot be read.
pub fn username(connection: &Connection, account: AccountId) -> Result<Option<Redacted<String>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT username FROM contact WHERE account_id = ?1")?;
    found(statement.query_row([account.as_bytes()], |row| row.get(0).map(Redacted)))
}
