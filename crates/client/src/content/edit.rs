//! Edits: another text for a message. Every text is kept; of all edits that came in time the latest counts.

use std::time::Duration;

use pipit_domain::{AccountId, Redacted, Timestamp};
use pipit_store::Transaction;
use pipit_store::table::edit::{self, EditRow};
use pipit_store::table::message::{MessageKind, MessageRow};
use pipit_wire::content::Text;

use super::{Change, Deed, markdown_of, mentions};
use crate::error::ClientError;

/// How long after its acceptance a message can be edited, by the server's clock. Everybody goes by it, so an
/// edit that left its device too late counts nowhere, there either.
pub(crate) const WINDOW: Duration = Duration::from_secs(48 * 60 * 60);

pub(super) fn apply(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    row: &MessageRow,
    text: Text<'_>,
    change: &mut Change,
) -> Result<(), ClientError> {
    if row.sender != deed.sender || row.kind != MessageKind::Text {
        return Ok(());
    }
    if row.details.edited_at.is_none() && edit::list(transaction, row.message)?.is_empty() {
        let first = EditRow {
            id: row.id,
            at: Timestamp::from_millis(0),
            revision: 0,
            text: row.text.clone(),
        };
        edit::put(transaction, row.message, &first)?;
    }
    let edit = EditRow {
        id: deed.id(),
        at: deed.at,
        revision: deed.content.extensions.revision(),
        text: Redacted(markdown_of(text).into_owned()),
    };
    edit::put(transaction, row.message, &edit)?;
    let texts = edit::list(transaction, row.message)?;
    let until = last_moment(row);
    let Some(shown) = texts.iter().rev().find(|text| text.at <= until) else {
        return Ok(());
    };
    let edited_at = (shown.at.as_millis() > 0).then_some(shown.at);
    let mentions_me =
        row.sender != own && !row.details.is_forwarded && mentions(&shown.text.0).contains(&own);
    edit::show(
        transaction,
        row.message,
        &shown.text.0,
        edited_at,
        mentions_me,
    )?;
    change.changed.insert(row.message);
    Ok(())
}

/// Until when a message can be edited; for ever, as long as the server has not accepted it.
pub(crate) fn last_moment(row: &MessageRow) -> Timestamp {
    let window = u64::try_from(WINDOW.as_millis()).unwrap_or(u64::MAX);
    row.accepted_at
        .map_or(Timestamp::from_millis(u64::MAX), |at| {
            Timestamp::from_millis(at.as_millis().saturating_add(window))
        })
}
