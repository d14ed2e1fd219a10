//! Deletions for everybody: nothing of the message is left but that it was there. There is no time limit: one
//! may always take one's words back.

use pipit_domain::{AccountId, MessageId};
use pipit_store::table::conversation::ConversationRow;
use pipit_store::table::message::{self, MessageKind, MessageRow};
use pipit_store::table::reaction;
use pipit_store::{Connection, StoreError, Transaction};

use super::{Change, Deed, put_aside};
use crate::error::ClientError;
use crate::group::leads;

/// Answers to a message that are shown anew when it is gone: those on screen are among the newest.
const REPLIES_MAX: usize = 50;

pub(super) fn apply(
    transaction: &Transaction<'_>,
    deed: &Deed<'_>,
    target: MessageId,
    change: &mut Change,
) -> Result<(), ClientError> {
    if let Some(message) = reaction::message(transaction, target, deed.sender)? {
        reaction::remove(transaction, target)?;
        change.changed.insert(message);
        return Ok(());
    }
    let row = message::of_version(transaction, target)?
        .filter(|row| row.conversation == deed.place.conversation);
    let Some(row) = row else {
        return put_aside(transaction, deed, target);
    };
    let is_there = !matches!(row.kind, MessageKind::Deleted | MessageKind::System);
    if is_there && may_delete(transaction, deed.place, deed.sender, &row)? {
        message::erase(transaction, row.message)?;
        change.changed.insert(row.message);
        change.changed.extend(answers(transaction, row.id)?);
    }
    Ok(())
}

/// The newest answers to a message, which quote it.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn answers(connection: &Connection, id: MessageId) -> Result<Vec<i64>, StoreError> {
    message::replies(connection, id, REPLIES_MAX)
}

/// Whether an account may take a message back for everybody: its sender may, and who leads the group.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn may_delete(
    connection: &Connection,
    place: &ConversationRow,
    sender: AccountId,
    row: &MessageRow,
) -> Result<bool, ClientError> {
    Ok(row.sender == sender || leads(connection, place, sender)?)
}
