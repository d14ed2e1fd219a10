//! Connection tokens: a device proves itself in the upgrade request, without a round trip.
//!
//! ```text
//! u8 version = 1 | account (32) | device (16) | u64 time ms, big-endian | nonce (16) | signature (64)
//! ```
//! The signature is the device key's, over all before it and the server's name, so that a token made
//! for one server says nothing to another. The server refuses times further than
//! [`limits::TOKEN_AGE_MAX_MS`] from its own clock, and a nonce that it saw within that span.

use pipit_domain::{AccountId, DeviceId, Timestamp, limits};

use crate::key::{PublicKey, SIGNATURE_LEN, SecretKey};

const VERSION: u8 = 1;
const LABEL: &str = "pipit token v1";
const SIGNED_LEN: usize = 1 + AccountId::LEN + DeviceId::LEN + 8 + NONCE_LEN;
/// Length of the nonce that makes a token usable once.
pub const NONCE_LEN: usize = 16;
/// Length of an encoded token.
pub const TOKEN_LEN: usize = SIGNED_LEN + SIGNATURE_LEN;

/// A token, read but not verified. Its `Debug` shows who, not what would let in.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Who says to be calling.
    pub account: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// By the caller's clock.
    pub time: Timestamp,
    /// Used once.
    pub nonce: [u8; NONCE_LEN],
    signature: [u8; SIGNATURE_LEN],
}

/// Why a token lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not the bytes of a token of a known version.
    #[error("the token is malformed")]
    Malformed,
    /// Its time is too far from the server's.
    #[error("the token's time is more than a minute off; check this computer's clock")]
    Time,
    /// Not signed by this device for this server.
    #[error("the token's signature is wrong")]
    Signature,
}

impl Token {
    /// Signs a token for one connection to the server of this name.
    #[must_use]
    pub fn sign(
        account: AccountId,
        key: &SecretKey,
        server: &str,
        now: Timestamp,
        nonce: [u8; NONCE_LEN],
    ) -> Self {
        let mut token = Self {
            account,
            device: key.device_id(),
            time: now,
            nonce,
            signature: [0; SIGNATURE_LEN],
        };
        token.signature = key.sign(LABEL, &token.signed_bytes(server));
        token
    }

    /// Checks time and signature. The caller has found `key` to be in force for the device, and keeps
    /// the nonce.
    ///
    /// # Errors
    /// Says what is wrong; the connection must be refused.
    pub fn verify(&self, key: &PublicKey, server: &str, now: Timestamp) -> Result<(), TokenError> {
        if self.time.distance_ms(now) > limits::TOKEN_AGE_MAX_MS {
            return Err(TokenError::Time);
        }
        if key.device_id() != self.device {
            return Err(TokenError::Signature);
        }
        key.verify(LABEL, &self.signed_bytes(server), &self.signature)
            .map_err(|_| TokenError::Signature)
    }

    /// The bytes of the token.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend(self.signature);
        bytes
    }

    /// Reads a token; it is not verified.
    ///
    /// # Errors
    /// When the bytes are not a token.
    pub fn decode(bytes: &[u8]) -> Result<Self, TokenError> {
        let bytes: &[u8; TOKEN_LEN] = bytes.try_into().map_err(|_| TokenError::Malformed)?;
        let (&[version], rest) = bytes.split_first_chunk().ok_or(TokenError::Malformed)?;
        let (account, rest) = rest.split_first_chunk().ok_or(TokenError::Malformed)?;
        let (device, rest) = rest.split_first_chunk().ok_or(TokenError::Malformed)?;
        let (time, rest) = rest.split_first_chunk().ok_or(TokenError::Malformed)?;
        let (nonce, signature) = rest.split_first_chunk().ok_or(TokenError::Malformed)?;
        if version != VERSION {
            return Err(TokenError::Malformed);
        }
        Ok(Self {
            account: AccountId::new(*account),
            device: DeviceId::new(*device),
            time: Timestamp::from_millis(u64::from_be_bytes(*time)),
            nonce: *nonce,
            signature: signature.try_into().map_err(|_| TokenError::Malformed)?,
        })
    }

    fn head(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(TOKEN_LEN);
        bytes.push(VERSION);
        bytes.extend(self.account.as_bytes());
        bytes.extend(self.device.as_bytes());
        bytes.extend(self.time.as_millis().to_be_bytes());
        bytes.extend(self.nonce);
        bytes
    }

    fn signed_bytes(&self, server: &str) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend(server.as_bytes());
        bytes
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("device", &self.device)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}
