//! What this device has to send. A row appears in the transaction that adds its message (or, for what has
//! no row in the history, that makes the change which it tells others of), keeps its sealed bytes from the transaction that advanced the ratchet, and goes in the one that notes the
//! server's acceptance; so whatever dies in between, the same bytes are sent again.

use pipit_domain::{EnvelopeId, Redacted};
use rusqlite::{Connection, Row, params};

use super::{found, id, number};
use crate::StoreError;

/// One message to send.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// Row number; the order of sending.
    pub outbox: i64,
    /// Row number of its message; `None` for what the history does not show.
    pub message: Option<i64>,
    /// Row number of its conversation.
    pub conversation: i64,
    /// Stays the same however often it is sealed.
    pub envelope: EnvelopeId,
    /// What to seal.
    pub content: Redacted<Vec<u8>>,
    /// Sealed bytes, when sealed; empty when it was and has to be sealed again.
    pub sealed: Option<Vec<u8>>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    Ok(OutboxRow {
        outbox: row.get(0)?,
        message: row.get(1)?,
        conversation: row.get(2)?,
        envelope: id(row, 3)?,
        content: Redacted(row.get(4)?),
        sealed: row.get(5)?,
    })
}

/// Adds something to send: a message, or with `None` something that the history does not show.
///
/// # Errors
/// When the file cannot be written.
pub fn insert(
    connection: &Connection,
    message: Option<i64>,
    conversation: i64,
    envelope: EnvelopeId,
    content: &[u8],
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (message, conversation, envelope_id, content) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![message, conversation, envelope.as_bytes(), content])?;
    Ok(())
}

/// Row numbers of the conversations that have something to send, without those where it waits for the person to
/// decide on an alarm.
///
/// # Errors
/// When the file cannot be read.
pub fn conversations(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT conversation FROM outbox WHERE is_failed = 0 AND conversation NOT IN
            (SELECT conversation FROM conversation JOIN alarm USING (conversation_id) WHERE is_settled = 0)",
    )?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// The oldest messages to send of a conversation, at most `limit`, in order.
///
/// # Errors
/// When the file cannot be read.
pub fn oldest(
    connection: &Connection,
    conversation: i64,
    limit: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT outbox, message, conversation, envelope_id, content, sealed FROM outbox
         WHERE conversation = ?1 AND is_failed = 0 ORDER BY outbox LIMIT ?2",
    )?;
    let rows = statement
        .query_map(params![conversation, number(limit as u64)], read)?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// The row of a message, when it is still to be sent.
///
/// # Errors
/// When the file cannot be read.
pub fn by_message(connection: &Connection, message: i64) -> Result<Option<OutboxRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT outbox, message, conversation, envelope_id, content, sealed FROM outbox WHERE message = ?1",
    )?;
    found(statement.query_row([message], read))
}

/// Keeps the sealed bytes (`None`: to be sealed again).
///
/// # Errors
/// When the file cannot be written.
pub fn set_sealed(
    connection: &Connection,
    outbox: i64,
    sealed: Option<&[u8]>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE outbox SET sealed = ?2 WHERE outbox = ?1")?
        .execute(params![outbox, sealed])?;
    Ok(())
}

/// Discards the sealed bytes of a whole conversation: its epoch has moved on. Empty bytes stay where
/// some were: those may have reached the server.
///
/// # Errors
/// When the file cannot be written.
pub fn unseal(connection: &Connection, conversation: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE outbox SET sealed = X'' WHERE conversation = ?1 AND sealed IS NOT NULL",
        )?
        .execute([conversation])?;
    Ok(())
}

/// Sets a message aside until the person decides, or puts it back.
///
/// # Errors
/// When the file cannot be written.
pub fn set_failed(connection: &Connection, outbox: i64, is_failed: bool) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE outbox SET is_failed = ?2, sealed = NULL WHERE outbox = ?1")?
        .execute(params![outbox, is_failed])?;
    Ok(())
}

/// Removes a row: accepted, or discarded.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(connection: &Connection, outbox: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM outbox WHERE outbox = ?1")?
        .execute([outbox])?;
    Ok(())
}
