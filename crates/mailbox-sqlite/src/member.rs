//! Table `member`: the devices with a leaf in each conversation.

use pipit_domain::{AccountId, DeviceId};
use pipit_mailbox::DeviceAddress;
use rusqlite::{Connection, params};

use crate::convert::{account_id, address, collect, device_id};
use crate::device;
use crate::error::DbError;

/// A member device as the fan-out needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemberRow {
    pub(crate) device_no: i64,
    pub(crate) device: DeviceId,
    /// Revoked devices, and those of accounts that left, keep their leaf until a commit removes it, and
    /// get nothing.
    pub(crate) is_in_force: bool,
}

pub(crate) fn rows(db: &Connection, conversation_no: i64) -> Result<Vec<MemberRow>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT m.device_no, d.device_id, d.is_in_force AND NOT m.has_left
         FROM member m JOIN device d ON d.device_no = m.device_no WHERE m.conversation_no = ?1",
    )?;
    collect(&mut statement.query([conversation_no])?, |row| {
        Ok(MemberRow {
            device_no: row.get(0)?,
            device: device_id(row, 1)?,
            is_in_force: row.get(2)?,
        })
    })
}

pub(crate) fn addresses(
    db: &Connection,
    conversation_no: i64,
) -> Result<Vec<DeviceAddress>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT a.account_id, d.device_id
         FROM member m JOIN device d ON d.device_no = m.device_no JOIN account a ON a.account_no = d.account_no
         WHERE m.conversation_no = ?1",
    )?;
    collect(&mut statement.query([conversation_no])?, |row| {
        address(row, 0)
    })
}

/// Finds the rows of new members; a device that is not in force comes back as the error value.
pub(crate) fn resolve(
    db: &Connection,
    members: &[DeviceAddress],
) -> Result<Result<Vec<MemberRow>, DeviceId>, DbError> {
    let mut resolved = Vec::with_capacity(members.len());
    for member in members {
        match device::number_in_force(db, member.device)? {
            Some(device_no) => {
                resolved.push(MemberRow {
                    device_no,
                    device: member.device,
                    is_in_force: true,
                });
            }
            None => return Ok(Err(member.device)),
        }
    }
    Ok(Ok(resolved))
}

pub(crate) fn insert(db: &Connection, conversation_no: i64, device_no: i64) -> Result<(), DbError> {
    db.prepare_cached("INSERT INTO member (conversation_no, device_no) VALUES (?1, ?2)")?
        .execute(params![conversation_no, device_no])?;
    Ok(())
}

/// The accounts that have left.
pub(crate) fn left(db: &Connection, conversation_no: i64) -> Result<Vec<AccountId>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT a.account_id
         FROM member m JOIN device d ON d.device_no = m.device_no JOIN account a ON a.account_no = d.account_no
         WHERE m.conversation_no = ?1 AND m.has_left = 1",
    )?;
    collect(&mut statement.query([conversation_no])?, |row| {
        account_id(row, 0)
    })
}

/// Marks the devices of an account as gone; answers whether there were any.
pub(crate) fn leave(
    db: &Connection,
    conversation_no: i64,
    account: AccountId,
) -> Result<bool, DbError> {
    let changed = db
        .prepare_cached(
            "UPDATE member SET has_left = 1 WHERE conversation_no = ?1 AND device_no IN (
                 SELECT d.device_no FROM device d JOIN account a ON a.account_no = d.account_no
                 WHERE a.account_id = ?2)",
        )?
        .execute(params![conversation_no, account.as_bytes()])?;
    Ok(changed > 0)
}

/// A device that had left is in anew.
pub(crate) fn return_to(
    db: &Connection,
    conversation_no: i64,
    device_no: i64,
) -> Result<(), DbError> {
    db.prepare_cached(
        "UPDATE member SET has_left = 0 WHERE conversation_no = ?1 AND device_no = ?2",
    )?
    .execute(params![conversation_no, device_no])?;
    Ok(())
}

pub(crate) fn delete(db: &Connection, conversation_no: i64, device_no: i64) -> Result<(), DbError> {
    db.prepare_cached("DELETE FROM member WHERE conversation_no = ?1 AND device_no = ?2")?
        .execute(params![conversation_no, device_no])?;
    Ok(())
}
