//! Pins: messages at the head of a conversation, for everybody in it. Of all who put one up or took it down the
//! last one counts.

use pipit_domain::AccountId;
use pipit_store::Transaction;
use pipit_store::table::deed::{self, DeedKind};
use pipit_store::table::message::{self, MessageKind, MessageRow};

use super::{Change, Deed, latest};
use crate::error::ClientError;
use crate::group::{LinePlace, may_edit_info};

pub(super) fn apply(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    row: &MessageRow,
    is_pinned: bool,
    change: &mut Change,
) -> Result<(), ClientError> {
    if !can_be_pinned(row) || !may_edit_info(transaction, deed.place, deed.sender)? {
        return Ok(());
    }
    let kept = latest::row(deed, is_pinned.into());
    deed::put(transaction, row.message, DeedKind::Pin, &kept)?;
    show(transaction, own, deed, row, change)
}

/// Shows what the last one said. Where that is new for this device, a line tells of it.
pub(super) fn show(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    row: &MessageRow,
    change: &mut Change,
) -> Result<(), ClientError> {
    let last = latest::of_all(transaction, row.message, DeedKind::Pin)?;
    let up = last.filter(|last| last.value > 0);
    message::set_pinned(transaction, row.message, up.map(|up| up.at))?;
    change.changed.insert(row.message);
    if let Some(up) = up.filter(|_| !row.details.is_pinned) {
        let place = LinePlace {
            transaction,
            conversation: row.conversation,
            own,
            at: deed.at,
        };
        let line = place.line("message.pinned", up.sender, None, "")?;
        change.lines.push(line);
    }
    Ok(())
}

/// Whether there is something to show.
pub(crate) fn can_be_pinned(row: &MessageRow) -> bool {
    matches!(
        row.kind,
        MessageKind::Text | MessageKind::Poll | MessageKind::Newer
    )
}
