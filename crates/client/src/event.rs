//! What changed, for whoever watches: published only after the change is on disk.

use std::collections::HashSet;

use pipit_domain::{AccountId, ConversationId, MessageId, Redacted, Timestamp};
use tokio::sync::broadcast;

use crate::client::{AccountStatus, Connection};
use crate::history::HistoryProgress;
use crate::link::LinkState;
use crate::people::Profile;
use crate::record::{ContactRecord, ConversationRecord, MessageRecord};
use crate::settings::Settings;
use crate::trust::AlarmRecord;

/// Events that may wait for one listener; one that falls further behind sees a hole in the numbers.
const EVENTS_LEN: usize = 1024;

/// One event and its number.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// Rises by one with each event of this client.
    pub number: u64,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The connection to the server changed.
    Connection(Connection),
    /// The account on this device changed.
    Account(AccountStatus),
    /// A message is new.
    MessageAdded(MessageRecord),
    /// A message is no longer as it was.
    MessageChanged(MessageRecord),
    /// A message is gone.
    MessageRemoved {
        /// Where it was.
        conversation: ConversationId,
        /// Which.
        message: MessageId,
    },
    /// A conversation is new or no longer as it was.
    ConversationChanged(Box<ConversationRecord>),
    /// A conversation is no longer to be listed: nothing is in it any more.
    ConversationRemoved(ConversationId),
    /// What is known or decided about a person has changed.
    ContactChanged(Box<ContactRecord>),
    /// What this person tells of themself has changed.
    ProfileChanged(Box<Profile>),
    /// The settings have changed.
    SettingsChanged(Settings),
    /// The devices of the account, or their names, have changed: ask for them again.
    DevicesChanged,
    /// The history of the account has come further on this device.
    History(HistoryProgress),
    /// Older messages of a conversation have come.
    HistoryFilled(ConversationId),
    /// Somebody types in a conversation, or has stopped.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
        /// What to call them.
        name: Redacted<String>,
        /// They do.
        is_typing: bool,
    },
    /// Somebody is here, or was.
    Presence {
        /// Who.
        account: AccountId,
        /// They are here now.
        is_online: bool,
        /// When they were last here, by the server's clock, as far as they tell.
        seen_at: Option<Timestamp>,
    },
    /// The person should be told now.
    Notification {
        /// Where to go.
        conversation: ConversationId,
        /// Which message.
        message: MessageId,
        /// Who.
        title: Redacted<String>,
        /// What; empty where it is not to be shown, and the title as well.
        body: Redacted<String>,
        /// Somebody wrote who is not accepted yet.
        is_request: bool,
    },
    /// Keys or changes that must not be were refused.
    Alarm(Box<AlarmRecord>),
    /// Linking a device has come further, or ended.
    Link(LinkState),
    /// A shell asks the screen to show a conversation.
    ShowConversation(ConversationId),
}

/// Leaves out rows of the chat list that are told again further on.
pub(crate) fn without_repeats(events: Vec<Event>) -> Vec<Event> {
    let mut told = HashSet::new();
    let mut kept: Vec<_> = events
        .into_iter()
        .rev()
        .filter(|event| match event {
            Event::ConversationChanged(record) => told.insert(record.row.id),
            _ => true,
        })
        .collect();
    kept.reverse();
    kept
}

/// Numbers events and hands them out.
#[derive(Debug)]
pub(crate) struct Publisher {
    last: std::sync::Mutex<u64>,
    channel: broadcast::Sender<Numbered>,
}

impl Publisher {
    pub(crate) fn new() -> Self {
        Self {
            last: std::sync::Mutex::new(0),
            channel: broadcast::channel(EVENTS_LEN).0,
        }
    }

    pub(crate) fn publish(&self, events: impl IntoIterator<Item = Event>) {
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for event in events {
            *last += 1;
            // Nobody listening is fine.
            let _ = self.channel.send(Numbered {
                number: *last,
                event,
            });
        }
    }

    /// The number of the last event, and all after it.
    pub(crate) fn subscribe(&self) -> (u64, broadcast::Receiver<Numbered>) {
        let last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        (*last, self.channel.subscribe())
    }
}
