//! Deleting messages for oneself, on all own devices, and bringing them back for a minute.
//!
//! # Design
//! Whether a message is deleted is a register (see [`crate::sync`]). A device that has the message moves it to
//! the trash, where it can be brought back from until [`UNDO`] is over; then the task of `sync` lets it go for
//! good, also after a restart. That it is not wanted stays known: a copy that comes later goes the same way.
//! What others do to it meanwhile waits as for a message that is not here.
//!
//! A message that has not left this device does not leave it any more, unless it is brought back.

use std::sync::Arc;
use std::time::Duration;

use pipit_domain::{MessageId, Timestamp};
use pipit_store::table::conversation::{self, ConversationRow};
use pipit_store::table::message::{self, MessageRow, MessageState, NewMessage};
use pipit_store::table::sync as registers;
use pipit_store::table::{outbox, trash, unwanted};
use pipit_store::{StoreError, Transaction};

use crate::client::Client;
use crate::content;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::{Event, without_repeats};
use crate::message_change::{MESSAGES_MAX, found, place_of};
use crate::record::Reader;
use crate::sync::{self, Change};

/// How long a message can be brought back.
const UNDO: Duration = Duration::from_secs(60);

impl Client {
    /// Deletes messages on all devices of this account, and nowhere else.
    ///
    /// # Errors
    /// [`ClientError::TooMany`], or [`ClientError::NotFound`] when one is not here: then nothing is changed.
    pub async fn delete_for_me(&self, ids: Vec<MessageId>) -> Result<(), ClientError> {
        self.set_deleted(ids, true, |transaction, id| {
            found(transaction, id).map(|_| ())
        })
        .await
    }

    /// Brings messages back that were deleted for oneself within the last minute.
    ///
    /// # Errors
    /// [`ClientError::TooMany`], or [`ClientError::GoneForGood`] when it is too late for one: then nothing is
    /// changed.
    pub async fn restore(&self, ids: Vec<MessageId>) -> Result<(), ClientError> {
        self.set_deleted(ids, false, |transaction, id| {
            let row = trash::get(transaction, id)?;
            row.map(|_| ()).ok_or(ClientError::GoneForGood)
        })
        .await
    }

    async fn set_deleted(
        &self,
        ids: Vec<MessageId>,
        is_deleted: bool,
        check: impl Fn(&Transaction<'_>, MessageId) -> Result<(), ClientError> + Send + 'static,
    ) -> Result<(), ClientError> {
        if ids.is_empty() || ids.len() > MESSAGES_MAX {
            return Err(ClientError::TooMany);
        }
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let mut events = Vec::new();
                for message in ids {
                    check(transaction, message)?;
                    let change = Change::Deleted {
                        message,
                        is_deleted,
                    };
                    events.extend(sync::record(transaction, &worker, &change)?);
                }
                Ok::<_, ClientError>(without_repeats(events))
            })
            .await?;
        session.tell(&self.shared, events);
        session.outbox_wake.notify_one();
        Ok(())
    }
}

/// Applies a register; answers what to tell.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn apply(
    transaction: &Transaction<'_>,
    reader: &Reader,
    id: MessageId,
    is_deleted: bool,
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    unwanted::set(transaction, id, is_deleted)?;
    if is_deleted {
        match message::get(transaction, id)? {
            Some(row) => hide(transaction, reader, &row, now),
            None => Ok(Vec::new()),
        }
    } else {
        bring_back(transaction, reader, id)
    }
}

fn hide(
    transaction: &Transaction<'_>,
    reader: &Reader,
    row: &MessageRow,
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    let place = place_of(transaction, row)?;
    let waiting = outbox::by_message(transaction, row.message)?;
    if let Some(waiting) = &waiting {
        outbox::remove(transaction, waiting.outbox)?;
    }
    let content = waiting.as_ref().map(|waiting| &waiting.content.0[..]);
    let is_unread = message::is_unread(transaction, row.message, reader.own)?;
    trash::put(transaction, row.message, content, end_of(now))?;
    conversation::uncount_message(transaction, place.conversation)?;
    if is_unread {
        conversation::uncount_unread(transaction, place.conversation)?;
    }
    // Whoever deletes the last message has not asked for the chat to go.
    conversation::set_opened(transaction, place.conversation, true)?;
    let mut events = vec![Event::MessageRemoved {
        conversation: place.id,
        message: row.id,
    }];
    events.extend(shown_anew(transaction, reader, &place, row.id)?);
    Ok(events)
}

fn bring_back(
    transaction: &Transaction<'_>,
    reader: &Reader,
    id: MessageId,
) -> Result<Vec<Event>, ClientError> {
    let Some(trashed) = trash::get(transaction, id)? else {
        return Ok(Vec::new());
    };
    trash::restore(transaction, &trashed)?;
    let row = found(transaction, id)?;
    let place = place_of(transaction, &row)?;
    if let Some(content) = trashed.waiting {
        let (message, envelope) = (Some(row.message), row.envelope);
        outbox::insert(
            transaction,
            message,
            place.conversation,
            envelope,
            &content.0,
        )?;
        let waiting = outbox::by_message(transaction, row.message)?;
        if let Some(waiting) = waiting.filter(|_| row.state == MessageState::Failed) {
            outbox::set_failed(transaction, waiting.outbox, true)?;
        }
    }
    conversation::count_message(
        transaction,
        place.conversation,
        message::is_unread(transaction, row.message, reader.own)?,
        row.accepted_at.unwrap_or(row.sent_at),
    )?;
    let change = content::arrived(transaction, reader.own, &place, id)?;
    let record = reader.message_by_row(transaction, row.message)?;
    let mut events = vec![Event::MessageAdded(record)];
    events.extend(change.events(reader, transaction)?);
    events.extend(shown_anew(transaction, reader, &place, id)?);
    Ok(events)
}

