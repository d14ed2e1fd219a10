//! Encrypting a history that was kept plain until now: a copy, and then one rename.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

use crate::key::HistoryKey;
use crate::{StoreError, folder, migrate, search};

/// The copy while it is made, and what SQLite puts beside it.
const COPY: &str = "sqlite.new";
const COPY_JOURNAL: &str = "sqlite.new-journal";

/// Puts an encrypted copy in the place of a plain history. The plain bytes are given back to the file system, which
/// may keep them until it needs the room.
pub(crate) fn seal(path: &Path, key: &HistoryKey) -> Result<(), StoreError> {
    let (copy, journal) = (path.with_extension(COPY), path.with_extension(COPY_JOURNAL));
    // Half of one, when the process ended meanwhile, goes.
    folder::write_private(&copy, &[])?;
    folder::remove(&journal)?;
    export(path, &copy, key).map_err(|error| match migrate::is_damage(&error) {
        true => StoreError::Corrupt(path.to_owned()),
        false => error,
    })?;
    folder::put_in_place(&copy, path)?;
    Ok(())
}

fn export(path: &Path, copy: &Path, key: &HistoryKey) -> Result<(), StoreError> {
    // Not made here, whatever happens: an empty history would be taken for a short one.
    let plain = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Into the file with what its log holds; no log may stay beside the copy.
    plain.pragma_update(None, "journal_mode", "DELETE")?;
    search::register(&plain)?;
    let version = migrate::version(&plain)?;
    let name = copy.to_str().ok_or(StoreError::Value("a folder's name"))?;
    let literal = key.to_literal();
    plain.execute(
        "ATTACH DATABASE ?1 AS sealed KEY ?2",
        params![name, literal.as_str()],
    )?;
    plain.query_row("SELECT sqlcipher_export('sealed')", [], |_| Ok(()))?;
    plain.pragma_update(Some("sealed"), "user_version", version)?;
    let tables = "SELECT (SELECT count(*) FROM main.sqlite_master)
                       = (SELECT count(*) FROM sealed.sqlite_master)";
    let is_whole: bool = plain.query_row(tables, [], |row| row.get(0))?;
    plain.execute("DETACH DATABASE sealed", [])?;
    if !is_whole {
        return Err(StoreError::Value("a copy"));
    }
    Ok(())
}
