//! Deeds of which the last one counts (votes, pins): how they are kept and told apart.

use pipit_domain::Timestamp;
use pipit_store::table::deed::{self, DeedKind, DeedRow};
use pipit_store::{Connection, StoreError};
use pipit_wire::content::{Action, Content};

use super::Deed;
use crate::clock::random;
use crate::error::ClientError;

/// The row of a deed.
pub(super) fn row(deed: &Deed<'_>, value: u32) -> DeedRow {
    DeedRow {
        id: deed.id(),
        sender: deed.sender,
        at: deed.at,
        revision: deed.content.extensions.revision(),
        value,
    }
}

/// The content of a deed of this device's, later than all that it knows, and the time at which it counts until
/// the server names one.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn next(
    connection: &Connection,
    message: i64,
    kind: DeedKind,
    action: Action,
    now: Timestamp,
) -> Result<(Content, Timestamp), ClientError> {
    let known = deed::list(connection, message, kind)?;
    let revision = known.iter().map(|deed| deed.revision).max().unwrap_or(0);
    let at = known.iter().map(|deed| deed.at).max().unwrap_or(now);
    let mut content = Content::action(random(), action);
    content.extensions.set_revision(revision.saturating_add(1));
    Ok((content, at.max(now)))
}

/// The last one of all.
///
/// # Errors
/// When the history can't be read.
pub(super) fn of_all(
    connection: &Connection,
    message: i64,
    kind: DeedKind,
) -> Result<Option<DeedRow>, StoreError> {
    let all = deed::list(connection, message, kind)?;
    Ok(all.into_iter().max_by_key(DeedRow::order))
}

/// The last one of each account, of those up to a time.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn of_each(
    connection: &Connection,
    message: i64,
    kind: DeedKind,
    until: Option<Timestamp>,
) -> Result<Vec<DeedRow>, StoreError> {
    let mut latest: Vec<DeedRow> = Vec::new();
    // By account, and of each the oldest first.
    for deed in deed::list(connection, message, kind)? {
        if until.is_some_and(|until| deed.at > until) {
            continue;
        }
        match latest.last_mut() {
            Some(last) if last.sender == deed.sender => *last = deed,
            _ => latest.push(deed),
        }
    }
    Ok(latest)
}
