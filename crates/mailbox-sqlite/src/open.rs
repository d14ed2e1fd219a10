//! Opening the database: refusing what is not ours, newer or damaged before anything is written, and
//! keeping a second server away.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::schema;

/// Name of the database in the data folder.
const DATABASE: &str = "server.sqlite3";
/// Name of the file whose lock says that a server runs here.
const LOCK: &str = "server.lock";
/// Databases up to this many bytes are checked page by page before they are used: a second or so.
/// Larger ones would keep a server from starting for minutes; damage there shows at use.
const CHECK_LEN_MAX: u64 = 256 * 1024 * 1024;
/// Pages of WAL before they are copied back: 32 MiB, so that a burst seldom waits for the copy.
const WAL_PAGES: u32 = 8192;

/// Why the database was not opened. Nothing was written to it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server has this data folder open.
    #[error("another pipit-server is running on {0}; stop it or choose another --data folder")]
    InUse(PathBuf),
    /// A newer version of the server wrote it.
    #[error(
        "{path} was written by a newer pipit-server (format {found}, this one knows {known}); update pipit-server"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// It is another program's, or not a database at all.
    #[error(
        "{0} is not a pipit-server database; choose another --data folder or move the file away"
    )]
    NotOurs(PathBuf),
    /// It is damaged.
    #[error(
        "{path} is damaged ({reason}); restore it from a backup, or move it away to start empty"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite found.
        reason: String,
    },
    /// The file system refused.
    #[error("cannot use {path}: {error}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// SQLite failed for another reason.
    #[error("cannot open {path}: {error}")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What it said.
        error: rusqlite::Error,
    },
}

/// An opened database, with the lock that keeps others away while it lives.
pub(crate) struct Opened {
    pub(crate) writer: Connection,
    pub(crate) path: PathBuf,
    pub(crate) lock: File,
}

/// Opens or makes the database in a folder that exists.
pub(crate) fn open(folder: &Path) -> Result<Opened, OpenError> {
    let lock = lock(folder)?;
    let path = folder.join(DATABASE);
    let version = match std::fs::metadata(&path) {
        Ok(file) if file.len() > 0 => check(&path, file.len())?,
        Ok(_) => 0,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(OpenError::Io { path, error }),
    };
    let mut writer = Connection::open(&path).map_err(|error| damaged_or(&path, error))?;
    prepare_writer(&mut writer, version).map_err(|error| damaged_or(&path, error))?;
    Ok(Opened { writer, path, lock })
}

/// A connection that only reads.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader =
        Connection::open_with_flags(path, flags).map_err(|error| damaged_or(path, error))?;
    let prepare = || {
        reader.busy_timeout(Duration::from_secs(5))?;
        reader.set_prepared_statement_cache_capacity(64);
        reader.pragma_update(None, "cache_size", -16_384)
    };
    prepare().map_err(|error| damaged_or(path, error))?;
    Ok(reader)
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let file = file.map_err(|error| OpenError::Io {
        path: path.clone(),
        error,
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::Io { path, error }),
    }
}

/// Looks at an existing file without changing it; answers its version.
fn check(path: &Path, len: u64) -> Result<u32, OpenError> {
    let look = || -> Result<u32, OpenError> {
        let error = |error| damaged_or(path, error);
        let database =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(error)?;
        let number =
            |name: &str| database.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        if number("application_id").map_err(error)? != i64::from(schema::APPLICATION_ID) {
            return Err(OpenError::NotOurs(path.to_owned()));
        }
        let found = u32::try_from(number("user_version").map_err(error)?).unwrap_or(u32::MAX);
        if found > schema::VERSION {
            return Err(OpenError::Newer {
                path: path.to_owned(),
                found,
                known: schema::VERSION,
            });
        }
        if len <= CHECK_LEN_MAX {
            let verdict: String = database
                .pragma_query_value(None, "quick_check", |row| row.get(0))
                .map_err(error)?;
            if verdict != "ok" {
                return Err(OpenError::Damaged {
                    path: path.to_owned(),
                    reason: first_line(&verdict),
                });
            }
        }
        Ok(found)
    };
    look()
}

fn prepare_writer(writer: &mut Connection, version: u32) -> rusqlite::Result<()> {
    writer.busy_timeout(Duration::from_secs(5))?;
    writer.set_prepared_statement_cache_capacity(128);
    writer.pragma_update(None, "journal_mode", "WAL")?;
    writer.pragma_update(None, "synchronous", "FULL")?;
    writer.pragma_update(None, "foreign_keys", "ON")?;
    writer.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    writer.pragma_update(None, "cache_size", -65_536)?;
    writer.pragma_update(None, "temp_store", "MEMORY")?;
    if version < schema::VERSION {
        schema::migrate(writer, version)?;
    }
    Ok(())
}

fn damaged_or(path: &Path, error: rusqlite::Error) -> OpenError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(NotADatabase) => OpenError::NotOurs(path.to_owned()),
        Some(DatabaseCorrupt) => OpenError::Damaged {
            path: path.to_owned(),
            reason: first_line(&error.to_string()),
        },
        _ => OpenError::Sqlite {
            path: path.to_owned(),
            error,
        },
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
