//! Events: what changed, numbered, so that a listener notices when it missed one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::history_view::HistoryView;
use crate::link_view::LinkingView;
use crate::security_view::AlarmView;
use crate::view::{
    AccountStatus, ConnectionState, ContactView, ConversationView, MessageView, ProfileView,
    Settings,
};

/// One event with its number: each is one more than the last that this listener was sent. A hole
/// means: ask again for what is on screen.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumberedEvent {
    /// Rises by one.
    pub number: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: AppEvent,
}

/// What changed.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum AppEvent {
    /// The connection to the server.
    #[serde(rename = "connection")]
    Connection {
        /// How it stands.
        state: ConnectionState,
        /// When the next try is, while offline.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        retry_at: Option<u64>,
    },
    /// The account on this device.
    #[serde(rename = "account.changed")]
    AccountChanged {
        /// As it is now.
        status: AccountStatus,
    },
    /// A message is new, own or received.
    #[serde(rename = "message.added")]
    MessageAdded {
        /// The message.
        message: Box<MessageView>,
    },
    /// A message is no longer as it was.
    #[serde(rename = "message.changed")]
    MessageChanged {
        /// As it is now.
        message: Box<MessageView>,
    },
    /// A message is gone from this device.
    #[serde(rename = "message.removed")]
    MessageRemoved {
        /// Where it was.
        conversation_id: String,
        /// Which.
        message_id: String,
    },
    /// A row of the chat list is new or no longer as it was.
    #[serde(rename = "conversation.changed")]
    ConversationChanged {
        /// As it is now.
        conversation: Box<ConversationView>,
    },
    /// A conversation is no longer to be listed.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved {
        /// Which.
        conversation_id: String,
    },
    /// What is known or decided about a person.
    #[serde(rename = "contact.changed")]
    ContactChanged {
        /// As it is now.
        contact: ContactView,
    },
    /// What this person tells of themself.
    #[serde(rename = "profile.changed")]
    ProfileChanged {
        /// As it is now.
        profile: ProfileView,
    },
    /// The settings.
    #[serde(rename = "settings.changed")]
    SettingsChanged {
        /// As they are now.
        settings: Settings,
    },
    /// The devices of the account, or their names: ask for them again.
    #[serde(rename = "devices.changed")]
    DevicesChanged,
    /// The history has come further on this device, or has to wait.
    #[serde(rename = "history.changed")]
    HistoryChanged {
        /// How far it is.
        history: HistoryView,
    },
    /// Older messages of a conversation have come from another device: read its pages again.
    #[serde(rename = "history.filled")]
    HistoryFilled {
        /// Which.
        conversation_id: String,
    },
    /// Somebody types, or has stopped.
    #[serde(rename = "typing")]
    Typing {
        /// Where.
        conversation_id: String,
        /// Who.
        account_id: String,
        /// What to call them.
        name: String,
        /// They do.
        is_typing: bool,
    },
    /// Somebody is here, or was.
    #[serde(rename = "presence")]
    Presence {
        /// Who.
        account_id: String,
        /// They are here now.
        is_online: bool,
        /// When they were last here, as far as they tell.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        last_seen: Option<u64>,
    },
    /// The person should be told now.
    #[serde(rename = "notification")]
    Notification {
        /// Where to go on a click.
        conversation_id: String,
        /// Which message.
        message_id: String,
        /// Who.
        title: String,
        /// What; empty, and the title too, where it is not to be shown.
        body: String,
        /// Somebody wrote who is not accepted yet: say no more than that.
        is_request: bool,
    },
    /// Keys or changes that must not be were refused. The conversation has it, too.
    #[serde(rename = "alarm")]
    Alarm {
        /// What.
        alarm: AlarmView,
    },
    /// Linking a device has come further, or ended.
    #[serde(rename = "link.changed")]
    LinkChanged {
        /// How far.
        link: LinkingView,
    },
    /// A notification was clicked: show this conversation.
    #[serde(rename = "conversation.show")]
    ConversationShow {
        /// Which.
        conversation_id: String,
    },
}
