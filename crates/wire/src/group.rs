//! What members of a group tell each other, sealed: its info, requests to join, history for new members.
//!
//! These are bodies of control messages (`content`); the server sees none of them. What both ends must
//! agree on to the bit besides (hash of the info, proof of a link) is here too.

use pipit_domain::{AccountId, ConversationId, limits};
use sha2::{Digest as _, Sha256};

use crate::charter::INFO_HASH_LEN;
use crate::frame::Message as _;

/// The generated message types of `proto/group.proto`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
mod v1 {
    include!(concat!(env!("OUT_DIR"), "/pipit.group.v1.rs"));
}

pub use v1::{GroupInfo, JoinRequest, JoinWaiting, SharedHistory, SharedMessage};

/// Media type of a [`GroupInfo`].
pub const INFO: &str = "application/vnd.pipit.group-info";
/// Media type of the request for it; its body is empty.
pub const INFO_REQUEST: &str = "application/vnd.pipit.group-info-request";
/// Media type of a member's good-bye; its body is empty.
pub const LEAVE: &str = "application/vnd.pipit.group-leave";
/// Media type of a [`JoinRequest`].
pub const JOIN_REQUEST: &str = "application/vnd.pipit.join-request";
/// Media type of a [`JoinWaiting`].
pub const JOIN_WAITING: &str = "application/vnd.pipit.join-waiting";
/// Media type of a [`SharedHistory`].
pub const HISTORY: &str = "application/vnd.pipit.history";

/// Characters of a group's name: a line of the chat list and more.
pub const NAME_LEN_MAX: usize = 100;
/// Characters of a group's description.
pub const ABOUT_LEN_MAX: usize = 500;
/// Bytes of a group's picture: one that fits an envelope with all around it.
pub const PICTURE_LEN_MAX: usize = 24 * 1024;
/// Bytes of the secret in a link.
pub const LINK_SECRET_LEN: usize = 16;
/// Bytes of the salt of a group's info.
pub const INFO_SALT_LEN: usize = 16;
/// Bytes of one bundle of history: fits an envelope.
pub const HISTORY_LEN_MAX: usize = 48 * 1024;

/// Why a group's info cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InfoError {
    /// Not an encoded info.
    #[error("the bytes are not a group's info")]
    Malformed,
    /// Empty, longer than [`NAME_LEN_MAX`], or more than a line.
    #[error("a group's name is one line of 1 to 100 characters")]
    Name,
    /// Longer than [`ABOUT_LEN_MAX`].
    #[error("a group's description has at most 500 characters")]
    About,
    /// Longer than [`PICTURE_LEN_MAX`], or neither PNG, JPEG nor WebP.
    #[error("a group's picture is a PNG, JPEG or WebP of at most 24 KiB")]
    Picture,
}

impl GroupInfo {
    /// Reads an encoded info within its bounds.
    ///
    /// # Errors
    /// Says which bound is broken.
    pub fn read(bytes: &[u8]) -> Result<Self, InfoError> {
        if bytes.len() > limits::ENVELOPE_LEN_MAX {
            return Err(InfoError::Malformed);
        }
        let info = Self::decode(bytes).map_err(|_| InfoError::Malformed)?;
        info.check()?;
        Ok(info)
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// Says which bound is broken.
    pub fn check(&self) -> Result<(), InfoError> {
        let name = self.name.trim();
        if name.is_empty()
            || name.chars().count() > NAME_LEN_MAX
            || name.chars().any(char::is_control)
        {
            return Err(InfoError::Name);
        }
        if self.about.chars().count() > ABOUT_LEN_MAX {
            return Err(InfoError::About);
        }
        let is_picture = self.picture.is_empty() || picture_type(&self.picture).is_some();
        if self.picture.len() > PICTURE_LEN_MAX || !is_picture {
            return Err(InfoError::Picture);
        }
        if self.salt.len() != INFO_SALT_LEN
            || !matches!(self.link_secret.len(), 0 | LINK_SECRET_LEN)
        {
            return Err(InfoError::Malformed);
        }
        Ok(())
    }
}

/// The media type of a picture by its first bytes; `None` for what is none of ours.
#[must_use]
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some("image/png");
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some("image/jpeg");
    }
    let is_webp = bytes.len() > 12 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP";
    is_webp.then_some("image/webp")
}

/// What a charter says of an encoded info.
#[must_use]
pub fn info_hash(info: &[u8]) -> [u8; INFO_HASH_LEN] {
    Sha256::digest(info).into()
}

/// Shows that an account knows a link's secret, without telling it.
#[must_use]
pub fn join_proof(
    secret: &[u8; LINK_SECRET_LEN],
    account: AccountId,
    conversation: ConversationId,
) -> [u8; 32] {
    // All parts have fixed lengths, so a plain hash keyed in front can't be lengthened.
    Sha256::new()
        .chain_update(b"pipit join v1")
        .chain_update(secret)
        .chain_update(account.as_bytes())
        .chain_update(conversation.as_bytes())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn info() -> GroupInfo {
        GroupInfo {
            salt: vec![1; INFO_SALT_LEN],
            name: "Walkers".to_owned(),
            about: "On Sundays.\nBring shoes.".to_owned(),
            picture: b"\x89PNG\r\n\x1a\nrest".to_vec(),
            link_secret: Vec::new(),
        }
    }

    #[test]
    fn an_info_reads_back_and_bounds_hold() {
        let bytes = info().encode_to_vec();
        assert!(GroupInfo::read(&bytes) == Ok(info()));
        let check = |change: fn(&mut GroupInfo)| {
            let mut info = info();
            change(&mut info);
            GroupInfo::read(&info.encode_to_vec()).err()
        };
        assert_eq!(check(|info| info.name = " ".into()), Some(InfoError::Name));
        assert_eq!(
            check(|info| info.name = "a\nb".into()),
            Some(InfoError::Name)
        );
        assert_eq!(check(|info| info.name = "é".repeat(100)), None);
        assert_eq!(
            check(|info| info.name = "é".repeat(101)),
            Some(InfoError::Name)
        );
        assert_eq!(
            check(|info| info.about = "a".repeat(501)),
            Some(InfoError::About)
        );
        assert_eq!(
            check(|info| info.picture = b"GIF89a".to_vec()),
            Some(InfoError::Picture)
        );
        assert_eq!(
            check(|info| info.picture.resize(PICTURE_LEN_MAX + 1, 0)),
            Some(InfoError::Picture)
        );
        assert_eq!(
            check(|info| info.link_secret = vec![1; 15]),
            Some(InfoError::Malformed)
        );
    }

    #[test]
    fn a_proof_is_of_one_account_one_group_and_one_secret() {
        let [one, other] = [1, 2].map(|n| AccountId::new([n; 32]));
        let [here, there] = [1, 2].map(|n| ConversationId::new([n; 16]));
        let proof = join_proof(&[7; 16], one, here);
        assert_ne!(proof, join_proof(&[7; 16], other, here));
        assert_ne!(proof, join_proof(&[7; 16], one, there));
        assert_ne!(proof, join_proof(&[8; 16], one, here));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(info) = GroupInfo::read(&bytes) {
                prop_assert!(info.check().is_ok());
            }
        }
    }
}
