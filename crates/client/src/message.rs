//! Commands on messages: sending, reading windows of history, marking read, retrying.

use std::sync::Arc;

use pipit_domain::{AccountId, ConversationId, MessageId, Redacted, Timestamp, limits};
use pipit_store::table::conversation::{self, ConversationRow};
use pipit_store::table::message::{self, MessageDetails, MessageState, NewMessage};
use pipit_store::table::{outbox, person, state};
use pipit_store::{StoreError, Transaction};
use pipit_wire::content::{Content, Expires, Uri, escape};

use crate::client::Client;
use crate::clock::{random, random_envelope};
use crate::content::{recipients, shown};
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::group;
use crate::people::{self, profile};
use crate::record::{MessageRecord, Reader};
use crate::session::Session;
use crate::sync::{self, Change};

/// Which part of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The newest messages.
    Newest,
    /// Those older than this message.
    Before(MessageId),
    /// Those newer than this message.
    After(MessageId),
    /// Those around this message.
    Around(MessageId),
    /// Those around this time, by the server's clock.
    AroundTime(Timestamp),
}

/// A text to send. `Debug` is not there: it would show it.
#[derive(Clone, Default)]
pub struct Outgoing {
    /// What was typed, as Markdown.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// Accounts whose `@username` in the text becomes a mention.
    pub mentions: Vec<AccountId>,
    /// The text was the conversation's draft, which goes in the same transaction.
    pub ends_draft: bool,
}

impl From<&str> for Outgoing {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }
}

impl Client {
    /// Sends text: kept on this device when this answers, and on its way when there is a connection.
    ///
    /// # Errors
    /// [`ClientError::TextLength`], [`ClientError::UnknownConversation`], [`ClientError::NotFound`] when
    /// what it answers is not in the conversation, or the history can't be written (then nothing was sent).
    pub async fn send(
        &self,
        id: ConversationId,
        outgoing: Outgoing,
    ) -> Result<MessageId, ClientError> {
        let session = self.session()?;
        check_text(&outgoing.text)?;
        let (sent_at, now) = (self.shared.clock.now(), session.server_now());
        let writer = Arc::clone(&session);
        let (message_id, events) = session
            .store
            .write(move |transaction| {
                let row =
                    conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                let mut content = compose(transaction, &writer.reader, &outgoing)?;
                if let Some(target) = outgoing.reply_to {
                    let answered = message::get(transaction, target)?
                        .filter(|answered| answered.conversation == row.conversation);
                    content.in_reply_to = Some(answered.ok_or(ClientError::NotFound)?.id);
                }
                let (message, mut events) = add(transaction, &writer, &row, content, sent_at, now)?;
                if outgoing.ends_draft && !row.draft.0.is_empty() {
                    let draft = Change::Draft {
                        conversation: id,
                        text: Redacted(String::new()),
                    };
                    sync::record(transaction, &writer, &draft)?;
                }
                events.extend(changed(&writer.reader, transaction, [row.conversation])?);
                Ok::<_, ClientError>((message, events))
            })
            .await?;
        session.tell(&self.shared, events);
        session.outbox_wake.notify_one();
        session.typing.sent(id);
        Ok(message_id)
    }

