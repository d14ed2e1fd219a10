//! The floor of the disk: SQLite's own commits, with the settings that the server uses.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::{Connection, params};
use serde::Serialize;

/// Rows in a large transaction: about what the server groups under full load.
const GROUP: usize = 256;
/// Bytes of a row: an envelope.
const ROW_LEN: usize = 350;

/// What SQLite does with `synchronous = FULL` in WAL mode.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Commits {
    /// Transactions of one row a second.
    pub single_per_second: f64,
    /// Rows a second in transactions of [`GROUP`] rows.
    pub grouped_rows_per_second: f64,
}

pub(crate) fn measure(folder: &Path, time: Duration) -> Result<Commits> {
    let database = Connection::open(folder.join("floor.sqlite3"))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE row (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    )?;
    let single = rows_per_second(&database, 1, time / 2)?;
    let grouped = rows_per_second(&database, GROUP, time / 2)?;
    Ok(Commits {
        single_per_second: single,
        grouped_rows_per_second: grouped,
    })
}

fn rows_per_second(database: &Connection, group: usize, time: Duration) -> Result<f64> {
    let bytes = vec![7_u8; ROW_LEN];
    let mut insert = database.prepare("INSERT INTO row (bytes) VALUES (?1)")?;
    let began = Instant::now();
    let mut rows = 0;
    while began.elapsed() < time {
        database.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..group {
            insert.execute(params![bytes])?;
        }
        database.execute_batch("COMMIT")?;
        rows += group;
    }
    Ok(rows as f64 / began.elapsed().as_secs_f64())
}
