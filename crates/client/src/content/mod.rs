//! What is done to messages: edits, deletions, reactions, reports. One file each.
//!
//! # Design
//! What this person does and what comes from others take the same way: [`apply`] changes the rows, and is told
//! who did it and when the server accepted it. For something of this device's own that is its own reckoning of
//! the server's clock at first; when the acceptance comes ([`accepted`]) it is applied again with the server's
//! word. So every `apply` can be repeated, and what counts in the end, (time, id), is the same on all devices.
//!
//! What comes before the message that it is about waits in the table `pending` until [`settle`] is called for
//! that message.
//!
//! # Limits
//! Only the sender of a message may edit it, within [`edit::WINDOW`]; [`delete`] says who may take it back.

mod delete;
mod edit;
mod reaction;
mod report;
mod shown;
mod text;

use std::collections::BTreeSet;

use pipit_domain::{AccountId, MessageId, Redacted, Timestamp};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::group_member;
use pipit_store::table::message::{self, MessageRow};
use pipit_store::table::pending::{self, PendingRow};
use pipit_store::{Connection, StoreError, Transaction};
use pipit_wire::content::{Content, Kind, Uri};

use crate::control;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;

pub(crate) use delete::may_delete;
pub(crate) use edit::last_moment;
pub(crate) use shown::shown;
pub(crate) use text::{markdown_of, mentions, plain};

/// Something that is done to a message, or to its conversation.
pub(crate) struct Deed<'a> {
    /// Where.
    pub(crate) place: &'a ConversationRow,
    /// Who did it; from MLS.
    pub(crate) sender: AccountId,
    /// When the server accepted it.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) content: &'a Content,
}

impl Deed<'_> {
    /// Its own id.
    fn id(&self) -> MessageId {
        let room = Uri::of_conversation(&self.place.id);
        self.content
            .message_id(&Uri::of_account(&self.sender), &room)
    }
}

/// What became of rows.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// Messages that are no longer as they were.
    pub(crate) changed: BTreeSet<i64>,
}

impl Change {
    /// What to tell. The conversation's own row is the caller's to tell.
    pub(crate) fn events(
        &self,
        reader: &Reader,
        connection: &Connection,
    ) -> Result<Vec<Event>, ClientError> {
        self.changed
            .iter()
            .map(|row| {
                Ok(Event::MessageChanged(
                    reader.message_by_row(connection, *row)?,
                ))
            })
            .collect()
    }
}

/// Applies what this version understands of a content that is no message by itself.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn apply(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
) -> Result<Change, ClientError> {
    let mut change = Change::default();
    match deed.content.kind() {
        Kind::Edit { target, text } => {
            if let Some(row) = target_of(transaction, deed, target)? {
                edit::apply(transaction, own, deed, &row, text, &mut change)?;
            }
        }
        Kind::Delete { target } => delete::apply(transaction, deed, target, &mut change)?,
        Kind::Reaction { target, emoji } => {
            if let Some(row) = target_of(transaction, deed, target)? {
                reaction::apply(transaction, deed, &row, &emoji, &mut change)?;
                let inner = settle(transaction, own, deed.place, deed.id())?;
                change.changed.extend(inner.changed);
            }
        }
        Kind::StatusReport(report) => {
            report::apply(transaction, own, deed, &report, &mut change)?;
        }
        Kind::Control(_) | Kind::Text(_) | Kind::Poll(_) | Kind::Newer => {}
    }
    Ok(change)
}

/// The message that a deed is about; when it is not here the deed is put aside until it is.
fn target_of(
    transaction: &Transaction<'_>,
    deed: &Deed<'_>,
    target: MessageId,
) -> Result<Option<MessageRow>, ClientError> {
    let row = message::of_version(transaction, target)?;
    let row = row.filter(|row| row.conversation == deed.place.conversation);
    if row.is_none() {
        put_aside(transaction, deed, target)?;
    }
    Ok(row)
}

fn put_aside(
    transaction: &Transaction<'_>,
    deed: &Deed<'_>,
    target: MessageId,
) -> Result<(), ClientError> {
    let row = PendingRow {
        sender: deed.sender,
        at: deed.at,
        content: Redacted(deed.content.encode()),
    };
    Ok(pending::insert(
        transaction,
        deed.place.conversation,
        target,
        &row,
    )?)
}

/// Applies what has waited for this message (or reaction), now that it is here.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn settle(
    transaction: &Transaction<'_>,
    own: AccountId,
    place: &ConversationRow,
    target: MessageId,
) -> Result<Change, ClientError> {
    let mut all = Change::default();
    for waiting in pending::take(transaction, place.conversation, target)? {
        let Ok(content) = Content::decode(&waiting.content.0) else {
            continue;
        };
        let deed = Deed {
            place,
            sender: waiting.sender,
            at: waiting.at,
            content: &content,
        };
        all.changed.extend(apply(transaction, own, &deed)?.changed);
    }
    Ok(all)
}

/// Does something on this device, and queues it for all others. Wake the outbox after the transaction.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn perform(
    transaction: &Transaction<'_>,
    own: AccountId,
    place: &ConversationRow,
    now: Timestamp,
    content: &Content,
) -> Result<Change, ClientError> {
    let deed = Deed {
        place,
        sender: own,
        at: now,
        content,
    };
    let change = apply(transaction, own, &deed)?;
    control::queue(transaction, place.conversation, content)?;
    Ok(change)
}

/// The server has accepted something that this device did: from now on its time counts.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn accepted(
    transaction: &Transaction<'_>,
    own: AccountId,
    conversation: i64,
    content: &[u8],
    at: Timestamp,
) -> Result<Change, ClientError> {
    let (Ok(content), Some(place)) = (
        Content::decode(content),
        conversation::by_row(transaction, conversation)?,
    ) else {
        return Ok(Change::default());
    };
    // A reaction or a deletion does not depend on its time.
    if !matches!(content.kind(), Kind::Edit { .. } | Kind::Control(_)) {
        return Ok(Change::default());
    }
    let deed = Deed {
        place: &place,
        sender: own,
        at,
        content: &content,
    };
    apply(transaction, own, &deed)
}

/// Accounts that a message of this account's is sent to.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn recipients(
    connection: &Connection,
    place: &ConversationRow,
) -> Result<u64, StoreError> {
    Ok(match place.kind {
        ConversationKind::Direct => 1,
        ConversationKind::Group => {
            group_member::count(connection, place.conversation)?.saturating_sub(1)
        }
        ConversationKind::OwnDevices => 0,
    })
}
