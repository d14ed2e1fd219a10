//! What of the mailbox was opened: by its sequence, and by its envelope too, since a server may count anew. It may come
//! again when its acknowledgement is lost, and the keys that would say so are gone with their epoch.

use pipit_domain::{EnvelopeId, limits};
use rusqlite::{Connection, params};

use super::number;
use crate::StoreError;

/// Rows that are kept: far more than are under way without an acknowledgement.
const ROWS_MAX: u64 = 4 * limits::DELIVERIES_IN_FLIGHT_MAX as u64;

/// Notes that a delivery was opened, or can never be.
///
/// # Errors
/// When the file cannot be written.
pub fn put(connection: &Connection, sequence: u64, envelope: EnvelopeId) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO opened (sequence, envelope_id) VALUES (?1, ?2)")?
        .execute(params![number(sequence), envelope.as_bytes()])?;
    Ok(())
}

/// Whether this delivery was opened before.
///
/// # Errors
/// When the file cannot be read.
pub fn has(
    connection: &Connection,
    sequence: u64,
    envelope: EnvelopeId,
) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM opened WHERE sequence = ?1 AND envelope_id = ?2")?;
    Ok(statement.exists(params![number(sequence), envelope.as_bytes()])?)
}

/// Forgets all but the newest.
///
/// # Errors
/// When the file cannot be written.
pub fn forget_old(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM opened WHERE sequence <
                 (SELECT min(sequence) FROM (SELECT sequence FROM opened ORDER BY sequence DESC LIMIT ?1))",
        )?
        .execute([number(ROWS_MAX)])?;
    Ok(())
}
