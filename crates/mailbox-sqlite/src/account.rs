//! Table `account`: names, password records, and making an account with its first device.

use pipit_domain::{AccountId, Username};
use pipit_mailbox::{CreateAccountOutcome, LoginRow, NewAccount};
use rusqlite::{Connection, OptionalExtension, params};

use crate::convert::{account_id, first, to_integer};
use crate::error::DbError;
use crate::writer::Writing;
use crate::{device, key_package, ledger};

pub(crate) fn number(db: &Connection, account: AccountId) -> Result<Option<i64>, DbError> {
    let mut statement =
        db.prepare_cached("SELECT account_no FROM account WHERE account_id = ?1")?;
    Ok(statement
        .query_row([account.as_bytes()], |row| row.get(0))
        .optional()?)
}

pub(crate) fn find(db: &Connection, username: &Username) -> Result<Option<AccountId>, DbError> {
    let mut statement = db.prepare_cached("SELECT account_id FROM account WHERE username = ?1")?;
    let mut rows = statement.query([username.as_str()])?;
    first(&mut rows, |row| account_id(row, 0))
}

pub(crate) fn login(db: &Connection, username: &Username) -> Result<Option<LoginRow>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT account_id, password_record, recovery_bundle FROM account WHERE username = ?1",
    )?;
    let mut rows = statement.query([username.as_str()])?;
    first(&mut rows, |row| {
        Ok(LoginRow {
            account: account_id(row, 0)?,
            password_record: row.get(1)?,
            recovery_bundle: row.get(2)?,
        })
    })
}

pub(crate) fn create(
    writing: &Writing<'_>,
    new: &NewAccount,
) -> Result<CreateAccountOutcome, DbError> {
    let db = writing.db;
    if number(db, new.account)?.is_some() || device::number(db, new.device)?.is_some() {
        return Ok(CreateAccountOutcome::AlreadyExists);
    }
    if find(db, &new.username)?.is_some() {
        return Ok(CreateAccountOutcome::UsernameTaken);
    }
    db.prepare_cached(
        "INSERT INTO account (account_id, username, password_record, recovery_bundle, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        new.account.as_bytes(),
        new.username.as_str(),
        new.password_record,
        new.recovery_bundle,
        to_integer(new.now.as_millis()),
    ])?;
    let account_no = db.last_insert_rowid();
    ledger::insert(db, account_no, 0, &new.first_entry)?;
    let device_no = device::insert(db, account_no, new.device, &new.device_key)?;
    key_package::publish(db, device_no, &new.key_packages)?;
    Ok(CreateAccountOutcome::Created)
}

/// Replaces password and recovery bundle, which belong together.
pub(crate) fn set_password(
    db: &Connection,
    account: AccountId,
    password_record: &[u8],
    recovery_bundle: &[u8],
) -> Result<bool, DbError> {
    let changed = db
        .prepare_cached(
            "UPDATE account SET password_record = ?2, recovery_bundle = ?3 WHERE account_id = ?1",
        )?
        .execute(params![
            account.as_bytes(),
            password_record,
            recovery_bundle
        ])?;
    Ok(changed > 0)
}
