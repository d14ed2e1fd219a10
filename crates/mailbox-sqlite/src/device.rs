//! Table `device`: the devices that ledgers name, and whether they are in force.

use pipit_domain::{AccountId, DeviceId};
use pipit_mailbox::DeviceRow;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::convert::{address, collect, first};
use crate::error::DbError;

/// Columns for [`read_row`], from `device d JOIN account a`.
const COLUMNS: &str = "SELECT a.account_id, d.device_id, d.key, d.is_in_force
    FROM device d JOIN account a ON a.account_no = d.account_no";

fn read_row(row: &Row<'_>) -> Result<DeviceRow, DbError> {
    Ok(DeviceRow {
        address: address(row, 0)?,
        key: row.get(2)?,
        is_in_force: row.get(3)?,
    })
}

pub(crate) fn number(db: &Connection, device: DeviceId) -> Result<Option<i64>, DbError> {
    let mut statement = db.prepare_cached("SELECT device_no FROM device WHERE device_id = ?1")?;
    Ok(statement
        .query_row([device.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// The number of a device that is in force.
pub(crate) fn number_in_force(db: &Connection, device: DeviceId) -> Result<Option<i64>, DbError> {
    let mut statement =
        db.prepare_cached("SELECT device_no FROM device WHERE device_id = ?1 AND is_in_force = 1")?;
    Ok(statement
        .query_row([device.as_bytes()], |row| row.get(0))
        .optional()?)
}

pub(crate) fn insert(
    db: &Connection,
    account_no: i64,
    device: DeviceId,
    key: &[u8; 32],
) -> Result<i64, DbError> {
    db.prepare_cached(
        "INSERT INTO device (device_id, account_no, key, is_in_force) VALUES (?1, ?2, ?3, 1)",
    )?
    .execute(params![device.as_bytes(), account_no, key])?;
    Ok(db.last_insert_rowid())
}

pub(crate) fn revoke(db: &Connection, device_no: i64) -> Result<(), DbError> {
    db.prepare_cached("UPDATE device SET is_in_force = 0 WHERE device_no = ?1")?
        .execute([device_no])?;
    Ok(())
}

pub(crate) fn rows(db: &Connection, devices: &[DeviceId]) -> Result<Vec<DeviceRow>, DbError> {
    let mut statement = db.prepare_cached(&format!("{COLUMNS} WHERE d.device_id = ?1"))?;
    let mut found = Vec::with_capacity(devices.len());
    for device in devices {
        let mut rows = statement.query([device.as_bytes()])?;
        found.extend(first(&mut rows, read_row)?);
    }
    Ok(found)
}

pub(crate) fn in_force(db: &Connection, account: AccountId) -> Result<Vec<DeviceRow>, DbError> {
    let mut statement = db.prepare_cached(&format!(
        "{COLUMNS} WHERE a.account_id = ?1 AND d.is_in_force = 1 ORDER BY d.device_no"
    ))?;
    collect(&mut statement.query([account.as_bytes()])?, read_row)
}

/// The numbers of an account's devices in force, in the order added.
pub(crate) fn numbers_in_force(
    db: &Connection,
    account: AccountId,
) -> Result<Vec<(i64, DeviceId)>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT d.device_no, d.device_id FROM device d JOIN account a ON a.account_no = d.account_no
         WHERE a.account_id = ?1 AND d.is_in_force = 1 ORDER BY d.device_no",
    )?;
    collect(&mut statement.query([account.as_bytes()])?, |row| {
        Ok((row.get(0)?, crate::convert::device_id(row, 1)?))
    })
}

pub(crate) fn mailbox_expired(db: &Connection, device: DeviceId) -> Result<bool, DbError> {
    let mut statement =
        db.prepare_cached("SELECT mailbox_expired FROM device WHERE device_id = ?1")?;
    let expired: Option<bool> = statement
        .query_row([device.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(expired.unwrap_or(false))
}

pub(crate) fn set_mailbox_expired(
    db: &Connection,
    device_no: i64,
    expired: bool,
) -> Result<(), DbError> {
    db.prepare_cached("UPDATE device SET mailbox_expired = ?2 WHERE device_no = ?1")?
        .execute(params![device_no, expired])?;
    Ok(())
}
