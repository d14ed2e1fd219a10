//! A message with everything that a screen shows of it: what it answers, what others put beside it.

use pipit_domain::{AccountId, ConversationId, MessageId, Redacted};
use pipit_store::table::deed::DeedKind;
use pipit_store::table::message::{MessageKind, MessageRow};
use pipit_store::table::{conversation, message, reaction};
use pipit_store::{Connection, StoreError};

use super::Reader;
use crate::content::{of_each, plain, poll_of, said};
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
    /// A poll: what people choose.
    pub poll: Option<PollRecord>,
}

impl MessageRecord {
    /// What it says: of a poll, the question.
    #[must_use]
    pub fn said(&self) -> &str {
        said(&self.row)
    }
}

/// A question and what people choose.
#[derive(Debug, Clone)]
pub struct PollRecord {
    /// On one line.
    pub question: Redacted<String>,
    /// One may choose several.
    pub is_multiple: bool,
    /// Nobody chooses any more.
    pub is_closed: bool,
    /// Accounts that have chosen something.
    pub voter_count: u64,
    /// In the author's order.
    pub options: Vec<PollOptionRecord>,
}

/// Something to choose.
#[derive(Debug, Clone)]
pub struct PollOptionRecord {
    /// On one line.
    pub text: Redacted<String>,
    /// Accounts that have chosen it.
    pub count: u64,
    /// This account is one of them.
    pub is_own: bool,
    /// Names of some of the others.
    pub names: Vec<Redacted<String>>,
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
            poll: self.poll(connection, &row)?,
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
                    text: Redacted(plain(said(&row), QUOTE_CHARS_MAX)),
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

    fn poll(
        &self,
        connection: &Connection,
        row: &MessageRow,
    ) -> Result<Option<PollRecord>, StoreError> {
        let Some(poll) = poll_of(connection, row)? else {
            return Ok(None);
        };
        let closed_at = row.details.closed_at;
        let mut votes = of_each(connection, row.message, DeedKind::Vote, closed_at)?;
        votes.retain(|vote| vote.value > 0);
        let option = |(place, text): (usize, String)| {
            let chosen = votes.iter().filter(|vote| vote.value >> place & 1 == 1);
            let mut accounts: Vec<_> = chosen.map(|vote| vote.sender).collect();
            let count = accounts.len() as u64;
            accounts.retain(|account| *account != self.own);
            let is_own = count > accounts.len() as u64;
            accounts.truncate(NAMES_MAX);
            Ok(PollOptionRecord {
                text: Redacted(text),
                count,
                is_own,
                names: self.names(connection, accounts)?,
            })
        };
        Ok(Some(PollRecord {
            question: Redacted(poll.question),
            is_multiple: poll.is_multiple,
            is_closed: closed_at.is_some(),
            voter_count: votes.len() as u64,
            options: poll
                .options
                .into_iter()
                .enumerate()
                .map(option)
                .collect::<Result<_, StoreError>>()?,
        }))
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
