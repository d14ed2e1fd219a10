//! Registers that the devices of the account agree on. Each holds what was set last, by (time, device), and
//! whether this device still has to tell the others. What a register means is its caller's.

use pipit_domain::{DeviceId, Timestamp};
use rusqlite::{Connection, Row, params};

use super::{found, id, number};
use crate::StoreError;

/// One register.
#[derive(Clone, PartialEq, Eq)]
pub struct SyncRow {
    /// Which sort.
    pub kind: u32,
    /// Which one of them.
    pub subject: Vec<u8>,
    /// When it was set, in what its kind counts by.
    pub time: u64,
    /// Who set it.
    pub device: DeviceId,
    /// What it holds.
    pub value: Vec<u8>,
}

const COLUMNS: &str = "kind, subject, time, device, value";

fn read(row: &Row<'_>) -> rusqlite::Result<SyncRow> {
    Ok(SyncRow {
        kind: row.get(0)?,
        subject: row.get(1)?,
        time: row.get(2)?,
        device: id(row, 3)?,
        value: row.get(4)?,
    })
}

/// The register of this kind and subject, when it was ever set.
///
/// # Errors
/// When the file cannot be read.
pub fn get(
    connection: &Connection,
    kind: u32,
    subject: &[u8],
) -> Result<Option<SyncRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sync_op WHERE kind = ?1 AND subject = ?2");
    found(
        connection
            .prepare_cached(&sql)?
            .query_row(params![kind, subject], read),
    )
}

/// All registers of a kind.
///
/// # Errors
/// When the file cannot be read.
pub fn of_kind(connection: &Connection, kind: u32) -> Result<Vec<SyncRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM sync_op WHERE kind = ?1 ORDER BY subject");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map([kind], read)?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Sets a register, unless it was set later or the same; answers whether it is new. `due_at`: when to tell
/// the other devices (`None`: not at all).
///
/// # Errors
/// When the file cannot be written.
pub fn put(
    connection: &Connection,
    row: &SyncRow,
    due_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO sync_op (kind, subject, time, device, value, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (kind, subject) DO UPDATE SET
                 time = excluded.time, device = excluded.device, value = excluded.value,
                 due_at = excluded.due_at
             WHERE (excluded.time, excluded.device) > (sync_op.time, sync_op.device)",
        )?
        .execute(params![
            row.kind,
            row.subject,
            number(row.time),
            row.device.as_bytes(),
            row.value,
            due_at.map(|at| number(at.as_millis())),
        ])?;
    Ok(changed > 0)
}

/// The others have been told what this register holds, if it holds just this.
///
/// # Errors
/// When the file cannot be written.
pub fn settle(connection: &Connection, row: &SyncRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE sync_op SET due_at = NULL
             WHERE kind = ?1 AND subject = ?2 AND time = ?3 AND device = ?4 AND due_at IS NOT NULL",
        )?
        .execute(params![
            row.kind,
            row.subject,
            number(row.time),
            row.device.as_bytes()
        ])?;
    Ok(())
}

/// Up to `limit` registers that the others have to be told by `now`, those that wait longest first.
///
/// # Errors
/// When the file cannot be read.
pub fn due(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<SyncRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sync_op WHERE due_at <= ?1 ORDER BY due_at, kind, subject LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(params![number(now.as_millis()), number(limit as u64)], read)?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// When the next one is due.
///
/// # Errors
/// When the file cannot be read.
pub fn next_due(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let at = connection
        .prepare_cached("SELECT min(due_at) FROM sync_op WHERE due_at IS NOT NULL")?
        .query_row([], |row| row.get::<_, Option<u64>>(0))?;
    Ok(at.map(Timestamp::from_millis))
}

/// All registers have to be told, at this time, or at the time that stands if that is sooner.
///
/// # Errors
/// When the file cannot be written.
pub fn tell_all(connection: &Connection, due_at: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE sync_op SET due_at = min(coalesce(due_at, ?1), ?1)")?
        .execute([number(due_at.as_millis())])?;
    Ok(())
}

/// Nobody has to be told of anything: there is no other device.
///
/// # Errors
/// When the file cannot be written.
pub fn tell_nobody(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE sync_op SET due_at = NULL WHERE due_at IS NOT NULL")?
        .execute([])?;
    Ok(())
}
