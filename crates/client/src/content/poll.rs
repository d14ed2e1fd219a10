//! Polls: what people choose, and the end of it. Of all votes of an account the last one counts that the server
//! accepted before the poll was closed; only its author closes it.

use pipit_store::table::deed::{self, DeedKind};
use pipit_store::table::message::{self, MessageKind, MessageRow};
use pipit_store::{Connection, StoreError, Transaction};
use pipit_wire::content::{Choice, Content, Kind, Poll};

use super::{Change, Deed, latest};
use crate::error::ClientError;

pub(super) fn vote(
    transaction: &Transaction<'_>,
    deed: &Deed<'_>,
    row: &MessageRow,
    choice: Choice,
    change: &mut Change,
) -> Result<(), ClientError> {
    let poll = poll_of(transaction, row)?;
    if !poll.is_some_and(|poll| poll.takes(choice)) {
        return Ok(());
    }
    let kept = latest::row(deed, choice.0.into());
    deed::put(transaction, row.message, DeedKind::Vote, &kept)?;
    change.changed.insert(row.message);
    Ok(())
}

pub(super) fn close(
    transaction: &Transaction<'_>,
    deed: &Deed<'_>,
    row: &MessageRow,
    change: &mut Change,
) -> Result<(), ClientError> {
    if row.kind != MessageKind::Poll || row.sender != deed.sender {
        return Ok(());
    }
    let kept = latest::row(deed, 0);
    deed::put(transaction, row.message, DeedKind::Close, &kept)?;
    show_close(transaction, row, change)
}

/// A poll that was closed twice, by two devices, was closed by the first.
pub(super) fn show_close(
    transaction: &Transaction<'_>,
    row: &MessageRow,
    change: &mut Change,
) -> Result<(), ClientError> {
    let all = deed::list(transaction, row.message, DeedKind::Close)?;
    let first = all.into_iter().map(|close| close.at).min();
    message::set_closed(transaction, row.message, first)?;
    change.changed.insert(row.message);
    Ok(())
}

/// The poll that a message is; `None` when it is none.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn poll_of(
    connection: &Connection,
    row: &MessageRow,
) -> Result<Option<Poll>, StoreError> {
    if row.kind != MessageKind::Poll {
        return Ok(None);
    }
    let kept = message::content(connection, row.message)?.unwrap_or_default();
    let content = Content::decode(&kept).map_err(|_| StoreError::Value("poll"))?;
    match content.kind() {
        Kind::Poll(poll) => Ok(Some(poll)),
        _ => Err(StoreError::Value("poll")),
    }
}
