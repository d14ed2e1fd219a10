//! A line of the app's own in a group's history. It is never unread.

use pipit_domain::{AccountId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::Transaction;
use pipit_store::table::conversation;
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::system_line::{self, SystemLineRow};

use crate::clock::random;
use crate::error::ClientError;

/// Where lines go.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    /// Row of the conversation.
    pub(crate) conversation: i64,
    /// This account.
    pub(crate) own: AccountId,
    /// By the server's clock.
    pub(crate) at: Timestamp,
}

impl Place<'_> {
    /// Adds a line; answers the row of its message.
    pub(crate) fn line(
        &self,
        word: &str,
        actor: AccountId,
        target: Option<AccountId>,
        value: &str,
    ) -> Result<i64, ClientError> {
        self.line_of(MessageId::new(random()), word, actor, target, value)
    }

    /// The same for something that has an id, which the line takes.
    pub(crate) fn line_of(
        &self,
        id: MessageId,
        word: &str,
        actor: AccountId,
        target: Option<AccountId>,
        value: &str,
    ) -> Result<i64, ClientError> {
        let (transaction, conversation) = (self.transaction, self.conversation);
        let new = NewMessage {
            id,
            conversation,
            position: message::last_position(transaction, conversation, self.at)?,
            sender: self.own,
            sent_at: self.at,
            accepted_at: Some(self.at),
            sequence: 0,
            kind: MessageKind::System,
            state: MessageState::Received,
            sent_here: false,
            envelope: EnvelopeId::new(random()),
            text: Redacted(word),
            content: None,
            details: MessageDetails::default(),
        };
        let row = message::insert(transaction, &new)?;
        let about = SystemLineRow {
            actor: Some(actor),
            target,
            value: Redacted(value.to_owned()),
        };
        system_line::set(transaction, row, &about)?;
        conversation::count_message(transaction, conversation, false, self.at)?;
        Ok(row)
    }
}
