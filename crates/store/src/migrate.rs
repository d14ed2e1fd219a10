//! Bringing a history file to the format of this build. Migrations only add; a shipped one is never
//! edited.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::key::HistoryKey;
use crate::{StoreError, mls, search};

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/001_initial.sql"),
    include_str!("../migrations/002_control.sql"),
    include_str!("../migrations/003_search.sql"),
    include_str!("../migrations/004_groups.sql"),
    include_str!("../migrations/005_messages.sql"),
    include_str!("../migrations/006_people.sql"),
    include_str!("../migrations/007_commit.sql"),
    include_str!("../migrations/008_delivered.sql"),
    include_str!("../migrations/010_deeds.sql"),
    include_str!("../migrations/011_joining.sql"),
    include_str!("../migrations/012_timers.sql"),
    include_str!("../migrations/015_trust.sql"),
    include_str!("../migrations/017_revoked_leaf.sql"),
    include_str!("../migrations/020_join_request_over.sql"),
    include_str!("../migrations/021_opened.sql"),
    include_str!("../migrations/022_history.sql"),
    include_str!("../migrations/026_activity.sql"),
];

/// Opens the file, refusing without a change what is newer or damaged, and migrates it.
pub(crate) fn open(path: &Path, key: &HistoryKey) -> Result<Connection, StoreError> {
    if path.exists() {
        check(path, key)?;
    }
    let mut connection = Connection::open(path)?;
    unlock(&connection, key)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A row that the screen shows must survive a power cut: commits wait for the disk.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -8_000)?;
    connection.set_prepared_statement_cache_capacity(128);
    search::register(&connection)?;
    mls::migrate(&mut connection)?;
    let done = version(&connection)?;
    for (index, sql) in MIGRATIONS
        .iter()
        .enumerate()
        .skip(usize::try_from(done).unwrap_or(0))
    {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", index + 1)?;
        transaction.commit()?;
    }
    search::renew(&connection)?;
    Ok(connection)
}

/// One more connection to a file that is open, for long reads beside the writing.
pub(crate) fn open_to_read(path: &Path, key: &HistoryKey) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    unlock(&connection, key)?;
    connection.pragma_update(None, "cache_size", -8_000)?;
    Ok(connection)
}

/// Gives a connection the key of its file, before it has read anything.
fn unlock(connection: &Connection, key: &HistoryKey) -> Result<(), StoreError> {
    // Not `pragma_update`: what that makes of the key is not wiped from memory.
    let literal = key.to_literal();
    let mut statement = Zeroizing::new(String::with_capacity(literal.len() + 16));
    statement.push_str("PRAGMA key = \"");
    statement.push_str(&literal);
    statement.push('"');
    connection.execute_batch(&statement)?;
    Ok(())
}

/// Looks at the file without changing it. Reads only its first pages, so that opening a large history
/// costs no more than a small one; damage further in shows when it is read.
fn check(path: &Path, key: &HistoryKey) -> Result<(), StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    unlock(&connection, key)?;
    let looked = || -> Result<(i64, u64), StoreError> {
        let found = version(&connection)?;
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| {
            row.get::<_, i64>(0)
        })?;
        let pages: u64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        // SQLCipher answers in words.
        let page_len: String =
            connection.query_row("PRAGMA cipher_page_size", [], |row| row.get(0))?;
        let page_len: u64 = page_len
            .parse()
            .map_err(|_| StoreError::Value("page length"))?;
        Ok((found, pages * page_len))
    };
    let (found, len) = looked().map_err(|error| match is_damage(&error) {
        true => StoreError::Corrupt(path.to_owned()),
        false => error,
    })?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let has_log = path
        .with_extension("sqlite-wal")
        .metadata()
        .is_ok_and(|log| log.len() > 0);
    if !has_log && path.metadata()?.len() < len {
        return Err(StoreError::Corrupt(path.to_owned()));
    }
    Ok(())
}

pub(crate) fn is_damage(error: &StoreError) -> bool {
    let StoreError::Sqlite(error) = error else {
        return false;
    };
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt)
    )
}

pub(crate) fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}
