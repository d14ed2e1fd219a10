//! Commands on polls: asking, choosing, ending.

use std::sync::Arc;

use pipit_domain::{ConversationId, MessageId, Redacted};
use pipit_store::table::conversation;
use pipit_store::table::deed::DeedKind;
use pipit_wire::content::{Action, Choice, Content, Poll};

use crate::client::Client;
use crate::clock::random;
use crate::content::{next, poll_of};
use crate::error::ClientError;
use crate::group::is_in;
use crate::message::queue;
use crate::message_change::{Deeds, found, place_of};

/// A question to be asked. `Debug` hides it.
#[derive(Debug, Clone)]
pub struct NewPoll {
    /// One line of 1 to 500 characters.
    pub question: Redacted<String>,
    /// 2 to 12, each one line of 1 to 200 characters.
    pub options: Redacted<Vec<String>>,
    /// One may choose several.
    pub is_multiple: bool,
}

impl Client {
    /// Asks a question; answers its message.
    ///
    /// # Errors
    /// [`ClientError::Poll`], [`ClientError::UnknownConversation`], [`ClientError::NotAllowed`] when this account
    /// may not write there.
    pub async fn create_poll(
        &self,
        id: ConversationId,
        new: NewPoll,
    ) -> Result<MessageId, ClientError> {
        let poll = Poll::new(&new.question.0, &new.options.0, new.is_multiple);
        let content = Content::poll(random(), &poll.ok_or(ClientError::Poll)?);
        let session = self.session()?;
        let (sent_at, now) = (self.shared.clock.now(), session.server_now());
        let writer = Arc::clone(&session);
        let (message, events) = session
            .store
            .write(move |transaction| {
                let place =
                    conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                queue(transaction, &writer, &place, content, sent_at, now)
            })
            .await?;
        session.tell(&self.shared, events);
        session.outbox_wake.notify_one();
        Ok(message)
    }

    /// Chooses these options of a poll and no others; none takes the vote back.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when it is no poll, [`ClientError::Choice`], [`ClientError::PollClosed`],
    /// [`ClientError::NotAllowed`] when this account is no longer there.
    pub async fn vote(&self, id: MessageId, options: Vec<u32>) -> Result<(), ClientError> {
        self.change(move |transaction, session, now| {
            let row = found(transaction, id)?;
            let poll = poll_of(transaction, &row)?.ok_or(ClientError::NotFound)?;
            let choice = Choice::of(&options).filter(|choice| poll.takes(*choice));
            let choice = choice.ok_or(ClientError::Choice)?;
            if row.details.closed_at.is_some() {
                return Err(ClientError::PollClosed);
            }
            if !is_in(transaction, &place_of(transaction, &row)?)? {
                return Err(ClientError::NotAllowed);
            }
            let action = Action::Vote {
                poll: row.id,
                choice,
            };
            let (content, at) = next(transaction, row.message, DeedKind::Vote, action, now)?;
            Deeds::one(transaction, session, &row, at, &content)
        })
        .await
    }

    /// Ends the voting in an own poll.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when it is no poll of this account, [`ClientError::NotAllowed`] when this account
    /// is no longer there.
    pub async fn close_poll(&self, id: MessageId) -> Result<(), ClientError> {
        self.change(move |transaction, session, now| {
            let row = found(transaction, id)?;
            let poll = poll_of(transaction, &row)?;
            if poll.is_none() || row.sender != session.own() {
                return Err(ClientError::NotFound);
            }
            if row.details.closed_at.is_some() {
                return Ok(Deeds::default());
            }
            if !is_in(transaction, &place_of(transaction, &row)?)? {
                return Err(ClientError::NotAllowed);
            }
            let action = Action::ClosePoll { poll: row.id };
            // Not before any vote that is known.
            let (content, at) = next(transaction, row.message, DeedKind::Vote, action, now)?;
            Deeds::one(transaction, session, &row, at, &content)
        })
        .await
    }
}
