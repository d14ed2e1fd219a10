//! What is done to messages: edits, deletions, reactions, votes, pins, reports. One file each.
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
mod latest;
mod pin;
mod poll;
mod reaction;
mod report;
mod shown;
#[cfg(test)]
mod tests;
mod text;
mod timer;

use std::collections::BTreeSet;

use pipit_domain::{AccountId, MessageId, Redacted, Timestamp};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::deed::{self, DeedKind};
use pipit_store::table::message::{self, MessageRow};
use pipit_store::table::pending::{self, PendingRow};
use pipit_store::table::{group_member, trash, unwanted};
use pipit_store::{Connection, StoreError, Transaction};
use pipit_wire::content::{Action, Content, Kind, Uri};

use crate::control;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;
use crate::star;

pub(crate) use delete::{answers, may_delete};
pub(crate) use edit::last_moment;
pub(crate) use latest::{next, of_each};
pub(crate) use pin::can_be_pinned;
pub(crate) use poll::poll_of;
pub(crate) use shown::{said, shown};
pub(crate) use text::{markdown_of, mentions, plain, unmentioned};

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
    /// Lines that tell of it, new.
    pub(crate) lines: Vec<i64>,
    /// The conversation itself is no longer as it was.
    pub(crate) is_place_changed: bool,
}

impl Change {
    /// Adds what became of other rows.
    pub(crate) fn extend(&mut self, other: Self) {
        self.changed.extend(other.changed);
        self.lines.extend(other.lines);
        self.is_place_changed |= other.is_place_changed;
    }

    /// What to tell. The conversation's own row is the caller's to tell.
    pub(crate) fn events(
        &self,
        reader: &Reader,
        connection: &Connection,
    ) -> Result<Vec<Event>, ClientError> {
        let mut events = Vec::new();
        for row in &self.changed {
            // It may be in the trash, or gone.
            if message::by_row(connection, *row)?.is_some() {
                let record = reader.message_by_row(connection, *row)?;
                events.push(Event::MessageChanged(record));
            }
        }
        for line in &self.lines {
            let record = reader.message_by_row(connection, *line)?;
            events.push(Event::MessageAdded(record));
        }
        Ok(events)
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
                change.extend(settle(transaction, own, deed.place, deed.id())?);
            }
        }
        Kind::Control(_) => {
            if let Some(action) = deed.content.as_action() {
                act(transaction, own, deed, action, &mut change)?;
            }
        }
        Kind::StatusReport(report) => {
            report::apply(transaction, own, deed, &report, &mut change)?;
        }
        Kind::Text(_) | Kind::Poll(_) | Kind::Newer => {}
    }
    Ok(change)
}

fn act(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    action: Action,
    change: &mut Change,
) -> Result<(), ClientError> {
    let on = |target| target_of(transaction, deed, target);
    match action {
        Action::Vote { poll, choice } => {
            if let Some(row) = on(poll)? {
                poll::vote(transaction, deed, &row, choice, change)?;
            }
        }
        Action::ClosePoll { poll } => {
            if let Some(row) = on(poll)? {
                poll::close(transaction, deed, &row, change)?;
            }
        }
        Action::Pin { message, is_pinned } => {
            if let Some(row) = on(message)? {
                pin::apply(transaction, own, deed, &row, is_pinned, change)?;
            }
        }
        Action::Timer { seconds, told } => match told {
            None => timer::apply(transaction, own, deed, seconds, change)?,
            Some(told) => timer::learn(transaction, deed, seconds, told, change)?,
        },
    }
    Ok(())
}

/// The server has refused for good what this device did: then it never was.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn refused(
    transaction: &Transaction<'_>,
    own: AccountId,
    conversation: i64,
    content: &[u8],
) -> Result<Change, ClientError> {
    let mut change = Change::default();
    let (Ok(content), Some(place)) = (
        Content::decode(content),
        conversation::by_row(transaction, conversation)?,
    ) else {
        return Ok(change);
    };
    let deed = Deed {
        place: &place,
        sender: own,
        at: Timestamp::from_millis(0),
        content: &content,
    };
    let Some(action) = content.as_action() else {
        return Ok(change);
    };
    let (kind, target) = match action {
        Action::Vote { poll, .. } => (DeedKind::Vote, poll),
        Action::ClosePoll { poll } => (DeedKind::Close, poll),
        Action::Pin { message, .. } => (DeedKind::Pin, message),
        Action::Timer { .. } => {
            timer::show_standing(transaction, place.id)?;
            change.is_place_changed = true;
            return Ok(change);
        }
    };
    let Some(row) = message::of_version(transaction, target)? else {
        return Ok(change);
    };
    deed::remove(transaction, row.message, kind, own, deed.id())?;
    match kind {
        DeedKind::Vote => {
            change.changed.insert(row.message);
        }
        DeedKind::Close => poll::show_close(transaction, &row, &mut change)?,
        DeedKind::Pin => pin::show(transaction, own, &deed, &row, &mut change)?,
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
    // Of what this person has deleted for good nothing more is kept.
    if unwanted::has(transaction, target)? && trash::get(transaction, target)?.is_none() {
        return Ok(());
    }
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

/// A message is here: what this person had marked is marked, and what has waited for it is applied.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn arrived(
    transaction: &Transaction<'_>,
    own: AccountId,
    place: &ConversationRow,
    id: MessageId,
) -> Result<Change, ClientError> {
    star::settle(transaction, id)?;
    settle(transaction, own, place, id)
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
        all.extend(apply(transaction, own, &deed)?);
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
    let change = match content.as_action() {
        Some(Action::Timer { seconds, .. }) => {
            let mut change = Change::default();
            timer::begin(transaction, own, &deed, seconds, &mut change)?;
            change
        }
        _ => apply(transaction, own, &deed)?,
    };
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
