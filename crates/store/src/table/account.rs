//! The account on this device: one row, or none before sign-up.

use std::fmt;

use pipit_domain::{AccountId, Redacted};
use pipit_ledger::{RECOVERY_SECRET_LEN, RecoveryKey, SecretKey};
use rusqlite::{Connection, named_params};
use zeroize::Zeroizing;

use super::{found, id};
use crate::StoreError;

/// The account on this device.
#[derive(Clone)]
pub struct AccountRow {
    /// Whose.
    pub account: AccountId,
    /// This device's key.
    pub device: SecretKey,
    /// Address of the server, as the person gave it.
    pub server: String,
    /// What the server calls itself; tokens are signed for it.
    pub server_name: String,
    /// What others find it by.
    pub username: Redacted<String>,
    /// What the person chose to be called.
    pub display_name: Redacted<String>,
    /// Until the person has said that it is saved.
    pub recovery: Option<RecoveryKey>,
    /// Server clock minus this clock.
    pub clock_offset_ms: i64,
}

impl fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRow")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// Reads the account, when there is one.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection) -> Result<Option<AccountRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account_id, device_seed, server, username, display_name, recovery_secret, clock_offset_ms,
             server_name FROM account",
    )?;
    found(statement.query_row([], |row| {
        let seed = Zeroizing::new(row.get::<_, [u8; 32]>(1)?);
        let recovery = row.get::<_, Option<[u8; RECOVERY_SECRET_LEN]>>(5)?;
        Ok(AccountRow {
            account: id(row, 0)?,
            device: SecretKey::from_seed(&seed),
            server: row.get(2)?,
            username: Redacted(row.get(3)?),
            display_name: Redacted(row.get(4)?),
            recovery: recovery.map(RecoveryKey::new),
            clock_offset_ms: row.get(6)?,
            server_name: row.get(7)?,
        })
    }))
}

/// Writes the account of this device.
///
/// # Errors
/// When there is one already, or the file cannot be written.
pub fn insert(connection: &Connection, account: &AccountRow) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO account
             (only, account_id, device_seed, server, server_name, username, display_name, recovery_secret,
              clock_offset_ms)
         VALUES (1, :account, :seed, :server, :server_name, :username, :display_name, :recovery, :offset)",
        named_params! {
            ":account": account.account.as_bytes(),
            ":seed": &account.device.seed()[..],
            ":server": account.server,
            ":server_name": account.server_name,
            ":username": account.username.0,
            ":display_name": account.display_name.0,
            ":recovery": account.recovery.as_ref().map(|key| &key.secret()[..]),
            ":offset": account.clock_offset_ms,
        },
    )?;
    Ok(())
}

/// Forgets the recovery key on this device: the person has it.
///
/// # Errors
/// When the file cannot be written.
pub fn forget_recovery(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE account SET recovery_secret = NULL", [])?;
    Ok(())
}

/// Keeps how far the server's clock is from this one.
///
/// # Errors
/// When the file cannot be written.
pub fn set_clock_offset(connection: &Connection, offset_ms: i64) -> Result<(), StoreError> {
    connection.execute("UPDATE account SET clock_offset_ms = ?1", [offset_ms])?;
    Ok(())
}
