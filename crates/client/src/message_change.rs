//! Commands that change messages which are there: edits, deletions, reactions.

use std::collections::BTreeSet;
use std::sync::Arc;

use pipit_domain::{ConversationId, MessageId, Redacted, Timestamp};
use pipit_store::table::conversation::{self, ConversationRow};
use pipit_store::table::message::{self, MessageKind, MessageRow, MessageState};
use pipit_store::table::{edit, outbox, reaction};
use pipit_store::{Connection, Transaction};
use pipit_wire::content::{Content, is_reaction};

use crate::client::Client;
use crate::clock::random;
use crate::content::{Change, last_moment, may_delete, perform};
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::group::may_write;
use crate::message::check_text;
use crate::record::MessageRecord;
use crate::session::Session;

/// Messages that one command takes.
pub(crate) const MESSAGES_MAX: usize = 200;

/// One text of a message.
#[derive(Debug, Clone)]
pub struct EditRecord {
    /// What it said.
    pub text: Redacted<String>,
    /// From when on.
    pub at: Timestamp,
}

impl Client {
    /// One message.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub async fn message(&self, id: MessageId) -> Result<MessageRecord, ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let row = message::get(connection, id)?.ok_or(ClientError::NotFound)?;
                Ok(reader.message_by_row(connection, row.message)?)
            })
            .await
    }

    /// The texts of a message, oldest first; the last is what it says now.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub async fn edit_history(&self, id: MessageId) -> Result<Vec<EditRecord>, ClientError> {
        let session = self.session()?;
        session
            .store
            .read(move |connection| {
                let row = message::get(connection, id)?.ok_or(ClientError::NotFound)?;
                let first = row.accepted_at.unwrap_or(row.sent_at);
                let until = last_moment(&row);
                let texts = edit::list(connection, row.message)?;
                if texts.is_empty() {
                    return Ok(vec![EditRecord {
                        text: row.text,
                        at: first,
                    }]);
                }
                let in_time = texts.into_iter().filter(|text| text.at <= until);
                let texts = in_time.map(|text| EditRecord {
                    at: text.at.max(first),
                    text: text.text,
                });
                Ok(texts.collect())
            })
            .await
    }

    /// Gives an own text another text.
    ///
    /// # Errors
    /// [`ClientError::TextLength`], [`ClientError::NotFound`] when there is no such own text,
    /// [`ClientError::TooLate`] when it was written too long ago, [`ClientError::NotAllowed`] when this account
    /// may not write there any more.
    pub async fn edit(&self, id: MessageId, text: String) -> Result<(), ClientError> {
        check_text(&text)?;
        let text = Redacted(text);
        self.change(move |transaction, session, now| {
            let row = found(transaction, id)?;
            if row.sender != session.own() || row.kind != MessageKind::Text {
                return Err(ClientError::NotFound);
            }
            if !may_write(transaction, &place_of(transaction, &row)?, session.own())? {
                return Err(ClientError::NotAllowed);
            }
            if now > last_moment(&row) {
                return Err(ClientError::TooLate);
            }
            if row.text.0 == text.0 {
                return Ok(Deeds::default());
            }
            let mut content = Content::typed(random(), &text.0);
            content.replaces = Some(row.id);
            content.in_reply_to = row.details.in_reply_to;
            let known = edit::list(transaction, row.message)?;
            let newest = known.iter().map(|text| text.revision).max().unwrap_or(0);
            content.extensions.set_revision(newest.saturating_add(1));
            Deeds::one(transaction, session, &row, now, &content)
        })
        .await
    }

    /// Puts an emoji beside a message, or takes it away.
    ///
    /// # Errors
    /// [`ClientError::NoEmoji`], or [`ClientError::NotFound`].
    pub async fn react(
        &self,
        id: MessageId,
        emoji: String,
        is_on: bool,
    ) -> Result<(), ClientError> {
        if !is_reaction(&emoji) {
            return Err(ClientError::NoEmoji);
        }
        self.change(move |transaction, session, now| {
            let row = found(transaction, id)?;
            if matches!(row.kind, MessageKind::Deleted | MessageKind::System) {
                return Err(ClientError::NotFound);
            }
            let there = reaction::ids(transaction, row.message, session.own(), &emoji)?;
            let contents = match (is_on, there.is_empty()) {
                (true, true) => vec![Content::reaction(random(), row.id, &emoji)],
                (true, false) => Vec::new(),
                (false, _) => {
                    let taken_back = there.into_iter();
                    taken_back.map(|id| Content::delete(random(), id)).collect()
                }
            };
            let mut deeds = Deeds::default();
            for content in contents {
                deeds.extend(Deeds::one(transaction, session, &row, now, &content)?);
            }
            Ok(deeds)
        })
        .await
    }

    /// Takes messages back for everybody. One that has not left this device is gone without a trace.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when one is not here, or may not be taken back by this account: then
    /// nothing is changed.
    pub async fn delete_for_everyone(&self, ids: Vec<MessageId>) -> Result<(), ClientError> {
        if ids.is_empty() || ids.len() > MESSAGES_MAX {
            return Err(ClientError::TooMany);
        }
        self.change(move |transaction, session, now| {
            let mut deeds = Deeds::default();
            for id in ids {
                let row = found(transaction, id)?;
                let place = place_of(transaction, &row)?;
                if !may_delete(transaction, &place, session.own(), &row)? {
                    return Err(ClientError::NotFound);
                }
                if row.kind == MessageKind::Deleted {
                    continue;
                }
                deeds.extend(match unsent(transaction, &row)? {
                    Some(outbox) => Deeds::discard(transaction, &place, &row, outbox)?,
                    None => {
                        let content = Content::delete(random(), row.id);
                        Deeds::one(transaction, session, &row, now, &content)?
                    }
                });
            }
            Ok(deeds)
        })
        .await
    }

    /// Runs a change in one transaction, tells of it, and wakes the outbox.
    pub(crate) async fn change<F>(&self, work: F) -> Result<(), ClientError>
    where
        F: FnOnce(&Transaction<'_>, &Session, Timestamp) -> Result<Deeds, ClientError>
            + Send
            + 'static,
    {
        let session = self.session()?;
        let (writer, now) = (Arc::clone(&session), session.server_now());
        let events = session
            .store
            .write(move |transaction| {
                let deeds = work(transaction, &writer, now)?;
                deeds.events(transaction, &writer)
            })
            .await?;
        self.shared.publisher.publish(events);
        session.outbox_wake.notify_one();
        Ok(())
    }
}