    /// Up to `limit` messages of a conversation, oldest first. Read by key: the cost does not grow
    /// with the history.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], or [`ClientError::NotFound`] for the message named in
    /// the window.
    pub async fn messages(
        &self,
        id: ConversationId,
        window: Window,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let row =
                    conversation::get(connection, id)?.ok_or(ClientError::UnknownConversation)?;
                let position = |message: MessageId| {
                    message::get(connection, message)?
                        .filter(|message| message.conversation == row.conversation)
                        .map(|message| message.position)
                        .ok_or(ClientError::NotFound)
                };
                let rows = match window {
                    Window::Newest => {
                        message::before(connection, row.conversation, u64::MAX, limit)?
                    }
                    Window::Before(message) => {
                        message::before(connection, row.conversation, position(message)?, limit)?
                    }
                    Window::After(message) => {
                        message::after(connection, row.conversation, position(message)?, limit)?
                    }
                    Window::Around(message) => {
                        around(connection, row.conversation, position(message)?, limit)?
                    }
                    Window::AroundTime(time) => {
                        let middle = received_position(time);
                        around(connection, row.conversation, middle, limit)?
                    }
                };
                rows.into_iter()
                    .map(|message| Ok(reader.message(connection, id, message)?))
                    .collect()
            })
            .await
    }

    /// Marks everything up to this message as read.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`] or [`ClientError::NotFound`].
    pub async fn mark_read(&self, id: ConversationId, up_to: MessageId) -> Result<(), ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let row =
                    conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                let message = message::get(transaction, up_to)?
                    .filter(|message| message.conversation == row.conversation)
                    .ok_or(ClientError::NotFound)?;
                let mut events = Vec::new();
                // Named by what is read: where own messages stand among the others differs by device.
                let (from, to, own) = (row.read_position, message.position, worker.own());
                let newest =
                    message::newest_received(transaction, row.conversation, from, to, own)?;
                if let Some((message, position)) = newest {
                    let read = Change::Read {
                        conversation: id,
                        message,
                        position,
                        at: Some(worker.server_now()),
                    };
                    events.extend(sync::record(transaction, &worker, &read)?);
                }
                if state::get(transaction, id)?.is_marked_unread {
                    let unmarked = Change::MarkedUnread {
                        conversation: id,
                        is_marked: false,
                    };
                    events.extend(sync::record(transaction, &worker, &unmarked)?);
                }
                Ok::<_, ClientError>(events)
            })
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }

    /// Tries a failed message again.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when it has not failed.
    pub async fn retry(&self, id: MessageId) -> Result<(), ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        let events = session
            .store
            .write(move |transaction| {
                let row = failed(transaction, id)?;
                let waiting =
                    outbox::by_message(transaction, row.message)?.ok_or(ClientError::NotFound)?;
                outbox::set_failed(transaction, waiting.outbox, false)?;
                message::set_state(transaction, row.message, MessageState::Queued, None)?;
                let record = reader.message_by_row(transaction, row.message)?;
                let mut events = vec![Event::MessageChanged(record)];
                events.extend(changed(&reader, transaction, [row.conversation])?);
                Ok::<_, ClientError>(events)
            })
            .await?;
        self.shared.publisher.publish(events);
        session.outbox_wake.notify_one();
        Ok(())
    }

    /// Removes a failed message.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when it has not failed.
    pub async fn discard(&self, id: MessageId) -> Result<(), ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        let events = session
            .store
            .write(move |transaction| {
                let row = failed(transaction, id)?;
                if let Some(waiting) = outbox::by_message(transaction, row.message)? {
                    outbox::remove(transaction, waiting.outbox)?;
                }
                message::remove(transaction, row.message)?;
                conversation::uncount_message(transaction, row.conversation)?;
                let place = conversation::by_row(transaction, row.conversation)?
                    .ok_or(ClientError::UnknownConversation)?;
                let mut events = vec![Event::MessageRemoved {
                    conversation: place.id,
                    message: id,
                }];
                events.extend(changed(&reader, transaction, [row.conversation])?);
                Ok::<_, ClientError>(events)
            })
            .await?;
        self.shared.publisher.publish(events);
        Ok(())
    }
}

/// Half of them before this position, half from it on; where one side has fewer, the other has more.
fn around(
    connection: &pipit_store::Connection,
    conversation: i64,
    middle: u64,
    limit: usize,
) -> Result<Vec<message::MessageRow>, StoreError> {
    let mut above = message::before(connection, conversation, middle, limit)?;
    let from = middle.saturating_sub(1);
    let below = message::after(connection, conversation, from, limit)?;
    let kept = (limit / 2).max(limit.saturating_sub(below.len()));
    let mut rows = above.split_off(above.len().saturating_sub(kept));
    rows.extend(below);
    rows.truncate(limit);
    Ok(rows)
}

/// Whether a text can be sent.
pub(crate) fn check_text(text: &str) -> Result<(), ClientError> {
    if text.trim().is_empty() || text.len() > limits::TEXT_LEN_MAX {
        return Err(ClientError::TextLength);
    }
    Ok(())
}

