//! What this person has decided about others. A row appears with the first decision; none means a stranger.

use pipit_domain::{AccountId, Redacted, Timestamp};
use rusqlite::{Connection, ToSql, params};

use super::{found, id, number};
use crate::StoreError;

/// What is decided about a person.
#[derive(Debug, Clone, Default)]
pub struct PersonRow {
    /// What this person calls them; empty: nothing of their own.
    pub own_name: Redacted<String>,
    /// They may write.
    pub is_accepted: bool,
    /// Nothing of theirs is shown.
    pub is_blocked: bool,
    /// When this person found that the safety number matches, by the server's clock.
    pub verified_at: Option<Timestamp>,
}

/// What is decided about an account.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, account: AccountId) -> Result<PersonRow, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT own_name, is_accepted, is_blocked, verified_at FROM person WHERE account_id = ?1",
    )?;
    let row = found(statement.query_row([account.as_bytes()], |row| {
        Ok(PersonRow {
            own_name: Redacted(row.get(0)?),
            is_accepted: row.get(1)?,
            is_blocked: row.get(2)?,
            verified_at: row.get::<_, Option<u64>>(3)?.map(Timestamp::from_millis),
        })
    }))?;
    Ok(row.unwrap_or_default())
}

/// What a person tells of themselves, beside their name.
#[derive(Debug, Clone, Default)]
pub struct ProfileRow {
    /// A few words.
    pub about: Redacted<String>,
    /// A small picture; empty: none.
    pub picture: Redacted<Vec<u8>>,
    /// Of two versions the higher one stands; 0: nothing was told.
    pub version: u64,
}

/// What an account tells of itself.
///
/// # Errors
/// When the file cannot be read.
pub fn profile(connection: &Connection, account: AccountId) -> Result<ProfileRow, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT about, picture, profile_version FROM person WHERE account_id = ?1",
    )?;
    let row = found(statement.query_row([account.as_bytes()], |row| {
        Ok(ProfileRow {
            about: Redacted(row.get(0)?),
            picture: Redacted(row.get(1)?),
            version: row.get(2)?,
        })
    }))?;
    Ok(row.unwrap_or_default())
}

/// Keeps what an account tells of itself, unless a later version is here; answers whether it is new.
///
/// # Errors
/// When the file cannot be written.
pub fn set_profile(
    connection: &Connection,
    account: AccountId,
    profile: &ProfileRow,
) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO person (account_id, about, picture, profile_version) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (account_id) DO UPDATE SET about = excluded.about, picture = excluded.picture,
                 profile_version = excluded.profile_version
             WHERE excluded.profile_version > profile_version",
        )?
        .execute(params![
            account.as_bytes(),
            profile.about.0,
            profile.picture.0,
            number(profile.version)
        ])?;
    Ok(changed > 0)
}

/// When an account was last seen here, by the server's clock, as far as it told.
///
/// # Errors
/// When the file cannot be read.
pub fn seen_at(
    connection: &Connection,
    account: AccountId,
) -> Result<Option<Timestamp>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT seen_at FROM person WHERE account_id = ?1")?;
    let at = found(statement.query_row([account.as_bytes()], |row| row.get::<_, Option<u64>>(0)))?;
    Ok(at.flatten().map(Timestamp::from_millis))
}

/// Keeps when an account was last seen.
///
/// # Errors
/// When the file cannot be written.
pub fn set_seen_at(
    connection: &Connection,
    account: AccountId,
    at: Timestamp,
) -> Result<(), StoreError> {
    set(connection, account, "seen_at", &number(at.as_millis()))
}

/// Everybody who may write or is blocked, by account.
///
/// # Errors
/// When the file cannot be read.
pub fn known(connection: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id FROM person WHERE is_accepted = 1 OR is_blocked = 1 ORDER BY account_id",
    )?;
    let accounts = statement
        .query_map([], |row| id(row, 0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(accounts)
}

/// Sets one column; the name is ours.
fn set(
    connection: &Connection,
    account: AccountId,
    column: &str,
    value: &dyn ToSql,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO person (account_id, {column}) VALUES (?1, ?2)
         ON CONFLICT (account_id) DO UPDATE SET {column} = excluded.{column}"
    );
    connection
        .prepare_cached(&sql)?
        .execute(params![account.as_bytes(), value])?;
    Ok(())
}

/// Keeps what this person calls them; empty clears it.
///
/// # Errors
/// When the file cannot be written.
pub fn set_own_name(
    connection: &Connection,
    account: AccountId,
    name: &str,
) -> Result<(), StoreError> {
    set(connection, account, "own_name", &name)
}

/// Notes whether they may write.
///
/// # Errors
/// When the file cannot be written.
pub fn set_accepted(
    connection: &Connection,
    account: AccountId,
    is_accepted: bool,
) -> Result<(), StoreError> {
    set(connection, account, "is_accepted", &is_accepted)
}

/// Notes whether they are blocked.
///
/// # Errors
/// When the file cannot be written.
pub fn set_blocked(
    connection: &Connection,
    account: AccountId,
    is_blocked: bool,
) -> Result<(), StoreError> {
    set(connection, account, "is_blocked", &is_blocked)
}

/// Notes when the safety number was found to match; `None`: it was not.
///
/// # Errors
/// When the file cannot be written.
pub fn set_verified(
    connection: &Connection,
    account: AccountId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    set(
        connection,
        account,
        "verified_at",
        &at.map(|at| number(at.as_millis())),
    )
}
