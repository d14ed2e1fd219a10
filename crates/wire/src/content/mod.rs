//! What people wrote, as it is sealed inside an application envelope: the IETF draft "MIMI message
//! content", draft-ietf-mimi-content-08 (2026-03-02; docs/content.md tells it in our words).
//!
//! ```text
//! [ salt, replaces, topicId, expires, inReplyTo, extensions, body ]     CBOR, deterministic
//! ```
//!
//! [`Content`] is read by [`Content::decode`] and made by its constructors; between the two it is only
//! looked at, so that an invalid one cannot be built outside this module. Reading is strict: one
//! encoding, bounded lengths and depth, nothing after the end, because the encoded bytes are hashed
//! into the [message id](Content::message_id). What is well formed but unknown (a media type, a
//! disposition, an extension) is kept, and [`Content::kind`] says that it takes a newer version.
//!
//! Not here: sealing (the e2ee crate), rendering of Markdown (the screen), and everything that needs
//! the other messages of a conversation, such as whether `replaces` names a message of the same sender.

mod action;
mod cbor;
mod decode;
mod encode;
mod extensions;
mod id;
mod kind;
mod markdown;
mod part;
mod poll;
#[cfg(test)]
mod properties;
mod reaction;
mod status;
pub mod sync;
#[cfg(test)]
mod tests;

/// The generated types of `proto/content.proto`: the bodies of our own parts.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/pipit.content.v1.rs"));
}

pub use action::{Action, TIMER_SECONDS_MAX, ToldTimer};
pub use cbor::CborError;
pub use decode::ContentError;
pub use extensions::Extensions;
pub use id::{Uri, UriTooLong};
pub use kind::{CONTENT_VERSION, Control, Kind, Text, TextFormat};
pub use markdown::{escape, is_plain};
pub use part::{Cardinality, Disposition, External, Multi, Part, PartSemantics, Single};
pub use poll::{Choice, POLL_OPTION_CHARS_MAX, POLL_OPTIONS, POLL_QUESTION_CHARS_MAX, Poll};
pub use reaction::{REACTION_LEN_MAX, is_reaction};
pub use status::{MessageStatus, REPORT_LEN_MAX, StatusReport};

use std::fmt;

use pipit_domain::MessageId;

/// Bytes of the salt.
pub const SALT_LEN: usize = 16;
/// Most bytes of a topic id (draft-ietf-mimi-content-08, section 9.1).
pub const TOPIC_LEN_MAX: usize = 4096;
/// How deep parts may nest, the body being the first level (section 6.3).
pub const PART_DEPTH_MAX: u8 = 4;
/// Most parts of one message, at all levels together (section 9.1).
pub const PARTS_MAX: usize = 1024;

/// One message's content. See the module's head.
///
/// `Debug` shows sizes and kinds only.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// Random, new for each message: part of its id, so that equal texts have different ids.
    pub salt: [u8; SALT_LEN],
    /// The first version of the message that this one edits, deletes or takes back.
    pub replaces: Option<MessageId>,
    /// The thread it belongs to; empty for none. At most [`TOPIC_LEN_MAX`] bytes.
    pub topic_id: Vec<u8>,
    /// When it should disappear.
    pub expires: Option<Expires>,
    /// The version of a message that this replies or reacts to.
    pub in_reply_to: Option<MessageId>,
    /// Further fields, known and unknown.
    pub extensions: Extensions,
    /// The body.
    pub body: Part,
}

/// When a message should disappear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expires {
    /// This many seconds after it was read.
    AfterReading {
        /// Seconds.
        seconds: u32,
    },
    /// At a point in time.
    At {
        /// Seconds since 1970 (UTC), by the sender's clock.
        unix_seconds: u32,
    },
}

impl Content {
    /// A plain text. `salt` must be fresh random bytes.
    ///
    /// The text may be of any length here; [`pipit_domain::limits::TEXT_LEN_MAX`] is the composer's to keep, and
    /// [`Content::decode`] refuses a whole that no envelope can carry.
    #[must_use]
    pub fn text(salt: [u8; SALT_LEN], text: &str) -> Self {
        Self::new(
            salt,
            Part::single(Disposition::RENDER, kind::TEXT_PLAIN, text.as_bytes()),
        )
    }

    /// What a person typed: Markdown where that makes a difference, else plain text. `salt` must be fresh random
    /// bytes.
    #[must_use]
    pub fn typed(salt: [u8; SALT_LEN], text: &str) -> Self {
        if markdown::is_plain(text) {
            return Self::text(salt, text);
        }
        Self::new(
            salt,
            Part::single(Disposition::RENDER, kind::TEXT_MARKDOWN, text.as_bytes()),
        )
    }

    /// A question to choose an answer to. `salt` must be fresh random bytes.
    #[must_use]
    pub fn poll(salt: [u8; SALT_LEN], poll: &Poll) -> Self {
        Self::new(
            salt,
            Part::single(Disposition::RENDER, kind::POLL, &poll.encode()),
        )
    }

    /// An emoji in answer to a message. `salt` must be fresh random bytes.
    #[must_use]
    pub fn reaction(salt: [u8; SALT_LEN], target: MessageId, emoji: &str) -> Self {
        Self {
            in_reply_to: Some(target),
            ..Self::new(
                salt,
                Part::single(Disposition::REACTION, kind::TEXT_PLAIN, emoji.as_bytes()),
            )
        }
    }

    /// Takes back a message (its first version), or a reaction. `salt` must be fresh random bytes.
    #[must_use]
    pub fn delete(salt: [u8; SALT_LEN], target: MessageId) -> Self {
        let nothing = Part {
            disposition: Disposition::RENDER,
            language: String::new(),
            cardinality: Cardinality::Null,
        };
        Self {
            replaces: Some(target),
            ..Self::new(salt, nothing)
        }
    }

    /// A report on other messages. `salt` must be fresh random bytes.
    #[must_use]
    pub fn status_report(salt: [u8; SALT_LEN], report: &StatusReport) -> Self {
        Self::new(
            salt,
            Part::single(
                Disposition::UNSPECIFIED,
                kind::STATUS_REPORT,
                &report.encode(),
            ),
        )
    }

    /// What devices tell each other (see [`Control`]). `salt` must be fresh random bytes.
    #[must_use]
    pub fn control(salt: [u8; SALT_LEN], media_type: &str, body: &[u8]) -> Self {
        Self::new(salt, Part::single(Disposition::SESSION, media_type, body))
    }

    fn new(salt: [u8; SALT_LEN], body: Part) -> Self {
        Self {
            salt,
            replaces: None,
            topic_id: Vec::new(),
            expires: None,
            in_reply_to: None,
            extensions: Extensions::default(),
            body,
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("replaces", &self.replaces.is_some())
            .field("topic", &!self.topic_id.is_empty())
            .field("expires", &self.expires.is_some())
            .field("in_reply_to", &self.in_reply_to.is_some())
            .field("extensions", &self.extensions)
            .field("body", &self.body)
            .finish()
    }
}
