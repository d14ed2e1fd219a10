//! Rows with what a screen needs around them: names, the newest message, the first unread one.

use pipit_domain::{AccountId, MessageId, Redacted};
use pipit_store::table::conversation::ConversationRow;
use pipit_store::table::person::ProfileRow;
use pipit_store::table::state::{self, StateRow};
use pipit_store::table::{contact, conversation, message, person};
use pipit_store::{Connection, StoreError};

use crate::group::{GroupRecord, read_group};
use crate::people::is_request;
use crate::pin::PINNED_MAX;
use crate::trust::{self, AlarmRecord};

mod shown;

pub use shown::{
    MessageRecord, PersonRecord, PollOptionRecord, PollRecord, QuoteRecord, QuotedRecord,
    ReactionRecord,
};

/// Characters of an account id that stand for a person whose name is not known yet.
const SHORT_ID_LEN: usize = 8;
/// Mentions counted in one conversation: screens show no more digits.
const MENTIONS_MAX: u64 = 1_000;

/// A person.
#[derive(Debug, Clone)]
pub struct ContactRecord {
    /// Their account.
    pub account: AccountId,
    /// What they are found by.
    pub username: Redacted<String>,
    /// What they want to be called, once a message of theirs said so.
    pub display_name: Option<Redacted<String>>,
    /// What this person calls them.
    pub own_name: Option<Redacted<String>>,
    /// A few words about themselves; empty until they said some.
    pub about: Redacted<String>,
    /// A small picture of them; empty until they sent one.
    pub picture: Redacted<Vec<u8>>,
    /// They may write.
    pub is_contact: bool,
    /// Nothing of theirs is shown.
    pub is_blocked: bool,
    /// The safety number was compared and matches.
    pub is_verified: bool,
}

impl ContactRecord {
    /// What to call them: by this person's name for them, else by their own, else by their username.
    #[must_use]
    pub fn name(&self) -> Redacted<String> {
        let named = self.own_name.as_ref().or(self.display_name.as_ref());
        named.unwrap_or(&self.username).clone()
    }
}

/// A conversation as the chat list shows it.
#[derive(Debug, Clone)]
pub struct ConversationRecord {
    /// The row.
    pub row: ConversationRow,
    /// What this person has set for it.
    pub state: StateRow,
    /// What to call it; empty for the note to self, whose name is the screen's.
    pub name: Redacted<String>,
    /// The other person of a 1:1.
    pub peer: Option<ContactRecord>,
    /// What a group is.
    pub group: Option<GroupRecord>,
    /// The newest message.
    pub last_message: Option<MessageRecord>,
    /// Messages at its head, counted up to [`PINNED_MAX`].
    pub pinned_count: u64,
    /// The oldest unread one.
    pub first_unread: Option<MessageId>,
    /// Unread messages that mention this account, counted up to a bound that no badge shows.
    pub mentions: u64,
    /// The oldest of them.
    pub first_mention: Option<MessageId>,
    /// A stranger began it, or added this account to it, and nobody has accepted that.
    pub is_request: bool,
    /// Something must be decided before anything is sent.
    pub alarm: Option<AlarmRecord>,
}

fn short(account: AccountId) -> Redacted<String> {
    Redacted(account.to_string()[..SHORT_ID_LEN].to_owned())
}

/// Reads records for one account; whose names it shows is decided here alone.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) own: AccountId,
    /// What this person is called until a profile says so.
    pub(crate) own_name: Redacted<String>,
}

impl Reader {
    pub(crate) fn name(
        &self,
        connection: &Connection,
        account: AccountId,
    ) -> Result<Redacted<String>, StoreError> {
        let row = contact::get(connection, account)?;
        let (told, username) =
            row.map_or_else(Default::default, |row| (row.display_name, row.username));
        // The own username is known as soon as the own ledger is; it never stands before the chosen name.
        let by_rank = if account == self.own {
            [told, self.own_name.clone(), username]
        } else {
            [person::get(connection, account)?.own_name, told, username]
        };
        let named = by_rank.into_iter().find(|name| !name.0.is_empty());
        Ok(named.unwrap_or_else(|| short(account)))
    }

    pub(crate) fn contact(
        &self,
        connection: &Connection,
        account: AccountId,
    ) -> Result<ContactRecord, StoreError> {
        let person = person::get(connection, account)?;
        let own_name = (!person.own_name.0.is_empty()).then_some(person.own_name);
        let ProfileRow { about, picture, .. } = person::profile(connection, account)?;
        let (is_contact, is_blocked) = (person.is_accepted, person.is_blocked);
        let is_verified = person.verified_at.is_some();
        let Some(row) = contact::get(connection, account)? else {
            return Ok(ContactRecord {
                account,
                username: short(account),
                display_name: None,
                own_name,
                about,
                picture,
                is_contact,
                is_blocked,
                is_verified,
            });
        };
        let display_name = (!row.display_name.0.is_empty()).then_some(row.display_name);
        Ok(ContactRecord {
            account,
            username: row.username,
            display_name,
            own_name,
            about,
            picture,
            is_contact,
            is_blocked,
            is_verified,
        })
    }

    pub(crate) fn conversation(
        &self,
        connection: &Connection,
        row: ConversationRow,
    ) -> Result<ConversationRecord, StoreError> {
        let peer = row
            .peer
            .map(|account| self.contact(connection, account))
            .transpose()?;
        let newest = message::newest(connection, row.conversation)?;
        let last_message = newest
            .map(|message| self.message(connection, row.id, message))
            .transpose()?;
        let (place, read) = (row.conversation, row.read_position);
        let (first_unread, (mentions, first_mention)) = match row.unread {
            0 => (None, (0, None)),
            _ => (
                message::first_unread(connection, place, read, self.own)?,
                message::mentions(connection, place, read, MENTIONS_MAX)?,
            ),
        };
        let pinned_count = message::pinned_count(connection, row.conversation, PINNED_MAX)?;
        let group = read_group(connection, &row, self.own)?;
        let name = match &group {
            Some(group) => group.name.clone(),
            None => peer.as_ref().map(ContactRecord::name).unwrap_or_default(),
        };
        Ok(ConversationRecord {
            state: state::get(connection, row.id)?,
            is_request: is_request(connection, &row)?,
            alarm: trust::newest(self, connection, row.id)?,
            row,
            name,
            peer,
            group,
            pinned_count,
            last_message,
            first_unread,
            mentions,
            first_mention,
        })
    }

    pub(crate) fn conversation_by_row(
        &self,
        connection: &Connection,
        conversation: i64,
    ) -> Result<ConversationRecord, StoreError> {
        let row = conversation::by_row(connection, conversation)?
            .ok_or(StoreError::Value("conversation"))?;
        self.conversation(connection, row)
    }
}
