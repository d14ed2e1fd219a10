//! Table `report`: what people tell the operator of each other.

use pipit_domain::AccountId;
use pipit_mailbox::NewReport;
use rusqlite::{Connection, params};

use crate::error::DbError;

/// Reports kept; the oldest go. An operator who never looks must not fill the disk.
const REPORTS_MAX: i64 = 10_000;

/// Keeps a report; `false`: there is no such account.
pub(crate) fn insert(db: &Connection, new: &NewReport) -> Result<bool, DbError> {
    let inserted = db
        .prepare_cached(
            "INSERT INTO report (reporter, account_id, at, reason, messages)
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM account WHERE account_id = ?2)",
        )?
        .execute(params![
            new.reporter.as_bytes(),
            new.account.as_bytes(),
            i64::try_from(new.now.as_millis()).unwrap_or(i64::MAX),
            new.reason,
            new.messages.join("\n\n"),
        ])?;
    db.prepare_cached("DELETE FROM report WHERE report <= (SELECT max(report) FROM report) - ?1")?
        .execute([REPORTS_MAX])?;
    Ok(inserted > 0)
}

/// How many there are of an account.
pub(crate) fn count(db: &Connection, account: AccountId) -> Result<u64, DbError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM report WHERE account_id = ?1")?;
    Ok(statement.query_row([account.as_bytes()], |row| row.get(0))?)
}
