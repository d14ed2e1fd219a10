//! A message with everything that a screen shows of it: what it answers, what others put beside it.

use pipit_domain::{AccountId, ConversationId, MessageId, Redacted};
use pipit_store::table::message::{MessageKind, MessageRow};
use pipit_store::table::{conversation, message, reaction};
use pipit_store::{Connection, StoreError};

use super::Reader;
use crate::content::plain;
use crate::group::{SystemRecord, read_line};

/// Characters of the quoted text in a reply.
const QUOTE_CHARS_MAX: usize = 200;
/// Different emoji shown beside a message.
const REACTIONS_MAX: usize = 50;
/// Names told for one emoji or option; there may be more accounts.
const NAMES_MAX: usize = 20;

/// A message and who wrote it.
#[derive(Debug, Clone)]
pub struct MessageRecord {
    /// The row.
    pub row: MessageRow,
    /// Where it is.
    pub conversation: ConversationId,
    /// What to call the sender.
    pub sender_name: Redacted<String>,
    /// Written by this account.
    pub is_own: bool,
    /// This account.
    pub own: AccountId,
    /// A line of the app's own: what it is about.
    pub system: Option<SystemRecord>,
    /// What it answers.
    pub reply_to: Option<QuoteRecord>,
    /// What stands beside it, most first.
    pub reactions: Vec<ReactionRecord>,
}

/// Somebody who is named.
#[derive(Debug, Clone)]
pub struct PersonRecord {
    /// Their account.
    pub account: AccountId,
    /// What to call them.
    pub name: Redacted<String>,
    /// It is this account.
    pub is_own: bool,
}

/// What a message answers.
#[derive(Debug, Clone)]
pub struct QuoteRecord {
    /// The message.
    pub id: MessageId,
    /// What is known of it; `None` when it is not on this device, or taken back.
    pub message: Option<QuotedRecord>,
}

/// The message that another answers.
#[derive(Debug, Clone)]
pub struct QuotedRecord {
    /// Whose.
    pub sender: PersonRecord,
    /// What sort.
    pub kind: MessageKind,
    /// The beginning of its text, without markup.
    pub text: Redacted<String>,
}

/// An emoji beside a message.
#[derive(Debug, Clone)]
pub struct ReactionRecord {
    /// The emoji.
    pub emoji: String,
    /// Accounts.
    pub count: u64,
    /// This account is one of them.
    pub is_own: bool,
    /// Names of some of the others.
    pub names: Vec<Redacted<String>>,
}

impl Reader {
    pub(crate) fn message(
        &self,
        connection: &Connection,
        conversation: ConversationId,
        row: MessageRow,
    ) -> Result<MessageRecord, StoreError> {
        let reply_to = row
            .details
            .in_reply_to
            .map(|id| self.quote(connection, row.conversation, id))
            .transpose()?;
        Ok(MessageRecord {
            sender_name: self.name(connection, row.sender)?,
            is_own: row.sender == self.own,
            own: self.own,
            system: read_line(connection, self, &row)?,
            conversation,
            reply_to,
            reactions: self.reactions(connection, row.message)?,
            row,
        })
    }

    pub(crate) fn message_by_row(
        &self,
        connection: &Connection,
        message: i64,
    ) -> Result<MessageRecord, StoreError> {
        let row = message::by_row(connection, message)?.ok_or(StoreError::Value("message"))?;
        let conversation = conversation::by_row(connection, row.conversation)?
            .ok_or(StoreError::Value("conversation"))?;
        self.message(connection, conversation.id, row)
    }

    pub(crate) fn person(
        &self,
        connection: &Connection,
        account: AccountId,
    ) -> Result<PersonRecord, StoreError> {
        Ok(PersonRecord {
            account,
            name: self.name(connection, account)?,
            is_own: account == self.own,
        })
    }

    fn quote(
        &self,
        connection: &Connection,
        conversation: i64,
        id: MessageId,
    ) -> Result<QuoteRecord, StoreError> {
        let row = message::of_version(connection, id)?
            .filter(|row| row.conversation == conversation && row.kind != MessageKind::Deleted);
        let id = row.as_ref().map_or(id, |row| row.id);
        let message = row
            .map(|row| {
                Ok::<_, StoreError>(QuotedRecord {
                    sender: self.person(connection, row.sender)?,
                    kind: row.kind,
                    text: Redacted(plain(&row.text.0, QUOTE_CHARS_MAX)),
                })
            })
            .transpose()?;
        Ok(QuoteRecord { id, message })
    }

    fn reactions(
        &self,
        connection: &Connection,
        message: i64,
    ) -> Result<Vec<ReactionRecord>, StoreError> {
        reaction::counts(connection, message, self.own, REACTIONS_MAX)?
            .into_iter()
            .map(|counted| {
                let accounts =
                    reaction::accounts(connection, message, &counted.emoji, self.own, NAMES_MAX)?;
                Ok(ReactionRecord {
                    emoji: counted.emoji,
                    count: counted.count,
                    is_own: counted.is_own,
                    names: self.names(connection, accounts)?,
                })
            })
            .collect()
    }

    fn names(
        &self,
        connection: &Connection,
        accounts: Vec<AccountId>,
    ) -> Result<Vec<Redacted<String>>, StoreError> {
        accounts
            .into_iter()
            .map(|account| self.name(connection, account))
            .collect()
    }
}
