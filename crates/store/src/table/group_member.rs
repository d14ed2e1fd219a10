//! The accounts of a group, in the order of coming, and those who are to come or go.

use pipit_domain::AccountId;
use rusqlite::{Connection, params};

use super::id;
use crate::StoreError;

/// How an account stands in a group. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in.
    In = 0,
    /// This device is to add it.
    Wanted = 1,
    /// It has said that it leaves; an admin is to remove it.
    Leaving = 2,
}

/// Accounts of one standing, in the order of coming.
///
/// # Errors
/// When the file cannot be read.
pub fn list(
    connection: &Connection,
    conversation: i64,
    standing: Standing,
) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id FROM group_member WHERE conversation = ?1 AND standing = ?2 ORDER BY place",
    )?;
    let rows = statement
        .query_map(params![conversation, standing as i64], |row| id(row, 0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// How many accounts are in.
///
/// # Errors
/// When the file cannot be read.
pub fn count(connection: &Connection, conversation: i64) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM group_member WHERE conversation = ?1 AND standing = 0",
    )?;
    Ok(statement.query_row([conversation], |row| row.get(0))?)
}

/// Whether an account has this standing.
///
/// # Errors
/// When the file cannot be read.
pub fn is(
    connection: &Connection,
    conversation: i64,
    account: AccountId,
    standing: Standing,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM group_member WHERE conversation = ?1 AND account_id = ?2 AND standing = ?3",
    )?;
    Ok(statement.exists(params![conversation, account.as_bytes(), standing as i64])?)
}

/// Sets how an account stands; a new one comes last.
///
/// # Errors
/// When the file cannot be written.
pub fn set(
    connection: &Connection,
    conversation: i64,
    account: AccountId,
    standing: Standing,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO group_member (conversation, account_id, place, standing)
             VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM group_member WHERE conversation = ?1), ?3)
             ON CONFLICT (conversation, account_id) DO UPDATE SET standing = excluded.standing",
        )?
        .execute(params![conversation, account.as_bytes(), standing as i64])?;
    Ok(())
}

/// Forgets an account.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(
    connection: &Connection,
    conversation: i64,
    account: AccountId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM group_member WHERE conversation = ?1 AND account_id = ?2")?
        .execute(params![conversation, account.as_bytes()])?;
    Ok(())
}
