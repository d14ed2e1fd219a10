//! Table `secret`: what only this server knows, made once.

use rusqlite::{Connection, params};

use crate::error::DbError;

/// The stored secret of a name; stores `fresh` when there is none.
pub(crate) fn get_or_insert(db: &Connection, name: &str, fresh: &[u8]) -> Result<Vec<u8>, DbError> {
    db.prepare_cached("INSERT OR IGNORE INTO secret (name, value) VALUES (?1, ?2)")?
        .execute(params![name, fresh])?;
    let mut statement = db.prepare_cached("SELECT value FROM secret WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0))?)
}
