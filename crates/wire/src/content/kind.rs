//! What a message is to this version of Pipit: a text, a status report, a control message, or something
//! newer.
//!
//! A client shows "made with a newer version" for [`Kind::Newer`], keeps the bytes, and reads them
//! again after an update. Each feature that appears adds a kind here.

use super::{Cardinality, Content, Disposition, Part, StatusReport};

pub(super) const TEXT_PLAIN: &str = "text/plain;charset=utf-8";
pub(super) const STATUS_REPORT: &str = "application/mimi-message-status";

/// What a message is to this version.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Something that a person wrote, for everybody to read.
    Text(Text<'a>),
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
    /// An edit or a deletion (`replaces`) and a message that should disappear (`expires`) are newer
    /// than this version: shown as plain texts they would say what their sender did not mean. A reply
    /// is shown without what it answers.
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        if self.replaces.is_some() || self.expires.is_some() {
            return Kind::Newer;
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
            "text/plain;charset=utf-8" => text(*disposition, TextFormat::Plain, &single.bytes),
            "text/markdown;variant=gfm-mimi" => {
                text(*disposition, TextFormat::Markdown, &single.bytes)
            }
            STATUS_REPORT => {
                StatusReport::decode(&single.bytes).map_or(Kind::Newer, Kind::StatusReport)
            }
            _ => Kind::Newer,
        }
    }
}

fn text(disposition: Disposition, format: TextFormat, bytes: &[u8]) -> Kind<'_> {
    let is_shown = match disposition {
        Disposition::UNSPECIFIED | Disposition::RENDER | Disposition::INLINE => true,
        Disposition(number) => number > Disposition::PREVIEW.0,
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if is_shown => Kind::Text(Text { format, text }),
        _ => Kind::Newer,
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
