//! The recovery key: what a person writes down to get an account back when every device is lost.
//!
//! 28 random bytes and 2 check bytes (the first of SHA-256 over the 28), shown as 48 characters of
//! Crockford's base 32 in 12 groups of 4. Reading forgives case, spaces, dashes, and the letters that
//! look like digits (O as 0, I and L as 1). From the 28 bytes HKDF-SHA-256 derives the signing key
//! that stands in the ledger.

use std::fmt;

use data_encoding::Encoding;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::key::{KEY_LEN, SecretKey};

/// Random bytes in a recovery key: 224 bits.
pub const SECRET_LEN: usize = 28;
const CHECK_LEN: usize = 2;
const GROUP_LEN: usize = 4;

/// A recovery key. Wiped when dropped; `Debug` shows nothing of it.
#[derive(Clone)]
pub struct RecoveryKey(Zeroizing<[u8; SECRET_LEN]>);

/// The text is not a recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryKeyError {
    /// Not 48 letters and digits.
    #[error("a recovery key has 12 groups of 4 letters and digits")]
    Shape,
    /// The check bytes don't fit: most likely a typing mistake.
    #[error("one of the characters is wrong; compare it with your copy")]
    Mistyped,
}

fn base32() -> Encoding {
    let mut spec = data_encoding::Specification::new();
    spec.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    spec.translate.from.push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    spec.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    spec.ignore.push_str(" -\n\r\t");
    spec.encoding()
        .expect("the alphabet has 32 distinct symbols")
}

impl RecoveryKey {
    /// From fresh random bytes.
    #[must_use]
    pub fn new(secret: [u8; SECRET_LEN]) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The random bytes, to be sealed into the recovery bundle.
    #[must_use]
    pub fn secret(&self) -> &[u8; SECRET_LEN] {
        &self.0
    }

    /// The text that a person keeps: 12 groups of 4 characters with dashes between them.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(self.0.to_vec());
        bytes.extend(check(&self.0));
        let plain = Zeroizing::new(base32().encode(&bytes));
        let groups: Vec<&str> = plain
            .as_bytes()
            .chunks(GROUP_LEN)
            .filter_map(|group| std::str::from_utf8(group).ok())
            .collect();
        Zeroizing::new(groups.join("-"))
    }

    /// Reads what a person typed.
    ///
    /// # Errors
    /// Says whether characters are missing or one is mistyped.
    pub fn parse(text: &str) -> Result<Self, RecoveryKeyError> {
        let bytes = base32()
            .decode(text.as_bytes())
            .map_err(|_| RecoveryKeyError::Shape)?;
        let bytes = Zeroizing::new(bytes);
        if bytes.len() != SECRET_LEN + CHECK_LEN {
            return Err(RecoveryKeyError::Shape);
        }
        let (secret, mark) = bytes
            .split_first_chunk::<SECRET_LEN>()
            .ok_or(RecoveryKeyError::Shape)?;
        if mark != check(secret) {
            return Err(RecoveryKeyError::Mistyped);
        }
        Ok(Self::new(*secret))
    }

    /// The key that stands in the ledger and may add and revoke devices.
    #[must_use]
    pub fn signing_key(&self) -> SecretKey {
        let mut seed = Zeroizing::new([0; KEY_LEN]);
        Hkdf::<Sha256>::new(None, &self.0[..])
            .expand(b"pipit recovery signing key v1", &mut seed[..])
            .expect("32 bytes are a valid length for HKDF-SHA-256");
        SecretKey::from_seed(&seed)
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey([redacted])")
    }
}

fn check(secret: &[u8; SECRET_LEN]) -> [u8; CHECK_LEN] {
    let hash = Sha256::digest(secret);
    [hash[0], hash[1]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed_carelessly() {
        let key = RecoveryKey::new(std::array::from_fn(|i| i as u8 * 9));
        let text = key.to_text();
        assert_eq!(text.len(), 12 * 4 + 11);
        let careless = text.to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(
            RecoveryKey::parse(&careless).unwrap().secret(),
            key.secret()
        );
    }

    #[test]
    fn mistakes_are_told_apart() {
        let text = RecoveryKey::new([7; SECRET_LEN]).to_text();
        assert_eq!(
            RecoveryKey::parse(&text[1..]).err(),
            Some(RecoveryKeyError::Shape)
        );
        let first = if text.starts_with('7') { "8" } else { "7" };
        let mistyped = format!("{first}{}", &text[1..]);
        assert_eq!(
            RecoveryKey::parse(&mistyped).err(),
            Some(RecoveryKeyError::Mistyped)
        );
        assert!(!format!("{:?}", RecoveryKey::new([7; SECRET_LEN])).contains('7'));
    }
}
