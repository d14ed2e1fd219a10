//! The two cipher suites of Pipit and when each is used.
//!
//! A suite is fixed for the life of an MLS group. Code points of post-quantum suites are still
//! provisional (draft-ietf-mls-pq-ciphersuites); a conversation changes suite by moving to a
//! successor group.

use openmls::prelude::Ciphersuite;
use pipit_domain::limits;
use pipit_wire::v1;

/// A cipher suite that Pipit makes groups with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Suite {
    /// ML-KEM-768 with X25519, AES-256-GCM, SHA-384, Ed25519 (0x004E): what is recorded today stays
    /// secret from a quantum computer of tomorrow. For up to [`limits::POST_QUANTUM_DEVICES_MAX`]
    /// devices: its keys are eight times as long.
    PostQuantum,
    /// X25519, ChaCha20-Poly1305, SHA-256, Ed25519 (0x0003): for larger conversations.
    Classical,
}

impl Suite {
    /// Both, the preferred one first.
    pub const ALL: [Self; 2] = [Self::PostQuantum, Self::Classical];

    /// The suite for a new conversation of this many devices.
    #[must_use]
    pub const fn for_devices(devices: usize) -> Self {
        if devices <= limits::POST_QUANTUM_DEVICES_MAX {
            Self::PostQuantum
        } else {
            Self::Classical
        }
    }

    /// The code point in MLS messages.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.mls() as u16
    }

    /// The suite with this code point, when it is one of ours.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.code() == code)
    }

    pub(crate) const fn mls(self) -> Ciphersuite {
        match self {
            Self::PostQuantum => Ciphersuite::MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519,
            Self::Classical => Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
        }
    }

    pub(crate) fn from_mls(suite: Ciphersuite) -> Option<Self> {
        Self::from_code(suite as u16)
    }
}

impl From<Suite> for v1::Suite {
    fn from(suite: Suite) -> Self {
        match suite {
            Suite::PostQuantum => Self::PostQuantum,
            Suite::Classical => Self::Classical,
        }
    }
}

/// The frame names no suite that this build knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cipher suite is not known to this version")]
pub struct UnknownSuite;

impl TryFrom<v1::Suite> for Suite {
    type Error = UnknownSuite;
    fn try_from(suite: v1::Suite) -> Result<Self, UnknownSuite> {
        match suite {
            v1::Suite::PostQuantum => Ok(Self::PostQuantum),
            v1::Suite::Classical => Ok(Self::Classical),
            v1::Suite::Unspecified => Err(UnknownSuite),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_are_those_of_the_protocol() {
        assert_eq!(Suite::PostQuantum.code(), 0x004E);
        assert_eq!(Suite::Classical.code(), 0x0003);
        assert_eq!(Suite::from_code(0x0001), None);
    }

    #[test]
    fn small_conversations_are_post_quantum() {
        assert_eq!(Suite::for_devices(2), Suite::PostQuantum);
        assert_eq!(Suite::for_devices(128), Suite::PostQuantum);
        assert_eq!(Suite::for_devices(129), Suite::Classical);
    }
}
