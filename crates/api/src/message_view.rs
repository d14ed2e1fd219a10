//! Views of messages, and how they come from the client's records.

use pipit_client::{
    EditRecord, MessageKind as RowKind, MessageRecord, MessageState as RowState, PollRecord,
    QuoteRecord, ReactionRecord, RecipientRecord,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::ErrorCode;
use crate::group_view::SystemView;
use crate::groups::system;

/// What sort of row in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MessageKind {
    /// Text.
    Text,
    /// It came but could not be decrypted; `text` is empty.
    Unreadable,
    /// Made with a newer version; kept, and shown properly after an update.
    Newer,
    /// A line of the app's own; `system` says which.
    System,
    /// A question to choose an answer to; `poll` holds it.
    Poll,
    /// Taken back: nothing of it is left.
    Deleted,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MessageState {
    /// Own: kept on this device, not yet accepted by the server.
    Queued,
    /// Own: the server keeps it for every device.
    Accepted,
    /// Own: a device of every other member has it.
    Delivered,
    /// Own: read.
    Read,
    /// Own: not sent; `failure` says why.
    Failed,
    /// Somebody else's.
    Received,
}

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Stable word.
    pub code: crate::ErrorCode,
    /// A sentence.
    pub message: String,
    /// Whether trying again can help.
    pub retry: bool,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// Its id.
    pub message_id: String,
    /// Where.
    pub conversation_id: String,
    /// Orders the messages of a conversation: unique in it, never changes. Sort by this.
    pub position: u64,
    /// Whose.
    pub sender: String,
    /// What to call them.
    pub sender_name: String,
    /// Written by this account.
    pub is_own: bool,
    /// By the sender's clock.
    pub sent_at: u64,
    /// By the server's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub accepted_at: Option<u64>,
    /// What was written, as Markdown of a small profile: bold, italic, strike, code, quotes, lists, links.
    /// What is no Markdown is meant as it stands; there is never HTML. A mention is a link whose target is
    /// `pipit:account:` and the account's id. Of a poll, the question.
    pub text: String,
    /// What sort.
    pub kind: MessageKind,
    /// Where it stands.
    pub state: MessageState,
    /// Present when failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub failure: Option<Failure>,
    /// A line of the app's own: what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub system: Option<Box<SystemView>>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reply_to: Option<ReplyView>,
    /// Written elsewhere and passed on.
    pub is_forwarded: bool,
    /// At the head of its conversation.
    pub is_pinned: bool,
    /// Marked by this person.
    pub is_starred: bool,
    /// When its sender last changed the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub edited_at: Option<u64>,
    /// It names this account.
    pub mentions_me: bool,
    /// It disappears so many seconds after reading; own: after it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub timer: Option<u32>,
    /// When it disappears, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub expires_at: Option<u64>,
    /// What stands beside it, most first.
    pub reactions: Vec<ReactionView>,
    /// A poll: what people choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub poll: Option<PollView>,
    /// Own: accounts that it was sent to; else 0.
    pub recipient_count: u64,
    /// Own: accounts of them that have it; else 0.
    pub delivered_count: u64,
    /// Own: accounts of them that have read it and say so; else 0.
    pub read_count: u64,
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplyView {
    /// The message.
    pub message_id: String,
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sender: Option<String>,
    /// What to call them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sender_name: Option<String>,
    /// It is this account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub is_own: Option<bool>,
    /// The beginning of its text without markup, at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
    /// What sort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<MessageKind>,
    /// It is not on this device, or was taken back: the fields above are left out.
    pub is_missing: bool,
}

/// An emoji beside a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReactionView {
    /// The emoji.
    pub emoji: String,
    /// People.
    pub count: u64,
    /// This account is one of them.
    pub is_own: bool,
    /// Names of at most 20 of the others; this account is told by `isOwn`.
    pub names: Vec<String>,
}

/// Somebody to whom an own message was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecipientView {
    /// Their account.
    pub account_id: String,
    /// What to call them.
    pub name: String,
    /// When a device of theirs had it; left out: not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub delivered_at: Option<u64>,
    /// When they read it; left out: not yet, or they or this person don't tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub read_at: Option<u64>,
}

/// Part of those to whom an own message was sent, in the order of their accounts' ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageInfo {
    /// Everybody who has it, and who is still to get it. Nobody for other people's messages.
    pub recipients: Vec<RecipientView>,
    /// For `after` of the next page, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

/// A question and what people choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PollView {
    /// On one line, as it stands.
    pub question: String,
    /// One may choose several.
    pub is_multiple: bool,
    /// Nobody chooses any more.
    pub is_closed: bool,
    /// People who have chosen something.
    pub voter_count: u64,
    /// In the author's order.
    pub options: Vec<PollOptionView>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PollOptionView {
    /// On one line, as it stands.
    pub text: String,
    /// People who have chosen it.
    pub count: u64,
    /// This account is one of them.
    pub is_own: bool,
    /// Names of at most 20 of the others.
    pub names: Vec<String>,
}

/// One text of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditView {
    /// What it said.
    pub text: String,
    /// From when on.
    pub at: u64,
}

