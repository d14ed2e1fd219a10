//! The parts of a message: one body, which may hold others (draft-ietf-mimi-content-08, sections 4.4
//! and 4.5). Types only; `decode` reads them and `encode` writes them.

use std::fmt;

/// One part.
///
/// ```text
/// [ disposition, language, cardinality, … ]
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What the part is for.
    pub disposition: Disposition,
    /// Empty, or language tags (BCP 47) with commas between them. Not checked.
    pub language: String,
    /// What it consists of.
    pub cardinality: Cardinality,
}

/// What a part is for. Numbers 0 to 8 have the names below; others are kept, and mean
/// [`Disposition::RENDER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disposition(pub u8);

impl Disposition {
    /// No hint.
    pub const UNSPECIFIED: Self = Self(0);
    /// To be shown.
    pub const RENDER: Self = Self(1);
    /// A reaction to another message.
    pub const REACTION: Self = Self(2);
    /// A profile of a person or a conversation.
    pub const PROFILE: Self = Self(3);
    /// To be shown within the text.
    pub const INLINE: Self = Self(4);
    /// A picture that stands for a person or a conversation.
    pub const ICON: Self = Self(5);
    /// To be downloaded and opened, not shown at once.
    pub const ATTACHMENT: Self = Self(6);
    /// A call, or an invitation to one.
    pub const SESSION: Self = Self(7);
    /// The sender's preview of something, such as of a link.
    pub const PREVIEW: Self = Self(8);
}

/// What a part consists of.
#[derive(Clone, PartialEq, Eq)]
pub enum Cardinality {
    /// Nothing: the message that it replaces is gone.
    Null,
    /// Bytes in the message itself.
    Single(Single),
    /// Bytes somewhere else.
    External(Box<External>),
    /// Other parts.
    Multi(Multi),
}

/// A part whose bytes are in the message.
#[derive(Clone, PartialEq, Eq)]
pub struct Single {
    /// Its media type, with parameters.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A part whose bytes are fetched from a URL, usually encrypted with a key that only this message
/// holds.
#[derive(Clone, PartialEq, Eq)]
pub struct External {
    /// Its media type, with parameters.
    pub content_type: String,
    /// Where the bytes are.
    pub url: String,
    /// Until when, in seconds since 1970 (UTC); 0: for ever.
    pub expires_unix_seconds: u32,
    /// How many bytes; 0: unknown.
    pub size: u64,
    /// AEAD algorithm (IANA registry); 0: not encrypted; 1: AES-128-GCM.
    pub aead_algorithm: u16,
    /// Key of the AEAD.
    pub key: Vec<u8>,
    /// Nonce of the AEAD.
    pub nonce: Vec<u8>,
    /// Additional authenticated data of the AEAD.
    pub aad: Vec<u8>,
    /// Hash algorithm (IANA named information registry); 0: none; 1: SHA-256.
    pub hash_algorithm: u8,
    /// Hash of the bytes at the URL.
    pub hash: Vec<u8>,
    /// Words about it; may be empty.
    pub description: String,
    /// A file name to suggest; may be empty. From the sender: not a path to be trusted.
    pub file_name: String,
}

/// Several parts.
#[derive(Clone, PartialEq, Eq)]
pub struct Multi {
    /// How they belong together.
    pub semantics: PartSemantics,
    /// Two or more.
    pub parts: Vec<Part>,
}

/// How the parts of a [`Multi`] belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartSemantics {
    /// Alternatives: take one, those in front are the sender's choice.
    ChooseOne,
    /// One whole: show all of them or none.
    SingleUnit,
    /// Each for itself: show what can be shown.
    ProcessAll,
}

impl Part {
    /// A part with bytes of its own and no language.
    pub(super) fn single(disposition: Disposition, content_type: &str, bytes: &[u8]) -> Self {
        let single = Single {
            content_type: content_type.to_owned(),
            bytes: bytes.to_vec(),
        };
        Self {
            disposition,
            language: String::new(),
            cardinality: Cardinality::Single(single),
        }
    }
}

/// Names no media type, language, text, address or key: only what kind of part it is and how large.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?}", self.disposition, self.cardinality)
    }
}

impl fmt::Debug for Cardinality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Single(single) => single.fmt(f),
            Self::External(external) => external.fmt(f),
            Self::Multi(multi) => multi.fmt(f),
        }
    }
}

impl fmt::Debug for Single {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Single({} bytes)", self.bytes.len())
    }
}

impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "External({} bytes)", self.size)
    }
}

impl fmt::Debug for Multi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Multi({:?}, {:?})", self.semantics, self.parts)
    }
}
