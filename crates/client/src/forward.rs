//! Passing messages on to other conversations, marked as such.

use std::collections::BTreeMap;
use std::sync::Arc;

use pipit_domain::{ConversationId, MessageId};
use pipit_store::table::conversation;
use pipit_store::table::message::{MessageKind, MessageRow};
use pipit_store::{Connection, Transaction};
use pipit_wire::content::Content;

use crate::client::Client;
use crate::clock::random;
use crate::content::{poll_of, unmentioned};
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::message::add;
use crate::message_change::found;

/// Messages that are passed on at once.
const MESSAGES_MAX: usize = 100;
/// Conversations that they are passed on to.
const CONVERSATIONS_MAX: usize = 20;

impl Client {
    /// Sends messages on, in the order in which they were written: all of them to each of the conversations, or
    /// none. They mention nobody there, and name no author; a poll begins anew.
    ///
    /// # Errors
    /// [`ClientError::TooManyToForward`], [`ClientError::NotForwardable`], [`ClientError::NotFound`],
    /// [`ClientError::UnknownConversation`], [`ClientError::NotAllowed`] when this account may not write in one.
    pub async fn forward(
        &self,
        ids: Vec<MessageId>,
        to: Vec<ConversationId>,
    ) -> Result<(), ClientError> {
        let fits =
            (1..=MESSAGES_MAX).contains(&ids.len()) && (1..=CONVERSATIONS_MAX).contains(&to.len());
        if !fits {
            return Err(ClientError::TooManyToForward);
        }
        let session = self.session()?;
        let (sent_at, now) = (self.shared.clock.now(), session.server_now());
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let rows = in_order(transaction, &ids)?;
                let mut events: Vec<Event> = Vec::new();
                for id in to {
                    let place = conversation::get(transaction, id)?
                        .ok_or(ClientError::UnknownConversation)?;
                    for row in &rows {
                        let content = copy(transaction, row)?;
                        let (_, added) = add(transaction, &worker, &place, content, sent_at, now)?;
                        events.extend(added);
                    }
                    let told = changed(&worker.reader, transaction, [place.conversation])?;
                    events.extend(told);
                }
                Ok::<_, ClientError>(events)
            })
            .await?;
        session.tell(&self.shared, events);
        session.outbox_wake.notify_one();
        Ok(())
    }
}

/// The messages, each once, oldest first.
fn in_order(connection: &Connection, ids: &[MessageId]) -> Result<Vec<MessageRow>, ClientError> {
    let mut rows = BTreeMap::new();
    for id in ids {
        let row = found(connection, *id)?;
        rows.insert((row.position, row.message), row);
    }
    Ok(rows.into_values().collect())
}

/// The content of a message, to be said once more.
fn copy(transaction: &Transaction<'_>, row: &MessageRow) -> Result<Content, ClientError> {
    if row.details.timer.is_some() || row.details.expires_at.is_some() {
        return Err(ClientError::NotForwardable);
    }
    let mut content = match row.kind {
        MessageKind::Text => Content::typed(random(), &unmentioned(&row.text.0)),
        MessageKind::Poll => {
            let poll = poll_of(transaction, row)?.ok_or(ClientError::NotForwardable)?;
            Content::poll(random(), &poll)
        }
        _ => return Err(ClientError::NotForwardable),
    };
    content.extensions.set_forwarded();
    Ok(content)
}
