//! Control messages: sealed, ordered and delivered like any message, and no row of the history.
//!
//! What one device tells others without a person reading it (a reaction, a report of reading, what a
//! group is called) is queued here in the transaction that makes the change on this device, so that it
//! leaves even if the process dies at once. It reaches a device once: the ratchet opens nothing twice.

use pipit_store::Transaction;
use pipit_store::table::outbox;
use pipit_wire::content::Content;

use crate::clock::random_envelope;
use crate::error::ClientError;

/// Queues a content that makes no row. Wake the outbox after the transaction.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn queue(
    transaction: &Transaction<'_>,
    conversation: i64,
    content: &Content,
) -> Result<(), ClientError> {
    let envelope = random_envelope();
    outbox::insert(transaction, None, conversation, envelope, &content.encode())?;
    Ok(())
}
