//! Contents that are messages: what stands in their row.

use std::borrow::Cow;

use pipit_domain::{AccountId, Redacted, Timestamp};
use pipit_store::table::message::{MessageDetails, MessageKind, MessageRow};
use pipit_wire::content::{Content, Expires, Kind, Poll, escape};

use super::{markdown_of, mentions};

/// What stands in the row of a message.
pub(crate) struct Shown<'a> {
    pub(crate) kind: MessageKind,
    pub(crate) text: Redacted<Cow<'a, str>>,
    /// What is kept beside the columns.
    pub(crate) content: Option<Redacted<Vec<u8>>>,
    pub(crate) details: MessageDetails,
}

/// The text of a poll: the question, and below it the options, so that all of it is found.
fn poll_text(poll: &Poll) -> String {
    let lines: Vec<_> = std::iter::once(&poll.question)
        .chain(&poll.options)
        .map(|line| escape(line))
        .collect();
    lines.join("\n")
}

/// What a message says where there is room for one thing: of a poll, the question.
pub(crate) fn said(row: &MessageRow) -> &str {
    match row.kind {
        MessageKind::Poll => row.text.0.lines().next().unwrap_or_default(),
        _ => &row.text.0,
    }
}

/// What a content stands in the history as; `None` when it is no message. What this version does not know is
/// kept whole.
pub(crate) fn shown(content: &Content, sender: AccountId, own: AccountId) -> Option<Shown<'_>> {
    let mut details = MessageDetails {
        in_reply_to: content.in_reply_to,
        is_forwarded: content.extensions.is_forwarded(),
        ..MessageDetails::default()
    };
    match content.expires {
        Some(Expires::AfterReading { seconds }) => details.timer = Some(seconds),
        Some(Expires::At { unix_seconds }) => {
            let ms = u64::from(unix_seconds) * 1000;
            details.expires_at = Some(Timestamp::from_millis(ms));
        }
        None => {}
    }
    let (kind, text, kept) = match content.kind() {
        Kind::Text(text) => {
            let text = markdown_of(text);
            details.mentions_me =
                sender != own && !details.is_forwarded && mentions(&text).contains(&own);
            (MessageKind::Text, text, None)
        }
        Kind::Poll(poll) => (
            MessageKind::Poll,
            Cow::Owned(poll_text(&poll)),
            Some(content.encode()),
        ),
        Kind::Newer => (
            MessageKind::Newer,
            Cow::Borrowed(""),
            Some(content.encode()),
        ),
        Kind::Edit { .. }
        | Kind::Delete { .. }
        | Kind::Reaction { .. }
        | Kind::StatusReport(_)
        | Kind::Control(_) => return None,
    };
    Some(Shown {
        kind,
        text: Redacted(text),
        content: kept.map(Redacted),
        details,
    })
}
