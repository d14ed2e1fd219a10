//! Ledgers, entry by entry. What is written here was verified; reading verifies again, so that a
//! changed file cannot add a device.

use pipit_domain::AccountId;
use pipit_ledger::{Ledger, LedgerError};
use rusqlite::{Connection, params};

use super::number;
use crate::StoreError;

/// The ledger of an account, when there is one here.
///
/// # Errors
/// When the file cannot be read, or holds something that is no valid ledger.
pub fn get(connection: &Connection, account: AccountId) -> Result<Option<Ledger>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT entry FROM ledger_entry WHERE account_id = ?1 ORDER BY sequence")?;
    let entries = statement
        .query_map([account.as_bytes()], |row| row.get::<_, Vec<u8>>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    match Ledger::decode(account, &entries) {
        Ok(ledger) => Ok(Some(ledger)),
        Err(LedgerError::Empty) => Ok(None),
        Err(_) => Err(StoreError::Value("ledger")),
    }
}

/// Writes the entries of a verified ledger that are not here yet. Entries never change: the caller has
/// checked that the ledger continues the one here.
///
/// # Errors
/// When the file cannot be written.
pub fn put(connection: &Connection, ledger: &Ledger) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT OR IGNORE INTO ledger_entry (account_id, sequence, entry) VALUES (?1, ?2, ?3)",
    )?;
    for entry in ledger.entries() {
        statement.execute(params![
            ledger.account().as_bytes(),
            number(entry.sequence.into()),
            entry.encode()
        ])?;
    }
    Ok(())
}

/// Whether anything is known of an account's ledger.
///
/// # Errors
/// When the file cannot be read.
pub fn is_known(connection: &Connection, account: AccountId) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM ledger_entry WHERE account_id = ?1 LIMIT 1")?;
    Ok(statement.exists([account.as_bytes()])?)
}
