//! Table `ledger_entry`: the entries of each account, appended only.

use pipit_domain::{AccountId, Username};
use pipit_mailbox::{AppendOutcome, LedgerChange, LedgerRow, NewKeyPackage};
use rusqlite::{Connection, OptionalExtension, params};

use crate::convert::{from_integer, to_integer};
use crate::error::DbError;
use crate::writer::Writing;
use crate::{account, device, key_package, mailbox};

pub(crate) fn insert(
    db: &Connection,
    account_no: i64,
    position: i64,
    entry: &[u8],
) -> Result<(), DbError> {
    db.prepare_cached(
        "INSERT INTO ledger_entry (account_no, position, entry) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![account_no, position, entry])?;
    Ok(())
}

pub(crate) fn read(
    db: &Connection,
    account: AccountId,
    known_entries: usize,
) -> Result<Option<LedgerRow>, DbError> {
    let mut statement =
        db.prepare_cached("SELECT account_no, username FROM account WHERE account_id = ?1")?;
    let found = statement
        .query_row([account.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    let Some((account_no, username)) = found else {
        return Ok(None);
    };
    let username = Username::parse(&username).map_err(|_| DbError::Shape("username"))?;
    let mut statement = db.prepare_cached(
        "SELECT entry FROM ledger_entry WHERE account_no = ?1 AND position >= ?2 ORDER BY position",
    )?;
    let entries = statement
        .query_map(
            params![account_no, to_integer(known_entries as u64)],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    Ok(Some(LedgerRow {
        account,
        username,
        entries,
    }))
}

fn len(db: &Connection, account_no: i64) -> Result<u64, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT coalesce(max(position) + 1, 0) FROM ledger_entry WHERE account_no = ?1",
    )?;
    from_integer(
        statement.query_row([account_no], |row| row.get(0))?,
        "ledger length",
    )
}

pub(crate) fn append(
    writing: &mut Writing<'_>,
    account: AccountId,
    checked_len: usize,
    entry: &[u8],
    change: LedgerChange,
    key_packages: &[NewKeyPackage],
) -> Result<AppendOutcome, DbError> {
    let db = writing.db;
    let Some(account_no) = account::number(db, account)? else {
        return Ok(AppendOutcome::UnknownAccount);
    };
    if len(db, account_no)? != checked_len as u64 {
        return Ok(AppendOutcome::Moved);
    }
    match change {
        LedgerChange::Add { device, key } => {
            if device::number(db, device)?.is_some() {
                return Ok(AppendOutcome::AlreadyExists);
            }
            let device_no = device::insert(db, account_no, device, &key)?;
            key_package::publish(db, device_no, key_packages)?;
        }
        LedgerChange::Revoke { device } => {
            if let Some(device_no) = device::number(db, device)? {
                device::revoke(db, device_no)?;
                key_package::delete_all(db, device_no)?;
                mailbox::empty(writing, device_no)?;
            }
        }
    }
    insert(db, account_no, to_integer(checked_len as u64), entry)?;
    Ok(AppendOutcome::Appended)
}
