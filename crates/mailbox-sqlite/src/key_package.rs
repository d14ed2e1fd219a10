//! Table `key_package`: each one-time package is handed out once; the last-resort one stays.

use pipit_domain::{AccountId, DeviceId, Timestamp, limits};
use pipit_mailbox::{
    ClaimedKeyPackages, ClaimedPackage, DeviceAddress, KeyPackageCount, NewKeyPackage, Suite,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::convert::{first, time, to_integer};
use crate::device;
use crate::error::DbError;

/// Expired key packages deleted in one call: the writing thread must not be held up.
const EXPIRED_MAX: i64 = 2000;

pub(crate) fn publish(
    db: &Connection,
    device_no: i64,
    packages: &[NewKeyPackage],
) -> Result<(), DbError> {
    for package in packages {
        let suite = package.suite;
        if package.is_last_resort {
            db.prepare_cached(
                "DELETE FROM key_package WHERE device_no = ?1 AND suite = ?2 AND is_last_resort = 1",
            )?
            .execute(params![device_no, suite.number()])?;
        } else if count(db, device_no, suite)? as usize >= limits::KEY_PACKAGES_MAX {
            continue;
        }
        db.prepare_cached(
            "INSERT INTO key_package (device_no, suite, is_last_resort, expires_ms, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            device_no,
            suite.number(),
            package.is_last_resort,
            to_integer(package.expires.as_millis()),
            package.bytes
        ])?;
    }
    Ok(())
}

pub(crate) fn delete_all(db: &Connection, device_no: i64) -> Result<(), DbError> {
    db.prepare_cached("DELETE FROM key_package WHERE device_no = ?1")?
        .execute([device_no])?;
    Ok(())
}

fn count(db: &Connection, device_no: i64, suite: Suite) -> Result<u32, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT count(*) FROM key_package WHERE device_no = ?1 AND suite = ?2 AND is_last_resort = 0",
    )?;
    Ok(statement.query_row(params![device_no, suite.number()], |row| row.get(0))?)
}

pub(crate) fn counts(db: &Connection, device_no: i64) -> Result<KeyPackageCount, DbError> {
    Ok(KeyPackageCount {
        classical: count(db, device_no, Suite::Classical)?,
        post_quantum: count(db, device_no, Suite::PostQuantum)?,
        last_resort_expires: last_resort_expires(db, device_no)?,
    })
}

fn last_resort_expires(db: &Connection, device_no: i64) -> Result<Option<Timestamp>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT min(expires_ms) FROM key_package WHERE device_no = ?1 AND is_last_resort = 1
         HAVING count(*) = ?2",
    )?;
    let mut rows = statement.query(params![device_no, to_integer(Suite::ALL.len() as u64)])?;
    first(&mut rows, |row| time(row, 0))
}

/// Forgets those that nobody could use any more.
pub(crate) fn expire(db: &Connection, now: Timestamp) -> Result<(), DbError> {
    let usable = now
        .as_millis()
        .saturating_add(limits::KEY_PACKAGE_REMAINING_MIN_MS);
    db.prepare_cached(
        "DELETE FROM key_package WHERE key_package_no IN (
             SELECT key_package_no FROM key_package WHERE expires_ms < ?1 LIMIT ?2)",
    )?
    .execute(params![to_integer(usable), EXPIRED_MAX])?;
    Ok(())
}

pub(crate) fn claim(
    db: &Connection,
    accounts: &[AccountId],
    suite: Suite,
    claimant: DeviceId,
) -> Result<ClaimedKeyPackages, DbError> {
    let mut claimed = ClaimedKeyPackages::default();
    for &account in accounts {
        for (device_no, device) in device::numbers_in_force(db, account)? {
            if device == claimant {
                continue;
            }
            match take(db, device_no, suite)? {
                Some(bytes) => claimed.packages.push(ClaimedPackage {
                    address: DeviceAddress { account, device },
                    bytes: bytes.into(),
                }),
                None => claimed.without.push(device),
            }
        }
    }
    Ok(claimed)
}

/// The oldest one-time package, deleted; else the last-resort one, kept.
fn take(db: &Connection, device_no: i64, suite: Suite) -> Result<Option<Vec<u8>>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT key_package_no, is_last_resort, bytes FROM key_package
         WHERE device_no = ?1 AND suite = ?2 ORDER BY is_last_resort, key_package_no LIMIT 1",
    )?;
    let found: Option<(i64, bool, Vec<u8>)> = statement
        .query_row(params![device_no, suite.number()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((key_package_no, is_last_resort, bytes)) = found else {
        return Ok(None);
    };
    if !is_last_resort {
        db.prepare_cached("DELETE FROM key_package WHERE key_package_no = ?1")?
            .execute([key_package_no])?;
    }
    Ok(Some(bytes))
}

pub(crate) fn devices_without(
    db: &Connection,
    account: AccountId,
    suite: Suite,
) -> Result<Vec<DeviceId>, DbError> {
    let mut statement =
        db.prepare_cached("SELECT 1 FROM key_package WHERE device_no = ?1 AND suite = ?2 LIMIT 1")?;
    let mut without = Vec::new();
    for (device_no, device) in device::numbers_in_force(db, account)? {
        if !statement.exists(params![device_no, suite.number()])? {
            without.push(device);
        }
    }
    Ok(without)
}
