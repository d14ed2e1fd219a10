//! Reactions: emoji beside a message.

use pipit_store::Transaction;
use pipit_store::table::message::{MessageKind, MessageRow};
use pipit_store::table::reaction;

use super::{Change, Deed};
use crate::error::ClientError;

pub(super) fn apply(
    transaction: &Transaction<'_>,
    deed: &Deed<'_>,
    row: &MessageRow,
    emoji: &[&str],
    change: &mut Change,
) -> Result<(), ClientError> {
    if matches!(row.kind, MessageKind::Deleted | MessageKind::System) {
        return Ok(());
    }
    let id = deed.id();
    for emoji in emoji {
        reaction::put(transaction, row.message, id, deed.sender, emoji, deed.at)?;
    }
    change.changed.insert(row.message);
    Ok(())
}
