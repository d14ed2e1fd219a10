//! Identifiers: one type each, so that one can never stand in for another.
//!
//! All ids are fixed-length bytes. Their text form is lower-case hexadecimal, twice as long; that is
//! what the API, the command line and logs show.

use std::fmt;
use std::str::FromStr;

/// Why bytes or text are not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The input has the wrong length for this kind of id.
    #[error("expected {expected} bytes, got {got}")]
    Length {
        /// Bytes that this kind of id has.
        expected: usize,
        /// Bytes (or half the characters) that came.
        got: usize,
    },
    /// The text holds something other than 0-9 and a-f.
    #[error("expected lower-case hexadecimal")]
    NotHexadecimal,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// Wraps exactly this many bytes.
            #[must_use]
            pub const fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes, as they travel and are stored.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The bytes as an owned vector, for message fields.
            #[must_use]
            pub fn to_vec(&self) -> Vec<u8> {
                self.0.to_vec()
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;
            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| IdError::Length { expected: $len, got: bytes.len() })
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                decode_hex(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

id! {
    /// An account: SHA-256 of the first entry of its ledger, so that no server can put another
    /// identity under it.
    AccountId, 32
}
id! {
    /// A device of an account: the first 16 bytes of SHA-256 over its Ed25519 public key.
    DeviceId, 16
}
id! {
    /// A conversation. Random for groups; for a 1:1 derived from the two account ids
    /// ([`ConversationId`] is kept apart from [`GroupId`] so that a conversation can move to a
    /// successor MLS group).
    ConversationId, 16
}
id! {
    /// An MLS group (RFC 9420 `group_id`), random.
    GroupId, 16
}
id! {
    /// One sealed envelope, chosen at random by its sender and never reused. It travels as MLS
    /// authenticated data, which makes a submit idempotent.
    EnvelopeId, 16
}
id! {
    /// A message by the rule of draft-ietf-mimi-content-08: 0x01 and 31 bytes of SHA-256.
    MessageId, 32
}

fn decode_hex(text: &str, out: &mut [u8]) -> Result<(), IdError> {
    let text = text.as_bytes();
    if text.len() != out.len() * 2 {
        return Err(IdError::Length {
            expected: out.len(),
            got: text.len() / 2,
        });
    }
    let digit = |c: u8| match c {
        b'0'..=b'9' => Ok(c - b'0'),
        b'a'..=b'f' => Ok(c - b'a' + 10),
        _ => Err(IdError::NotHexadecimal),
    };
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_round_trip() {
        let id = DeviceId::new(*b"0123456789abcdef");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(DeviceId::try_from(&id.to_vec()[..]), Ok(id));
    }

    #[test]
    fn wrong_lengths_and_letters_are_refused() {
        assert_eq!(
            "00".parse::<DeviceId>(),
            Err(IdError::Length {
                expected: 16,
                got: 1
            })
        );
        assert_eq!(
            "G0".repeat(16).parse::<DeviceId>(),
            Err(IdError::NotHexadecimal)
        );
        assert_eq!(
            "A0".repeat(16).parse::<DeviceId>(),
            Err(IdError::NotHexadecimal)
        );
        assert!(AccountId::try_from(&[0u8; 31][..]).is_err());
    }
}