impl From<MessageRecord> for MessageView {
    fn from(record: MessageRecord) -> Self {
        let text = record.said().to_owned();
        let row = record.row;
        let details = row.details;
        Self {
            message_id: row.id.to_string(),
            conversation_id: record.conversation.to_string(),
            position: row.position,
            sender: row.sender.to_string(),
            sender_name: record.sender_name.0,
            is_own: record.is_own,
            sent_at: row.sent_at.as_millis(),
            accepted_at: row.accepted_at.map(|at| at.as_millis()),
            text,
            kind: row.kind.into(),
            state: match row.state {
                RowState::Queued => MessageState::Queued,
                RowState::Accepted => MessageState::Accepted,
                RowState::Delivered => MessageState::Delivered,
                RowState::Read => MessageState::Read,
                RowState::Failed => MessageState::Failed,
                RowState::Received => MessageState::Received,
            },
            failure: row.failure.as_deref().map(failure),
            system: record.system.map(|line| Box::new(system(line, record.own))),
            reply_to: record.reply_to.map(Into::into),
            is_forwarded: details.is_forwarded,
            is_pinned: details.is_pinned,
            is_starred: details.is_starred,
            edited_at: details.edited_at.map(|at| at.as_millis()),
            mentions_me: details.mentions_me,
            timer: details.timer,
            expires_at: details.expires_at.map(|at| at.as_millis()),
            reactions: record.reactions.into_iter().map(Into::into).collect(),
            poll: record.poll.map(Into::into),
            recipient_count: details.recipients,
            delivered_count: details.delivered,
            read_count: details.read,
        }
    }
}

impl From<RowKind> for MessageKind {
    fn from(kind: RowKind) -> Self {
        match kind {
            RowKind::Text => MessageKind::Text,
            RowKind::Unreadable => MessageKind::Unreadable,
            RowKind::Newer => MessageKind::Newer,
            RowKind::System => MessageKind::System,
            RowKind::Poll => MessageKind::Poll,
            RowKind::Deleted => MessageKind::Deleted,
        }
    }
}

impl From<QuoteRecord> for ReplyView {
    fn from(quote: QuoteRecord) -> Self {
        let mut view = Self {
            message_id: quote.id.to_string(),
            sender: None,
            sender_name: None,
            is_own: None,
            text: None,
            kind: None,
            is_missing: quote.message.is_none(),
        };
        if let Some(message) = quote.message {
            view.sender = Some(message.sender.account.to_string());
            view.sender_name = Some(message.sender.name.0);
            view.is_own = Some(message.sender.is_own);
            view.text = Some(message.text.0);
            view.kind = Some(message.kind.into());
        }
        view
    }
}

impl From<ReactionRecord> for ReactionView {
    fn from(reaction: ReactionRecord) -> Self {
        Self {
            emoji: reaction.emoji,
            count: reaction.count,
            is_own: reaction.is_own,
            names: reaction.names.into_iter().map(|name| name.0).collect(),
        }
    }
}

impl From<RecipientRecord> for RecipientView {
    fn from(recipient: RecipientRecord) -> Self {
        Self {
            account_id: recipient.account.to_string(),
            name: recipient.name.0,
            delivered_at: recipient.delivered_at.map(|at| at.as_millis()),
            read_at: recipient.read_at.map(|at| at.as_millis()),
        }
    }
}

impl From<PollRecord> for PollView {
    fn from(poll: PollRecord) -> Self {
        let options = poll.options.into_iter().map(|option| PollOptionView {
            text: option.text.0,
            count: option.count,
            is_own: option.is_own,
            names: option.names.into_iter().map(|name| name.0).collect(),
        });
        Self {
            question: poll.question.0,
            is_multiple: poll.is_multiple,
            is_closed: poll.is_closed,
            voter_count: poll.voter_count,
            options: options.collect(),
        }
    }
}

impl From<EditRecord> for EditView {
    fn from(edit: EditRecord) -> Self {
        Self {
            text: edit.text.0,
            at: edit.at.as_millis(),
        }
    }
}

fn failure(word: &str) -> Failure {
    let (code, message) = match word {
        "NOT_A_MEMBER" => (ErrorCode::NotAMember, "You are not in this chat any more."),
        "DEVICE_REVOKED" => (
            ErrorCode::DeviceRevoked,
            "This device was removed from your account.",
        ),
        "TOO_LARGE" => (ErrorCode::TooLarge, "The message is too long."),
        "UNKNOWN_ACCOUNT" => (ErrorCode::UnknownAccount, "This account no longer exists."),
        "LEDGER_MISMATCH" => (
            ErrorCode::LedgerMismatch,
            "The server shows keys that contradict what this device knows.",
        ),
        "STORAGE" => (
            ErrorCode::Storage,
            "The history on this device could not be written.",
        ),
        "UNREACHABLE" => (ErrorCode::Unreachable, "The server can't be reached."),
        _ => (ErrorCode::Internal, "The server refused this message."),
    };
    let retry = !matches!(code, ErrorCode::TooLarge | ErrorCode::DeviceRevoked);
    Failure {
        code,
        message: message.to_owned(),
        retry,
    }
}
