//! Tables `second_factor` and `recovery_code`.

use pipit_domain::AccountId;
use pipit_mailbox::{NewSecondFactor, SecondFactorRow};
use rusqlite::{Connection, OptionalExtension, params};

use crate::account;
use crate::convert::to_integer;
use crate::error::DbError;

pub(crate) fn read(
    db: &Connection,
    account: AccountId,
) -> Result<Option<SecondFactorRow>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT f.secret, (SELECT count(*) FROM recovery_code c WHERE c.account_no = f.account_no)
         FROM second_factor f JOIN account a ON a.account_no = f.account_no WHERE a.account_id = ?1",
    )?;
    Ok(statement
        .query_row([account.as_bytes()], |row| {
            Ok(SecondFactorRow {
                secret: row.get(0)?,
                recovery_codes: row.get(1)?,
            })
        })
        .optional()?)
}

/// Turns one on; repeated, it stays as it is.
pub(crate) fn enable(db: &Connection, new: &NewSecondFactor) -> Result<bool, DbError> {
    if let Some(before) = read(db, new.account)? {
        return Ok(before.secret == new.secret);
    }
    let Some(account_no) = account::number(db, new.account)? else {
        return Ok(false);
    };
    db.prepare_cached(
        "INSERT INTO second_factor (account_no, secret, last_step) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![account_no, new.secret, to_integer(new.step)])?;
    for hash in &new.recovery_codes {
        db.prepare_cached(
            "INSERT OR IGNORE INTO recovery_code (account_no, hash) VALUES (?1, ?2)",
        )?
        .execute(params![account_no, hash])?;
    }
    Ok(true)
}

pub(crate) fn disable(db: &Connection, account: AccountId) -> Result<(), DbError> {
    if let Some(account_no) = account::number(db, account)? {
        db.prepare_cached("DELETE FROM recovery_code WHERE account_no = ?1")?
            .execute([account_no])?;
        db.prepare_cached("DELETE FROM second_factor WHERE account_no = ?1")?
            .execute([account_no])?;
    }
    Ok(())
}

pub(crate) fn take_step(db: &Connection, account: AccountId, step: u64) -> Result<bool, DbError> {
    let taken = db
        .prepare_cached(
            "UPDATE second_factor SET last_step = ?2 WHERE last_step < ?2
             AND account_no = (SELECT account_no FROM account WHERE account_id = ?1)",
        )?
        .execute(params![account.as_bytes(), to_integer(step)])?;
    Ok(taken > 0)
}

pub(crate) fn take_recovery_code(
    db: &Connection,
    account: AccountId,
    hash: &[u8; 32],
) -> Result<bool, DbError> {
    let taken = db
        .prepare_cached(
            "DELETE FROM recovery_code WHERE hash = ?2
             AND account_no = (SELECT account_no FROM account WHERE account_id = ?1)",
        )?
        .execute(params![account.as_bytes(), hash])?;
    Ok(taken > 0)
}
