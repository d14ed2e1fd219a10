//! Who and what a line of the app's own is about. Its word is the text of its message.

use pipit_domain::{AccountId, Redacted};
use rusqlite::{Connection, params};

use super::{found, optional_id};
use crate::StoreError;

/// What a line tells beside its word.
#[derive(Debug, Clone, Default)]
pub struct SystemLineRow {
    /// Who did it.
    pub actor: Option<AccountId>,
    /// To whom.
    pub target: Option<AccountId>,
    /// What: a name, a role, a number; empty for nothing.
    pub value: Redacted<String>,
}

/// Keeps what a line is about.
///
/// # Errors
/// When the file cannot be written.
pub fn set(connection: &Connection, message: i64, line: &SystemLineRow) -> Result<(), StoreError> {
    let bytes = |account: &Option<AccountId>| account.as_ref().map(AccountId::to_vec);
    connection
        .prepare_cached(
            "INSERT INTO system_line (message, actor, target, value) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            message,
            bytes(&line.actor),
            bytes(&line.target),
            line.value.0
        ])?;
    Ok(())
}

/// What a line is about, when it is about somebody.
///
/// # Errors
/// When the file cannot be read.
pub fn get(connection: &Connection, message: i64) -> Result<Option<SystemLineRow>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT actor, target, value FROM system_line WHERE message = ?1")?;
    found(statement.query_row([message], |row| {
        Ok(SystemLineRow {
            actor: optional_id(row, 0)?,
            target: optional_id(row, 1)?,
            value: row.get(2).map(Redacted)?,
        })
    }))
}
