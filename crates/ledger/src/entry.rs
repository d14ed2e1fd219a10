//! One entry of a ledger: its bytes, and reading them.
//!
//! ```text
//! body       u8 version = 1 | u32 sequence | previous (32) | u64 time | u8 action | action | signer (32)
//! entry      body | signature (64)
//! action 1   create: device key (32) | recovery key (32)
//! action 2   add:    device key (32) | the new device's own signature (64)
//! action 3   revoke: device id (16)
//! ```
//! Integers are big-endian. `previous` is the SHA-256 hash of the body before (32 zero bytes in the
//! first entry). The signature covers the body; the new device's own signature covers `sequence` and
//! `previous`, so that nobody can add a key that nobody holds or replay an agreement elsewhere.

use pipit_domain::{AccountId, DeviceId, Timestamp};
use sha2::{Digest, Sha256};

use crate::key::{KEY_LEN, PublicKey, SIGNATURE_LEN, SecretKey};

const VERSION: u8 = 1;
const LABEL_ENTRY: &str = "pipit ledger entry v1";
const LABEL_CONSENT: &str = "pipit ledger consent v1";
/// Longest entry: one that adds a device.
pub const ENTRY_LEN_MAX: usize =
    1 + 4 + 32 + 8 + 1 + KEY_LEN + SIGNATURE_LEN + KEY_LEN + SIGNATURE_LEN;

/// SHA-256 of an entry's body: what the next entry names, and for the first the account id.
pub type Hash = [u8; 32];

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Begins the ledger. Signed by the device that it names.
    Create {
        /// Key of the first device.
        device: PublicKey,
        /// Key that may also add and revoke.
        recovery: PublicKey,
    },
    /// Puts a device in force.
    Add {
        /// Its key.
        device: PublicKey,
        /// Its own signature over place and previous hash.
        consent: [u8; SIGNATURE_LEN],
    },
    /// Puts a device out of force, for ever.
    Revoke {
        /// Which.
        device: DeviceId,
    },
}

/// One entry, well formed; whether it follows and who signed is the ledger's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the ledger, from 0.
    pub sequence: u32,
    /// Hash of the entry before.
    pub previous: Hash,
    /// By the signer's clock; shown to people, decides nothing.
    pub time: Timestamp,
    /// What it does.
    pub action: Action,
    /// Whose signature it carries.
    pub signer: PublicKey,
    /// Over the body.
    pub signature: [u8; SIGNATURE_LEN],
}

/// The bytes are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// They end early or go on after the signature.
    #[error("the entry's length does not fit its fields")]
    Length,
    /// A version or an action that this build does not know.
    #[error("the entry was made by a newer version; update to read this ledger")]
    Unknown,
}

impl Entry {
    pub(crate) fn signed(
        sequence: u32,
        previous: Hash,
        time: Timestamp,
        action: Action,
        signer: &SecretKey,
    ) -> Self {
        let mut entry = Self {
            sequence,
            previous,
            time,
            action,
            signer: signer.public(),
            signature: [0; SIGNATURE_LEN],
        };
        entry.signature = signer.sign(LABEL_ENTRY, &entry.body());
        entry
    }

    /// The new device's agreement to stand at this place of this ledger.
    pub(crate) fn consent(
        device: &SecretKey,
        sequence: u32,
        previous: &Hash,
    ) -> [u8; SIGNATURE_LEN] {
        device.sign(LABEL_CONSENT, &consent_message(sequence, previous))
    }

    pub(crate) fn signature_is_right(&self) -> bool {
        self.signer
            .verify(LABEL_ENTRY, &self.body(), &self.signature)
            .is_ok()
    }

    pub(crate) fn consent_is_right(&self, device: &PublicKey, consent: &[u8]) -> bool {
        device
            .verify(
                LABEL_CONSENT,
                &consent_message(self.sequence, &self.previous),
                consent,
            )
            .is_ok()
    }

    /// SHA-256 of the body.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.body()).into()
    }

    /// The account that this entry begins, when it is a first entry.
    #[must_use]
    pub fn account_id(&self) -> AccountId {
        AccountId::new(self.hash())
    }

    fn body(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ENTRY_LEN_MAX);
        bytes.push(VERSION);
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.previous);
        bytes.extend(self.time.as_millis().to_be_bytes());
        match &self.action {
            Action::Create { device, recovery } => {
                bytes.push(1);
                bytes.extend(device.as_bytes());
                bytes.extend(recovery.as_bytes());
            }
            Action::Add { device, consent } => {
                bytes.push(2);
                bytes.extend(device.as_bytes());
                bytes.extend(consent);
            }
            Action::Revoke { device } => {
                bytes.push(3);
                bytes.extend(device.as_bytes());
            }
        }
        bytes.extend(self.signer.as_bytes());
        bytes
    }

    /// The bytes that travel and are stored.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.body();
        bytes.extend(self.signature);
        bytes
    }

    /// Reads one entry.
    ///
    /// # Errors
    /// When the bytes are not exactly one entry of a known kind.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let mut reader = Reader(bytes);
        if reader.array::<1>()? != [VERSION] {
            return Err(EntryError::Unknown);
        }
        let sequence = u32::from_be_bytes(reader.array()?);
        let previous = reader.array()?;
        let time = Timestamp::from_millis(u64::from_be_bytes(reader.array()?));
        let action = match reader.array::<1>()? {
            [1] => Action::Create {
                device: PublicKey::new(reader.array()?),
                recovery: PublicKey::new(reader.array()?),
            },
            [2] => Action::Add {
                device: PublicKey::new(reader.array()?),
                consent: reader.array()?,
            },
            [3] => Action::Revoke {
                device: DeviceId::new(reader.array()?),
            },
            _ => return Err(EntryError::Unknown),
        };
        let signer = PublicKey::new(reader.array()?);
        let signature = reader.array()?;
        if !reader.0.is_empty() {
            return Err(EntryError::Length);
        }
        Ok(Self {
            sequence,
            previous,
            time,
            action,
            signer,
            signature,
        })
    }
}

fn consent_message(sequence: u32, previous: &Hash) -> Vec<u8> {
    let mut bytes = sequence.to_be_bytes().to_vec();
    bytes.extend(previous);
    bytes
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], EntryError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(EntryError::Length)?;
        self.0 = rest;
        Ok(*taken)
    }
}
