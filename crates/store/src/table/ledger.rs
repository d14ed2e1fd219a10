//! Ledgers, entry by entry. What is written here was verified; reading verifies again, so that a
//! changed file cannot add a device.

use pipit_domain::AccountId;
use pipit_ledger::{Action, Ledger, LedgerError};
use rusqlite::{Connection, params};

use super::{number, revoked_leaf};
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

/// Writes the entries of a verified ledger that are not here yet, and notes what they revoke for
/// [`revoked_leaf`]. Entries never change: the caller has checked that the ledger continues the one here.
///
/// # Errors
/// When the file cannot be written.
pub fn put(connection: &Connection, ledger: &Ledger) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT OR IGNORE INTO ledger_entry (account_id, sequence, entry) VALUES (?1, ?2, ?3)",
    )?;
    for entry in ledger.entries() {
        let is_new = statement.execute(params![
            ledger.account().as_bytes(),
            number(entry.sequence.into()),
            entry.encode()
        ])? > 0;
        if is_new && let Action::Revoke { device } = &entry.action {
            revoked_leaf::note_everywhere(connection, ledger.account(), *device)?;
        }
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
