//! Ed25519 keys of devices and of recovery, and what they sign.
//!
//! A device has one key. It signs ledger entries, connection tokens and MLS leaves; each use starts
//! with a label of its own (MLS's start with "MLS 1.0 "), so that a signature made for one can never
//! pass for another.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};
use pipit_domain::DeviceId;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Length of a public key, a secret seed: 32 bytes each.
pub const KEY_LEN: usize = 32;
/// Length of a signature.
pub const SIGNATURE_LEN: usize = 64;

/// The public half of a device or recovery key: 32 bytes (RFC 8032).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; KEY_LEN]);

/// The signature does not fit key, label and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is wrong")]
pub struct BadSignature;

impl PublicKey {
    /// Wraps 32 bytes; whether they are a point of the curve shows at the first verification.
    #[must_use]
    pub const fn new(bytes: [u8; KEY_LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// The id of the device that holds this key: the first 16 bytes of its SHA-256.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        let hash: [u8; 32] = Sha256::digest(self.0).into();
        let mut id = [0; DeviceId::LEN];
        id.copy_from_slice(&hash[..DeviceId::LEN]);
        DeviceId::new(id)
    }

    /// Checks a signature over label and message.
    ///
    /// # Errors
    /// When it was not made by this key, or the key is no point of the curve.
    pub fn verify(
        &self,
        label: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0).map_err(|_| BadSignature)?;
        let signature =
            ed25519_dalek::Signature::from_slice(signature).map_err(|_| BadSignature)?;
        key.verify_strict(&labelled(label, message), &signature)
            .map_err(|_| BadSignature)
    }
}

impl TryFrom<&[u8]> for PublicKey {
    type Error = std::array::TryFromSliceError;
    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.device_id())
    }
}

/// The secret half. Wiped from memory when dropped; never printed.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// From a seed of 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; KEY_LEN]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed, to be stored.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; KEY_LEN]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The id of the device that holds this key.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        self.public().device_id()
    }

    /// Signs label and message.
    #[must_use]
    pub fn sign(&self, label: &str, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(&labelled(label, message)).to_bytes()
    }

    /// Signs bytes that already carry a label of their own (MLS's `SignWithLabel`).
    #[must_use]
    pub fn sign_unlabelled(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.device_id())
    }
}

fn labelled(label: &str, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(label.len() + 1 + message.len());
    bytes.extend(label.as_bytes());
    bytes.push(0);
    bytes.extend(message);
    bytes
}
