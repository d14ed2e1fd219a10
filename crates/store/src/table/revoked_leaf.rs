//! Revoked devices whose leaf may still be in a conversation's group.

use pipit_domain::{AccountId, DeviceId};
use rusqlite::{Connection, params};

use super::id;
use crate::StoreError;

/// Notes that an account has revoked a device, in every conversation with a group that the account may be in.
///
/// # Errors
/// When the file cannot be written.
pub fn note_everywhere(
    connection: &Connection,
    account: AccountId,
    device: DeviceId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO revoked_leaf (conversation, device_id)
             SELECT conversation, ?2 FROM conversation
             WHERE group_id IS NOT NULL
               AND (peer = ?1
                    OR EXISTS (SELECT 1 FROM account WHERE account_id = ?1)
                    OR EXISTS (SELECT 1 FROM group_member AS member
                               WHERE member.conversation = conversation.conversation
                                 AND member.account_id = ?1))",
        )?
        .execute(params![account.as_bytes(), device.as_bytes()])?;
    Ok(())
}

/// Notes a leaf in one conversation.
///
/// # Errors
/// When the file cannot be written.
pub fn note(
    connection: &Connection,
    conversation: i64,
    device: DeviceId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO revoked_leaf (conversation, device_id) VALUES (?1, ?2)",
        )?
        .execute(params![conversation, device.as_bytes()])?;
    Ok(())
}

/// The conversations with such a leaf, that of the newest message first.
///
/// # Errors
/// When the file cannot be read.
pub fn conversations(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT conversation FROM revoked_leaf JOIN conversation USING (conversation)
         ORDER BY updated_at DESC, conversation",
    )?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// The devices whose leaf may still be in a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn list(connection: &Connection, conversation: i64) -> Result<Vec<DeviceId>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT device_id FROM revoked_leaf WHERE conversation = ?1")?;
    let rows = statement
        .query_map([conversation], |row| id(row, 0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Forgets a leaf: it is not in the group any more.
///
/// # Errors
/// When the file cannot be written.
pub fn forget(
    connection: &Connection,
    conversation: i64,
    device: DeviceId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM revoked_leaf WHERE conversation = ?1 AND device_id = ?2")?
        .execute(params![conversation, device.as_bytes()])?;
    Ok(())
}
