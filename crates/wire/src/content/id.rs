//! Message ids: a hash over who sent, where to, and every byte (draft-ietf-mimi-content-08, section 3.3).
//!
//! ```text
//! 0x01 ‖ first 31 bytes of SHA-256(
//!     u16 length ‖ sender URI ‖ u16 length ‖ room URI ‖ encoded content ‖ salt )     lengths big-endian
//! ```
//!
//! The server sees neither the content nor the salt, so it can neither forge nor predict an id; and
//! because the sender and the conversation go in, nobody can send a copy under the same id. The hex
//! dumps in the draft's prose still show ids of an older rule; its vector files follow this one.

use pipit_domain::{AccountId, ConversationId, MessageId};
use sha2::{Digest, Sha256};

use super::Content;

/// SHA-256 in IANA's registry of named information: the first byte of a message id.
pub(super) const HASH_SHA256: u8 = 1;

/// A name that goes into message ids: at most 65,535 bytes. `Debug` is not there: it names people.
#[derive(Clone, PartialEq, Eq)]
pub struct Uri(String);

/// The text is longer than the 65,535 bytes that a message id can take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the URI is longer than 65,535 bytes")]
pub struct UriTooLong;

impl Uri {
    /// An account as sender: `pipit:account:` and its id in hexadecimal. It does not name a server, so
    /// that an account keeps its messages' ids when its server is renamed or moved.
    #[must_use]
    pub fn of_account(account: &AccountId) -> Self {
        Self(format!("pipit:account:{account}"))
    }

    /// A conversation as room: `pipit:conversation:` and its id in hexadecimal.
    #[must_use]
    pub fn of_conversation(conversation: &ConversationId) -> Self {
        Self(format!("pipit:conversation:{conversation}"))
    }

    /// Another messenger's name for a sender or a room.
    ///
    /// # Errors
    /// When it is too long. The form of the text is not checked.
    pub fn foreign(text: &str) -> Result<Self, UriTooLong> {
        if text.len() > usize::from(u16::MAX) {
            Err(UriTooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hash_into(&self, hash: &mut Sha256) {
        let len = u16::try_from(self.0.len()).expect("a Uri is at most 65,535 bytes");
        hash.update(len.to_be_bytes());
        hash.update(self.0.as_bytes());
    }
}

impl Content {
    /// The id of this message when `sender` sent it to `room`. Both come from MLS, never from the
    /// message's own extensions. The same on every device, since equal contents have equal bytes.
    #[must_use]
    pub fn message_id(&self, sender: &Uri, room: &Uri) -> MessageId {
        let mut hash = Sha256::new();
        sender.hash_into(&mut hash);
        room.hash_into(&mut hash);
        hash.update(self.encode());
        hash.update(self.salt);
        let mut id = [HASH_SHA256; MessageId::LEN];
        id[1..].copy_from_slice(&hash.finalize()[..MessageId::LEN - 1]);
        MessageId::new(id)
    }
}