/// The content of a text, with mentions in place of usernames.
fn compose(
    connection: &pipit_store::Connection,
    reader: &Reader,
    outgoing: &Outgoing,
) -> Result<Content, ClientError> {
    let mut text = Redacted(outgoing.text.clone());
    for account in &outgoing.mentions {
        let person = reader.contact(connection, *account)?;
        let name = person.display_name.unwrap_or(person.username.clone());
        let mention = format!("[@{}](pipit:account:{account})", escape(&name.0));
        text.0 = text.0.replace(&format!("@{}", person.username.0), &mention);
    }
    check_text(&text.0)?;
    Ok(Content::typed(random(), &text.0))
}

/// Whether a message at this position is one that this account has still to read.
pub(crate) fn is_unread(
    place: &ConversationRow,
    own: AccountId,
    sender: AccountId,
    position: u64,
) -> bool {
    sender != own && position > place.read_position
}

/// Adds a message and its outbox row; answers its id and what to tell.
pub(crate) fn queue(
    transaction: &Transaction<'_>,
    session: &Session,
    row: &ConversationRow,
    content: Content,
    sent_at: Timestamp,
    now: Timestamp,
) -> Result<(MessageId, Vec<Event>), ClientError> {
    let (id, mut events) = add(transaction, session, row, content, sent_at, now)?;
    events.extend(changed(&session.reader, transaction, [row.conversation])?);
    Ok((id, events))
}

/// The same, where the conversation's own row is the caller's to tell.
pub(crate) fn add(
    transaction: &Transaction<'_>,
    session: &Session,
    row: &ConversationRow,
    mut content: Content,
    sent_at: Timestamp,
    now: Timestamp,
) -> Result<(MessageId, Vec<Event>), ClientError> {
    let own = session.own();
    if !group::may_write(transaction, row, own)? {
        return Err(ClientError::NotAllowed);
    }
    profile::tell(transaction, session, row)?;
    let own_name = session.reader.name(transaction, own)?;
    let has_name = own_name != session.account.username;
    // Until a message has arrived, each says what its sender wants to be called; without a profile that tells
    // it to whoever comes later, always.
    let has_profile = person::profile(transaction, own)?.version > 0;
    if has_name && !(has_profile && message::any_delivered(transaction, row.conversation, own)?) {
        content.extensions.set_sender_name(&own_name.0);
    }
    if row.timer > 0 {
        content.expires = Some(Expires::AfterReading { seconds: row.timer });
    }
    let envelope = random_envelope();
    let shown = shown(&content, own, own).ok_or(ClientError::Internal("no message"))?;
    let new = NewMessage {
        id: content.message_id(&Uri::of_account(&own), &Uri::of_conversation(&row.id)),
        conversation: row.conversation,
        position: message::last_position(transaction, row.conversation, now)?,
        sender: own,
        sent_at,
        accepted_at: None,
        sequence: 0,
        kind: shown.kind,
        state: MessageState::Queued,
        sent_here: true,
        envelope,
        text: Redacted(&shown.text.0),
        content: shown.content.as_ref().map(|kept| Redacted(&kept.0[..])),
        details: MessageDetails {
            recipients: recipients(transaction, row)?,
            ..shown.details
        },
    };
    let mut events = people::accept_by_writing(transaction, session, row)?;
    let message = message::insert(transaction, &new)?;
    outbox::insert(
        transaction,
        Some(message),
        row.conversation,
        envelope,
        &content.encode(),
    )?;
    conversation::count_message(transaction, row.conversation, false, now)?;
    let record = session.reader.message_by_row(transaction, message)?;
    events.push(Event::MessageAdded(record));
    Ok((new.id, events))
}

fn failed(
    connection: &pipit_store::Connection,
    id: MessageId,
) -> Result<message::MessageRow, ClientError> {
    message::get(connection, id)?
        .filter(|message| message.state == MessageState::Failed)
        .ok_or(ClientError::NotFound)
}

/// Where a received message belongs: at the server's time, after its sender's last.
pub(crate) fn received_position(accepted_at: Timestamp) -> u64 {
    accepted_at
        .as_millis()
        .saturating_mul(message::POSITIONS_PER_MS)
}
