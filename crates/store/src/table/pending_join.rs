//! External commits of this device that the server has not answered, at most one a conversation.

use pipit_domain::{ConversationId, GroupId};
use rusqlite::{Connection, params};

use super::{found, id};
use crate::StoreError;

/// The group and the encoded request that waits for its answer.
///
/// # Errors
/// When the file cannot be read.
pub fn get(
    connection: &Connection,
    conversation: i64,
) -> Result<Option<(GroupId, Vec<u8>)>, StoreError> {
    found(
        connection
            .prepare_cached("SELECT group_id, request FROM pending_join WHERE conversation = ?1")?
            .query_row([conversation], |row| Ok((id(row, 0)?, row.get(1)?))),
    )
}

/// The conversations with such a request.
///
/// # Errors
/// When the file cannot be read.
pub fn conversations(connection: &Connection) -> Result<Vec<ConversationId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation_id FROM pending_join JOIN conversation USING (conversation)",
    )?;
    let rows = statement
        .query_map([], |row| id(row, 0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Keeps a request; one that was there goes.
///
/// # Errors
/// When the file cannot be written.
pub fn set(
    connection: &Connection,
    conversation: i64,
    group: GroupId,
    request: &[u8],
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO pending_join (conversation, group_id, request) VALUES (?1, ?2, ?3)
             ON CONFLICT (conversation) DO UPDATE
             SET group_id = excluded.group_id, request = excluded.request",
        )?
        .execute(params![conversation, group.as_bytes(), request])?;
    Ok(())
}

/// Forgets the request.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(connection: &Connection, conversation: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM pending_join WHERE conversation = ?1")?
        .execute([conversation])?;
    Ok(())
}
