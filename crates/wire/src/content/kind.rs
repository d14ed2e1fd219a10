//! What a message is to this version of Pipit: something to show, something done to another message, what
//! devices tell each other, or something newer.
//!
//! A client shows "made with a newer version" for [`Kind::Newer`], keeps the bytes, and reads them
//! again after an update. Each feature that appears adds a kind here, and raises [`CONTENT_VERSION`].

use pipit_domain::MessageId;

use super::reaction::{REACTIONS_MAX, is_reaction};
use super::{Cardinality, Content, Disposition, Multi, Part, Poll, StatusReport};

/// Counts what this module understands. A client whose history was written with a lower one reads again what
/// it kept as [`Kind::Newer`].
pub const CONTENT_VERSION: u32 = 3;

pub(super) const TEXT_PLAIN: &str = "text/plain;charset=utf-8";
pub(super) const TEXT_MARKDOWN: &str = "text/markdown;variant=GFM-MIMI";
pub(super) const POLL: &str = "application/vnd.pipit.poll";
pub(super) const STATUS_REPORT: &str = "application/mimi-message-status";

/// What a message is to this version.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Something that a person wrote, for everybody to read.
    Text(Text<'a>),
    /// A question to choose an answer to.
    Poll(Poll),
    /// Another text for a message.
    Edit {
        /// The first version of the message.
        target: MessageId,
        /// What it says from now on.
        text: Text<'a>,
    },
    /// A message, or a reaction, is taken back.
    Delete {
        /// Which: the first version of a message, or a reaction.
        target: MessageId,
    },
    /// Emoji in answer to a message.
    Reaction {
        /// The message: the version that the reader saw.
        target: MessageId,
        /// One or more; each holds [`is_reaction`].
        emoji: Vec<&'a str>,
    },
    /// What happened to other messages.
    StatusReport(StatusReport),
    /// What devices tell each other, and no person reads.
    Control(Control<'a>),
    /// Well formed, and beyond this version.
    Newer,
}

/// What devices tell each other: a part whose disposition is [`Disposition::SESSION`]. It is never a row of
/// the history, and a version that does not know its media type lets it be. `Debug` is not there: it
/// would show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Control<'a> {
    /// Its media type, as it was sent.
    pub media_type: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

/// A text. `Debug` is not there: it would show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// How to read it.
    pub format: TextFormat,
    /// As it was sent. Up to the envelope's size, and with any characters: the screen must cope.
    pub text: &'a str,
}

/// How to read a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// As it stands.
    Plain,
    /// GitHub's Markdown with tables, task lists and strikethrough, without automatic links and HTML.
    Markdown,
}

impl Content {
    /// What this message is.
    ///
    /// Whether `replaces` and `inReplyTo` name messages that are here, and whether the sender may do that to
    /// them, is for the reader of the conversation.
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        if let Some(target) = self.replaces {
            return self.replacement(target);
        }
        if let Some(target) = self.in_reply_to
            && self.body.disposition == Disposition::REACTION
        {
            return reaction(target, &self.body);
        }
        let Part {
            disposition,
            cardinality: Cardinality::Single(single),
            ..
        } = &self.body
        else {
            return Kind::Newer;
        };
        if *disposition == Disposition::SESSION {
            return Kind::Control(Control {
                media_type: &single.content_type,
                body: &single.bytes,
            });
        }
        match &normalise(&single.content_type)[..] {
            POLL if is_shown(*disposition) => {
                Poll::decode(&single.bytes).map_or(Kind::Newer, Kind::Poll)
            }
            STATUS_REPORT => {
                StatusReport::decode(&single.bytes).map_or(Kind::Newer, Kind::StatusReport)
            }
            _ => text(&self.body).map_or(Kind::Newer, Kind::Text),
        }
    }

    fn replacement(&self, target: MessageId) -> Kind<'_> {
        match &self.body.cardinality {
            Cardinality::Null => Kind::Delete { target },
            _ => text(&self.body).map_or(Kind::Newer, |text| Kind::Edit { target, text }),
        }
    }
}

fn reaction(target: MessageId, body: &Part) -> Kind<'_> {
    let parts = match &body.cardinality {
        Cardinality::Multi(Multi { parts, .. }) if parts.len() <= REACTIONS_MAX => &parts[..],
        _ => std::slice::from_ref(body),
    };
    let emoji = |part| utf8(part, "text/plain;charset=utf-8").filter(|text| is_reaction(text));
    match parts.iter().map(emoji).collect() {
        Some(emoji) => Kind::Reaction { target, emoji },
        None => Kind::Newer,
    }
}

fn text(part: &Part) -> Option<Text<'_>> {
    if !is_shown(part.disposition) {
        return None;
    }
    let plain = || Some((TextFormat::Plain, utf8(part, "text/plain;charset=utf-8")?));
    let markdown = || {
        let text = utf8(part, "text/markdown;variant=gfm-mimi")?;
        Some((TextFormat::Markdown, text))
    };
    let (format, text) = plain().or_else(markdown)?;
    Some(Text { format, text })
}

fn is_shown(disposition: Disposition) -> bool {
    match disposition {
        Disposition::UNSPECIFIED | Disposition::RENDER | Disposition::INLINE => true,
        Disposition(number) => number > Disposition::PREVIEW.0,
    }
}

/// The text of a part of this (normalised) media type.
fn utf8<'a>(part: &'a Part, media_type: &str) -> Option<&'a str> {
    match &part.cardinality {
        Cardinality::Single(single) if normalise(&single.content_type) == media_type => {
            std::str::from_utf8(&single.bytes).ok()
        }
        _ => None,
    }
}

/// Media types are compared without regard to capitals and to spaces around semicolons (RFC 2045,
/// section 5.1).
fn normalise(content_type: &str) -> String {
    content_type
        .split(';')
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(";")
        .to_ascii_lowercase()
}
