//! Views: the records that a screen shows. Ids are lower-case hexadecimal, times milliseconds since
//! 1970 (UTC).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::group_view::GroupView;
pub use crate::message_view::*;
use crate::security_view::AlarmView;

/// How the connection to the server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionState {
    /// Connected; what is sent leaves at once.
    Online,
    /// Trying now.
    Connecting,
    /// Not connected; trying again at `retryAt`.
    Offline,
}

/// Whether this device has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AccountState {
    /// No account yet.
    SignedOut,
    /// Ready to use.
    SignedIn,
    /// Another device has removed this one from the account: what is here stays readable, nothing more comes.
    Revoked,
}

/// The account on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountStatus {
    /// Whether there is one; the fields below are present only then.
    pub state: AccountState,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account_id: Option<String>,
    /// This device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub device_id: Option<String>,
    /// What others find it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub username: Option<String>,
    /// What the person chose to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub display_name: Option<String>,
    /// Address of its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub server: Option<String>,
    /// How the connection stands.
    pub connection: ConnectionState,
    /// When the next try is, while offline.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_at: Option<u64>,
    /// The recovery key was not yet confirmed to be saved.
    pub recovery_key_pending: bool,
}

/// A server to offer at sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerSuggestion {
    /// Its address.
    pub server: String,
    /// What to show.
    pub label: String,
    /// It runs on this machine.
    pub local: bool,
}

/// Whether a server takes new accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Registration {
    /// Anybody may sign up.
    Open,
    /// Nobody may.
    Closed,
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerInfo {
    /// Its address, as asked.
    pub server: String,
    /// Its name.
    pub name: String,
    /// Whether it takes new accounts.
    pub registration: Registration,
    /// How long the answer took.
    pub latency_ms: u64,
}

/// What is wrong with a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsernameProblem {
    /// Fewer than 3 characters.
    TooShort,
    /// More than 32 characters.
    TooLong,
    /// Characters, or places for them, that are not allowed.
    Characters,
    /// Somebody has it.
    Taken,
}

/// Whether a username can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsernameCheck {
    /// It can.
    pub free: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub problem: Option<UsernameProblem>,
}

/// Another person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// Their account.
    pub account_id: String,
    /// What they are found by.
    pub username: String,
    /// What they chose to be called, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub display_name: Option<String>,
    /// What to call them: by this person's name for them, else by their own, else by their username.
    pub name: String,
    /// This person's name for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub own_name: Option<String>,
    /// A few words about themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub about: Option<String>,
    /// A small picture of them, as a data: URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub picture: Option<String>,
    /// Nothing of theirs is shown. Left out for false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub is_blocked: bool,
    /// They were accepted: they may write. Left out for false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub is_contact: bool,
    /// The safety number was compared and matches. Left out for false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub is_verified: bool,
}

/// What this person tells of themself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    /// What to be called.
    pub display_name: String,
    /// A few words.
    pub about: String,
    /// A small picture, as a data: URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub picture: Option<String>,
}

/// Who is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Audience {
    /// Whoever this person talks with.
    Everyone,
    /// Those that this person has accepted.
    Contacts,
    /// No one.
    Nobody,
}

/// How the operating system tells of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationSettings {
    /// It does.
    pub is_on: bool,
    /// With what was written and who wrote it.
    pub shows_text: bool,
    /// With a sound.
    pub sound: bool,
}

/// What this person wants of the app, on all devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Others learn what was read here, and the other way round.
    pub read_receipts: bool,
    /// Others see that this person is typing, and the other way round.
    pub typing: bool,
    /// Who learns when this person was last here; the others' is shown in turn.
    pub last_seen: Audience,
    /// Who learns that this person is here now; the others' is shown in turn.
    pub online: Audience,
    /// How the operating system tells of messages.
    pub notifications: NotificationSettings,
    /// People who are no contacts may write, as a request.
    pub requests_from_strangers: bool,
}

/// What sort of conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConversationKind {
    /// Two people.
    Direct,
    /// Several.
    Group,
    /// Note to self.
    #[serde(rename = "self")]
    OwnDevices,
}

/// A row of the chat list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationView {
    /// Its id.
    pub conversation_id: String,
    /// What sort.
    pub kind: ConversationKind,
    /// What to call it.
    pub name: String,
    /// The other person of a 1:1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub peer: Option<ContactView>,
    /// What a group is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub group: Option<GroupView>,
    /// The picture of a group, a data URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub picture: Option<String>,
    /// What a group is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub about: Option<String>,
    /// The newest message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_message: Option<MessageView>,
    /// Messages of others not read yet.
    pub unread: u64,
    /// The oldest of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first_unread: Option<String>,
    /// Messages among them that name this account, counted up to 1,000.
    pub mentions: u64,
    /// The oldest of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first_mention: Option<String>,
    /// Text typed and not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub draft: Option<String>,
    /// Sorts the list, newest first.
    pub updated_at: u64,
    /// Messages in it on this device.
    pub message_count: u64,
    /// Messages at its head, at most 100.
    pub pinned_count: u64,
    /// What is sent from now on disappears so many seconds after reading; left out: it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub timer: Option<u32>,
    /// Kept at the top of the list.
    pub is_pinned: bool,
    /// Its place among the pinned ones, rising.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pin_order: Option<u64>,
    /// Out of sight until something new comes.
    pub is_archived: bool,
    /// Its messages raise no notification.
    pub is_muted: bool,
    /// When that ends by itself; left out: it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub muted_until: Option<u64>,
    /// Marked as unread by this person, to be come back to.
    pub is_marked_unread: bool,
    /// A stranger began it, or added this account to it: to be accepted or declined.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub request: bool,
    /// The other person of a 1:1 is blocked. Left out for false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub is_blocked: bool,
    /// Keys or changes that must not be were refused; what is written waits for the person to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub alarm: Option<AlarmView>,
    /// Whether this person can write here.
    pub can_send: bool,
}

/// What sort of message a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SearchKind {
    /// Text.
    Text,
    /// With a link in it.
    Link,
    /// A poll.
    Poll,
}

/// Which of the messages that were found come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SearchOrder {
    /// The newest.
    Time,
    /// The best of the newest 2,000, then of those before.
    Relevance,
}

/// Part of a line that shows what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SnippetPart {
    /// On one line.
    pub text: String,
    /// It is what was searched for.
    pub is_hit: bool,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// Its id.
    pub message_id: String,
    /// Where.
    pub conversation_id: String,
    /// What to call that; empty for the note to self.
    pub conversation_name: String,
    /// Whose.
    pub sender: String,
    /// What to call them.
    pub sender_name: String,
    /// Written by this account.
    pub is_own: bool,
    /// By the sender's clock.
    pub sent_at: u64,
    /// What sort.
    pub kind: MessageKind,
    /// Its text around the first place that fits, at most some 160 characters.
    pub snippet: Vec<SnippetPart>,
}

/// Part of what was found. There may be fewer hits than asked for, or none, and a next page all the same:
/// a page looks at a bounded number of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    /// The first ones first.
    pub hits: Vec<SearchHit>,
    /// For `before` of the next page, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// Older messages that can't be found yet, at most: for the minutes after the first start of a version
    /// that searches by new rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unindexed: Option<u64>,
}
