//! Contents that are messages: what stands in their row.

use std::borrow::Cow;

use pipit_domain::{AccountId, Redacted};
use pipit_store::table::message::{MessageDetails, MessageKind};
use pipit_wire::content::{Content, Kind};

use super::{markdown_of, mentions};

/// What stands in the row of a message.
pub(crate) struct Shown<'a> {
    pub(crate) kind: MessageKind,
    pub(crate) text: Redacted<Cow<'a, str>>,
    /// What is kept beside the columns.
    pub(crate) content: Option<Redacted<Vec<u8>>>,
    pub(crate) details: MessageDetails,
}

/// What a content stands in the history as; `None` when it is no message. What this version does not know is
/// kept whole.
pub(crate) fn shown(content: &Content, sender: AccountId, own: AccountId) -> Option<Shown<'_>> {
    let mut details = MessageDetails {
        in_reply_to: content.in_reply_to,
        is_forwarded: content.extensions.is_forwarded(),
        ..MessageDetails::default()
    };
    let (kind, text, kept) = match content.kind() {
        Kind::Text(text) if content.expires.is_none() => {
            let text = markdown_of(text);
            details.mentions_me =
                sender != own && !details.is_forwarded && mentions(&text).contains(&own);
            (MessageKind::Text, text, None)
        }
        Kind::Text(_) | Kind::Poll(_) | Kind::Newer => (
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
