//! The extension fields of a message: a map from whole numbers or text to anything (draft-ietf-mimi-content-08,
//! sections 4.3 and 6.2).
//!
//! Keys and values stay encoded, as they came: an unknown extension survives being read, kept and
//! written again, and the order of the encoded keys is the order that the format demands. Key 1 is the
//! sender's URI and key 2 the conversation's; a client never trusts them, since MLS tells who sent and
//! where to. Negative numbers and text are for private use.

use std::collections::BTreeMap;
use std::fmt;

use pipit_domain::limits;

use super::cbor::{CborError, Reader, Writer};

/// Most bytes of one encoded value.
const VALUE_LEN_MAX: usize = 4095;
/// Most bytes of a text key.
const KEY_LEN_MAX: usize = 255;
/// Levels that a value may nest: four, of which the map of extensions is the first.
const VALUE_LEVELS: u8 = 3;

const SENDER_URI: &[u8] = &[1];
const ROOM_URI: &[u8] = &[2];
/// -1, ours: what the sender wants to be called, as text.
const SENDER_NAME: &[u8] = &[0x20];
/// -2, ours: true when somebody else, or the sender elsewhere, wrote it first.
const FORWARDED: &[u8] = &[0x21];
/// -3, ours: in an edit, one more than in the edits that its writer knew.
const REVISION: &[u8] = &[0x22];

/// The extension fields of one message, by encoded key. `Debug` shows how many.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Extensions {
    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The sender's URI as the message claims it.
    #[must_use]
    pub fn sender_uri(&self) -> Option<&str> {
        self.uri(SENDER_URI)
    }

    /// The conversation's URI as the message claims it.
    #[must_use]
    pub fn room_uri(&self) -> Option<&str> {
        self.uri(ROOM_URI)
    }

    /// What the sender wants to be called, when the message says so within bounds: one line of at most
    /// [`limits::DISPLAY_NAME_LEN_MAX`] bytes. Anybody may claim any name, so screens show the username too.
    #[must_use]
    pub fn sender_name(&self) -> Option<&str> {
        let name = self.uri(SENDER_NAME)?.trim();
        let fits = (1..=limits::DISPLAY_NAME_LEN_MAX).contains(&name.len());
        (fits && !name.chars().any(char::is_control)).then_some(name)
    }

    /// Says what the sender wants to be called.
    pub fn set_sender_name(&mut self, name: &str) {
        let mut value = Writer::default();
        value.text(name);
        self.entries.insert(SENDER_NAME.to_vec(), value.finish());
    }

    /// Whether the message says that it was written elsewhere and passed on.
    #[must_use]
    pub fn is_forwarded(&self) -> bool {
        let value = self.entries.get(FORWARDED);
        value.is_some_and(|value| Reader::new(value).bool() == Ok(true))
    }

    /// Says that the message was written elsewhere and is passed on.
    pub fn set_forwarded(&mut self) {
        let mut value = Writer::default();
        value.bool(true);
        self.entries.insert(FORWARDED.to_vec(), value.finish());
    }

    /// Orders the edits of a message that were accepted in the same millisecond; 0 when it is not said.
    #[must_use]
    pub fn revision(&self) -> u32 {
        let value = self.entries.get(REVISION);
        value
            .and_then(|value| Reader::new(value).u32().ok())
            .unwrap_or(0)
    }

    /// Says where an edit stands among the others of its message: after those that its writer knows.
    pub fn set_revision(&mut self, revision: u32) {
        let mut value = Writer::default();
        value.unsigned(revision.into());
        self.entries.insert(REVISION.to_vec(), value.finish());
    }

    fn uri(&self, key: &[u8]) -> Option<&str> {
        Reader::new(self.entries.get(key)?).text().ok()
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, CborError> {
        let mut entries = BTreeMap::new();
        for _ in 0..reader.map()? {
            let key = reader.key(false)?;
            check_key(key)?;
            if entries
                .last_key_value()
                .is_some_and(|(before, _): (&Vec<u8>, _)| &before[..] >= key)
            {
                return Err(CborError::KeyOrder);
            }
            let value = reader.any(VALUE_LEVELS)?;
            if value.len() > VALUE_LEN_MAX {
                return Err(CborError::Range);
            }
            if key == SENDER_URI || key == ROOM_URI {
                Reader::new(value).text()?;
            }
            entries.insert(key.to_vec(), value.to_vec());
        }
        Ok(Self { entries })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.map(self.entries.len());
        for (key, value) in &self.entries {
            writer.encoded(key);
            writer.encoded(value);
        }
    }
}

/// Refuses number 0, which is reserved, and text that is empty or too long.
fn check_key(key: &[u8]) -> Result<(), CborError> {
    let is_valid = match Reader::new(key).text() {
        Ok(text) => (1..=KEY_LEN_MAX).contains(&text.len()),
        Err(_) => key != [0],
    };
    if is_valid {
        Ok(())
    } else {
        Err(CborError::Range)
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({})", self.entries.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Content;

    #[test]
    fn a_name_travels_and_one_out_of_bounds_is_not_taken() {
        let mut content = Content::text([1; 16], "hello");
        content.extensions.set_sender_name("Mara Lindqvist");
        let read = Content::decode(&content.encode()).unwrap();
        assert_eq!(read.extensions.sender_name(), Some("Mara Lindqvist"));
        for name in ["", "  ", "two\nlines", &"x".repeat(257)] {
            content.extensions.set_sender_name(name);
            let read = Content::decode(&content.encode()).unwrap();
            assert_eq!(read.extensions.sender_name(), None, "{name:?}");
        }
    }
}
