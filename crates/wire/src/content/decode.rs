//! Reading message content, strictly: one encoding, the lengths and depths of the format, and nothing
//! after the end.
//!
//! Whoever can send to a conversation chooses these bytes, so a mistake in them is the sender's fault
//! and reading again will not help: the message is shown as unreadable. No error holds any of them.

use pipit_domain::{MessageId, limits};

use super::cbor::{CborError, Reader};
use super::{
    Cardinality, Content, Disposition, Expires, Extensions, External, Multi, PART_DEPTH_MAX,
    PARTS_MAX, Part, PartSemantics, Single, TOPIC_LEN_MAX,
};

/// Why bytes are not the content of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// More bytes than any envelope carries.
    #[error("{len} bytes are more than an envelope carries")]
    TooLarge {
        /// Bytes that came.
        len: usize,
    },
    /// A field is not what the format has there.
    #[error("{field}: {source}")]
    Field {
        /// Its name in the draft.
        field: &'static str,
        /// What is wrong with it.
        source: CborError,
    },
    /// Bytes after the end.
    #[error("there are bytes after the end")]
    TrailingBytes,
    /// A message id made with a hash that the format does not know (its first byte is not 1).
    #[error("{field}: the message id has an unknown hash algorithm")]
    UnknownHash {
        /// The field's name in the draft.
        field: &'static str,
    },
    /// The topic id is longer than [`TOPIC_LEN_MAX`].
    #[error("the topic id is too long")]
    TopicTooLong,
    /// A part is of none of the four kinds, or has the wrong number of fields for its kind.
    #[error("a part has an unknown form")]
    UnknownPart,
    /// Parts belong together in a way that the format does not know.
    #[error("the parts belong together in an unknown way")]
    UnknownSemantics,
    /// Several parts were announced, and fewer than two came.
    #[error("a part of several parts has fewer than two")]
    TooFewParts,
    /// More than [`PARTS_MAX`].
    #[error("there are too many parts")]
    TooManyParts,
    /// Parts within parts deeper than [`PART_DEPTH_MAX`].
    #[error("the parts are nested too deeply")]
    TooDeep,
}

type Result<T> = std::result::Result<T, ContentError>;

impl Content {
    /// Reads the opened bytes of an application envelope.
    ///
    /// # Errors
    /// When they are not exactly the one encoding of a content within the limits.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > limits::ENVELOPE_LEN_MAX {
            return Err(ContentError::TooLarge { len: bytes.len() });
        }
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        r.array_of(7).map_err(at("message"))?;
        let content = Self {
            salt: r.bytes().and_then(exact).map_err(at("salt"))?,
            replaces: message_id_or_null(r, "replaces")?,
            topic_id: topic_id(r)?,
            expires: expires(r).map_err(at("expires"))?,
            in_reply_to: message_id_or_null(r, "inReplyTo")?,
            extensions: Extensions::read(r).map_err(at("mimiExtensions"))?,
            body: part(r, 1, &mut 0)?,
        };
        if reader.is_empty() {
            Ok(content)
        } else {
            Err(ContentError::TrailingBytes)
        }
    }
}

fn at(field: &'static str) -> impl Fn(CborError) -> ContentError {
    move |source| ContentError::Field { field, source }
}

fn exact<const N: usize>(bytes: &[u8]) -> std::result::Result<[u8; N], CborError> {
    bytes.try_into().map_err(|_| CborError::Range)
}

fn message_id_or_null(reader: &mut Reader<'_>, field: &'static str) -> Result<Option<MessageId>> {
    if reader.null() {
        return Ok(None);
    }
    let bytes: [u8; MessageId::LEN] = reader.bytes().and_then(exact).map_err(at(field))?;
    if bytes[0] != super::id::HASH_SHA256 {
        return Err(ContentError::UnknownHash { field });
    }
    Ok(Some(MessageId::new(bytes)))
}

fn topic_id(reader: &mut Reader<'_>) -> Result<Vec<u8>> {
    let topic = reader.bytes().map_err(at("topicId"))?;
    if topic.len() > TOPIC_LEN_MAX {
        Err(ContentError::TopicTooLong)
    } else {
        Ok(topic.to_vec())
    }
}

fn expires(reader: &mut Reader<'_>) -> std::result::Result<Option<Expires>, CborError> {
    if reader.null() {
        return Ok(None);
    }
    reader.array_of(2)?;
    let is_relative = reader.bool()?;
    let time = reader.u32()?;
    Ok(Some(if is_relative {
        Expires::AfterReading { seconds: time }
    } else {
        Expires::At { unix_seconds: time }
    }))
}

/// `depth` counts from 1; `parts` counts every part of the message read so far.
fn part(reader: &mut Reader<'_>, depth: u8, parts: &mut usize) -> Result<Part> {
    if depth > PART_DEPTH_MAX {
        return Err(ContentError::TooDeep);
    }
    *parts += 1;
    if *parts > PARTS_MAX {
        return Err(ContentError::TooManyParts);
    }
    let len = reader.array().map_err(at("nestedPart"))?;
    let disposition = Disposition(reader.u8().map_err(at("disposition"))?);
    let language = reader.text().map_err(at("language"))?.to_owned();
    let cardinality = match (reader.u8().map_err(at("cardinality"))?, len) {
        (0, 3) => Cardinality::Null,
        (1, 5) => Cardinality::Single(single(reader)?),
        (2, 15) => Cardinality::External(Box::new(external(reader)?)),
        (3, 5) => Cardinality::Multi(multi(reader, depth, parts)?),
        _ => return Err(ContentError::UnknownPart),
    };
    Ok(Part {
        disposition,
        language,
        cardinality,
    })
}

fn single(reader: &mut Reader<'_>) -> Result<Single> {
    Ok(Single {
        content_type: reader.text().map_err(at("contentType"))?.to_owned(),
        bytes: reader.bytes().map_err(at("content"))?.to_vec(),
    })
}

fn external(reader: &mut Reader<'_>) -> Result<External> {
    Ok(External {
        content_type: reader.text().map_err(at("contentType"))?.to_owned(),
        url: reader.text().map_err(at("url"))?.to_owned(),
        expires_unix_seconds: reader.u32().map_err(at("expires"))?,
        size: reader.unsigned(u64::MAX).map_err(at("size"))?,
        aead_algorithm: reader.u16().map_err(at("encAlg"))?,
        key: reader.bytes().map_err(at("key"))?.to_vec(),
        nonce: reader.bytes().map_err(at("nonce"))?.to_vec(),
        aad: reader.bytes().map_err(at("aad"))?.to_vec(),
        hash_algorithm: reader.u8().map_err(at("hashAlg"))?,
        hash: reader.bytes().map_err(at("contentHash"))?.to_vec(),
        description: reader.text().map_err(at("description"))?.to_owned(),
        file_name: reader.text().map_err(at("filename"))?.to_owned(),
    })
}

fn multi(reader: &mut Reader<'_>, depth: u8, parts: &mut usize) -> Result<Multi> {
    let semantics = match reader.u8().map_err(at("partSemantics"))? {
        0 => PartSemantics::ChooseOne,
        1 => PartSemantics::SingleUnit,
        2 => PartSemantics::ProcessAll,
        _ => return Err(ContentError::UnknownSemantics),
    };
    let len = reader.array().map_err(at("parts"))?;
    if len < 2 {
        return Err(ContentError::TooFewParts);
    }
    let mut inner = Vec::new();
    for _ in 0..len {
        inner.push(part(reader, depth + 1, parts)?);
    }
    Ok(Multi {
        semantics,
        parts: inner,
    })
}