/// What a command did.
#[derive(Default)]
pub(crate) struct Deeds {
    change: Change,
    removed: Vec<(ConversationId, MessageId)>,
    conversations: BTreeSet<i64>,
}

impl Deeds {
    /// Does one thing to the conversation of a message, here and for all others.
    pub(crate) fn one(
        transaction: &Transaction<'_>,
        session: &Session,
        row: &MessageRow,
        now: Timestamp,
        content: &Content,
    ) -> Result<Self, ClientError> {
        let place = place_of(transaction, row)?;
        let change = perform(transaction, session.own(), &place, now, content)?;
        Ok(Self::here(&place, change))
    }

    /// What was done to a conversation.
    pub(crate) fn here(place: &ConversationRow, change: Change) -> Self {
        Self {
            change,
            removed: Vec::new(),
            conversations: BTreeSet::from([place.conversation]),
        }
    }

    /// Removes an own message that has not left this device.
    fn discard(
        transaction: &Transaction<'_>,
        place: &ConversationRow,
        row: &MessageRow,
        outbox: i64,
    ) -> Result<Self, ClientError> {
        outbox::remove(transaction, outbox)?;
        message::remove(transaction, row.message)?;
        conversation::uncount_message(transaction, place.conversation)?;
        Ok(Self {
            change: Change::default(),
            removed: vec![(place.id, row.id)],
            conversations: BTreeSet::from([place.conversation]),
        })
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.change.extend(other.change);
        self.removed.extend(other.removed);
        self.conversations.extend(other.conversations);
    }

    fn events(self, connection: &Connection, session: &Session) -> Result<Vec<Event>, ClientError> {
        let mut events = self.change.events(&session.reader, connection)?;
        let removed = self.removed.into_iter();
        events.extend(
            removed.map(|(conversation, message)| Event::MessageRemoved {
                conversation,
                message,
            }),
        );

        events.extend(changed(&session.reader, connection, self.conversations)?);
        Ok(events)
    }
}

pub(crate) fn found(connection: &Connection, id: MessageId) -> Result<MessageRow, ClientError> {
    message::get(connection, id)?.ok_or(ClientError::NotFound)
}

pub(crate) fn place_of(
    connection: &Connection,
    row: &MessageRow,
) -> Result<ConversationRow, ClientError> {
    conversation::by_row(connection, row.conversation)?.ok_or(ClientError::UnknownConversation)
}

/// The outbox row of a message that was never handed to the server, or was refused.
fn unsent(connection: &Connection, row: &MessageRow) -> Result<Option<i64>, ClientError> {
    let waiting = outbox::by_message(connection, row.message)?
        .filter(|waiting| waiting.sealed.is_none() || row.state == MessageState::Failed);
    Ok(waiting.map(|waiting| waiting.outbox))
}