/// A message has come that this person has deleted on another device already. It is kept for as long as it can
/// be brought back, and nobody is told.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn keep_unwanted(
    transaction: &Transaction<'_>,
    new: &NewMessage<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let register = registers::get(transaction, Change::DELETED, new.id.as_bytes())?;
    let deleted_at = register.map_or(0, |register| register.time);
    let until = end_of(Timestamp::from_millis(deleted_at));
    if until <= now {
        return Ok(());
    }
    let row = message::insert(transaction, new)?;
    trash::put(transaction, row, None, until)
}

/// The answers to a message, which quote it, and the conversation.
fn shown_anew(
    transaction: &Transaction<'_>,
    reader: &Reader,
    place: &ConversationRow,
    id: MessageId,
) -> Result<Vec<Event>, ClientError> {
    let mut quoting = content::Change::default();
    quoting.changed.extend(content::answers(transaction, id)?);
    let mut events = quoting.events(reader, transaction)?;
    events.extend(changed(reader, transaction, [place.conversation])?);
    Ok(events)
}

fn end_of(deleted_at: Timestamp) -> Timestamp {
    let undo = u64::try_from(UNDO.as_millis()).unwrap_or(u64::MAX);
    Timestamp::from_millis(deleted_at.as_millis().saturating_add(undo))
}

#[cfg(test)]
mod tests {
    use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, Redacted};
    use pipit_store::table::conversation::ConversationKind;
    use pipit_store::table::message::{MessageDetails, MessageKind};
    use pipit_store::table::sync::SyncRow;

    use super::*;
    use crate::testing::with_store;

    const ID: MessageId = MessageId::new([5; 32]);
    const DELETED_AT: u64 = 7_000;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn of_somebody(conversation: i64) -> NewMessage<'static> {
        NewMessage {
            id: ID,
            conversation,
            position: 5,
            sender: AccountId::new([2; 32]),
            sent_at: at(1),
            accepted_at: Some(at(1)),
            sequence: 1,
            kind: MessageKind::Text,
            state: MessageState::Received,
            sent_here: false,
            envelope: EnvelopeId::new([5; 16]),
            text: Redacted("hello"),
            content: None,
            details: MessageDetails::default(),
        }
    }

    fn place(transaction: &Transaction<'_>) -> Result<ConversationRow, StoreError> {
        let (id, kind) = (ConversationId::new([3; 16]), ConversationKind::Direct);
        conversation::ensure(transaction, id, kind, Some(AccountId::new([2; 32])), at(1))
    }

    #[tokio::test]
    async fn counts_are_as_before_when_a_message_is_back_and_it_may_have_been_read_meanwhile() {
        with_store(|transaction| {
            let reader = Reader {
                own: AccountId::new([1; 32]),
                own_name: Redacted::default(),
            };
            let row = place(transaction)?.conversation;
            message::insert(transaction, &of_somebody(row))?;
            conversation::count_message(transaction, row, true, at(1))?;
            let counts = || {
                let place = place(transaction)?;
                Ok::<_, StoreError>((place.message_count, place.unread, place.is_opened))
            };
            apply(transaction, &reader, ID, true, at(DELETED_AT))?;
            assert_eq!(counts()?, (0, 0, true), "and the chat stays");
            apply(transaction, &reader, ID, false, at(DELETED_AT + 1))?;
            assert_eq!(counts()?, (1, 1, true));
            apply(transaction, &reader, ID, true, at(DELETED_AT))?;
            conversation::mark_read(transaction, row, 5, reader.own, true)?;
            apply(transaction, &reader, ID, false, at(DELETED_AT + 1))?;
            assert_eq!(counts()?, (1, 0, true));
            Ok(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_late_copy_can_be_brought_back_for_as_long_as_others_and_then_is_not_kept() {
        with_store(|transaction| {
            let row = place(transaction)?.conversation;
            let (kind, subject, value) = Change::Deleted {
                message: ID,
                is_deleted: true,
            }
            .encode();
            let register = SyncRow {
                kind,
                subject,
                time: DELETED_AT,
                device: DeviceId::new([1; 16]),
                value,
            };
            registers::put(transaction, &register, None)?;
            let end = end_of(at(DELETED_AT));
            keep_unwanted(transaction, &of_somebody(row), end)?;
            assert!(trash::get(transaction, ID)?.is_none());
            keep_unwanted(transaction, &of_somebody(row), at(end.as_millis() - 1))?;
            assert!(trash::get(transaction, ID)?.is_some());
            assert_eq!(trash::next_end(transaction)?, Some(end));
            assert!(message::get(transaction, ID)?.is_none());
            Ok(())
        })
        .await;
    }
}
