//! A whole ledger: verified from its first entry on, and the only judge of which devices are in force.
//!
//! | entry | may be signed by | and must |
//! |---|---|---|
//! | create | the device that it names | be the first, and only the first |
//! | add | a device in force, or the recovery key | carry the new device's consent; its key was never used before |
//! | revoke | a device in force, or the recovery key | name a device in force, and leave the recovery key or another |
//!
//! A ledger only grows. Two ledgers of one account of which neither continues the other are a fork:
//! somebody (a server, or a holder of keys) tells different people different things.

use std::collections::{BTreeMap, BTreeSet};

use pipit_domain::{AccountId, DeviceId, Timestamp, limits};

use crate::entry::{Action, Entry, EntryError, Hash};
use crate::key::{PublicKey, SIGNATURE_LEN, SecretKey};

/// Why entries are not a ledger, or one more entry does not belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The entry's bytes.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// No entries at all.
    #[error("the ledger is empty")]
    Empty,
    /// More than [`limits::LEDGER_LEN_MAX`] entries or [`limits::ACCOUNT_DEVICES_MAX`] devices in force.
    #[error("the ledger is full")]
    Full,
    /// The first entry's hash is not the account id.
    #[error("the ledger belongs to another account")]
    WrongAccount,
    /// Place, previous hash or kind don't continue what is there.
    #[error("the entry does not follow the one before")]
    DoesNotFollow,
    /// Signed by a key that may not, or not signed by that key.
    #[error("the entry's signature does not count")]
    Signature,
    /// Adds a key that was used before, or without the new device's consent; or revokes what is not in force.
    #[error("the entry's device cannot be added or revoked")]
    Device,
}

/// The verified ledger of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    account: AccountId,
    recovery: PublicKey,
    in_force: BTreeMap<DeviceId, PublicKey>,
    used: BTreeSet<DeviceId>,
    head: Hash,
    entries: Vec<Entry>,
}

impl Ledger {
    /// Begins an account: its first device and its recovery key.
    #[must_use]
    pub fn create(device: &SecretKey, recovery: &PublicKey, now: Timestamp) -> Self {
        let action = Action::Create {
            device: device.public(),
            recovery: *recovery,
        };
        let entry = Entry::signed(0, [0; 32], now, action, device);
        Self::begin(entry).expect("an entry made here is valid")
    }

    /// Verifies a ledger from its encoded entries, first to last.
    ///
    /// # Errors
    /// When they are not one valid chain that begins the account `account`.
    pub fn decode<B: AsRef<[u8]>>(account: AccountId, entries: &[B]) -> Result<Self, LedgerError> {
        let (first, rest) = entries.split_first().ok_or(LedgerError::Empty)?;
        let mut ledger = Self::begin(Entry::decode(first.as_ref())?)?;
        if ledger.account != account {
            return Err(LedgerError::WrongAccount);
        }
        for entry in rest {
            ledger.append(Entry::decode(entry.as_ref())?)?;
        }
        Ok(ledger)
    }

    /// A ledger of one entry.
    ///
    /// # Errors
    /// When the entry is not a valid first entry.
    pub fn begin(entry: Entry) -> Result<Self, LedgerError> {
        let Action::Create { device, recovery } = &entry.action else {
            return Err(LedgerError::DoesNotFollow);
        };
        if entry.sequence != 0 || entry.previous != [0; 32] {
            return Err(LedgerError::DoesNotFollow);
        }
        if entry.signer != *device || device == recovery || !entry.signature_is_right() {
            return Err(LedgerError::Signature);
        }
        let id = device.device_id();
        Ok(Self {
            account: entry.account_id(),
            recovery: *recovery,
            in_force: BTreeMap::from([(id, *device)]),
            used: BTreeSet::from([id, recovery.device_id()]),
            head: entry.hash(),
            entries: vec![entry],
        })
    }

    /// Adds one entry; on an error the ledger is as before.
    ///
    /// # Errors
    /// When it doesn't follow, isn't signed by who may, or does what it may not.
    pub fn append(&mut self, entry: Entry) -> Result<(), LedgerError> {
        if self.entries.len() >= limits::LEDGER_LEN_MAX {
            return Err(LedgerError::Full);
        }
        if usize::try_from(entry.sequence) != Ok(self.entries.len()) || entry.previous != self.head
        {
            return Err(LedgerError::DoesNotFollow);
        }
        if !self.may_sign(&entry.signer) || !entry.signature_is_right() {
            return Err(LedgerError::Signature);
        }
        match &entry.action {
            Action::Create { .. } => return Err(LedgerError::DoesNotFollow),
            Action::Add { device, consent } => {
                if self.in_force.len() >= limits::ACCOUNT_DEVICES_MAX {
                    return Err(LedgerError::Full);
                }
                let id = device.device_id();
                if self.used.contains(&id) || !entry.consent_is_right(device, consent) {
                    return Err(LedgerError::Device);
                }
                self.used.insert(id);
                self.in_force.insert(id, *device);
            }
            Action::Revoke { device } => {
                self.in_force.remove(device).ok_or(LedgerError::Device)?;
            }
        }
        self.head = entry.hash();
        self.entries.push(entry);
        Ok(())
    }

    /// Makes (and appends) the entry that adds a device. `signer` is a device in force or the recovery key.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn add_device(
        &mut self,
        signer: &SecretKey,
        device: &SecretKey,
        now: Timestamp,
    ) -> Result<Entry, LedgerError> {
        let consent = self.consent(device)?;
        self.add_consented(signer, device.public(), consent, now)
    }

    /// A new device's agreement to come next in this ledger.
    ///
    /// # Errors
    /// [`LedgerError::Full`].
    pub fn consent(&self, device: &SecretKey) -> Result<[u8; SIGNATURE_LEN], LedgerError> {
        Ok(Entry::consent(device, self.next_sequence()?, &self.head))
    }

    /// Makes (and appends) the entry that adds a device which is elsewhere, and has consented
    /// ([`Ledger::consent`]) to follow the last entry.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn add_consented(
        &mut self,
        signer: &SecretKey,
        device: PublicKey,
        consent: [u8; SIGNATURE_LEN],
        now: Timestamp,
    ) -> Result<Entry, LedgerError> {
        let sequence = self.next_sequence()?;
        let action = Action::Add { device, consent };
        self.sign_and_append(signer, sequence, action, now)
    }

    /// Makes (and appends) the entry that revokes a device.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn revoke_device(
        &mut self,
        signer: &SecretKey,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<Entry, LedgerError> {
        let sequence = self.next_sequence()?;
        self.sign_and_append(signer, sequence, Action::Revoke { device }, now)
    }

    fn sign_and_append(
        &mut self,
        signer: &SecretKey,
        sequence: u32,
        action: Action,
        now: Timestamp,
    ) -> Result<Entry, LedgerError> {
        let entry = Entry::signed(sequence, self.head, now, action, signer);
        self.append(entry.clone())?;
        Ok(entry)
    }

    fn next_sequence(&self) -> Result<u32, LedgerError> {
        u32::try_from(self.entries.len()).map_err(|_| LedgerError::Full)
    }

    fn may_sign(&self, signer: &PublicKey) -> bool {
        *signer == self.recovery || self.in_force.get(&signer.device_id()) == Some(signer)
    }

    /// Whose it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The devices in force and their keys, by device id.
    #[must_use]
    pub const fn devices(&self) -> &BTreeMap<DeviceId, PublicKey> {
        &self.in_force
    }

    /// Whether this key is the key of this device, and in force.
    #[must_use]
    pub fn holds(&self, device: DeviceId, key: &PublicKey) -> bool {
        self.in_force.get(&device) == Some(key)
    }

    /// The recovery key's public half.
    #[must_use]
    pub const fn recovery(&self) -> &PublicKey {
        &self.recovery
    }

    /// Hash of the newest entry.
    #[must_use]
    pub const fn head(&self) -> &Hash {
        &self.head
    }

    /// All entries, first to last; never empty.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether this ledger is `older` with none or more entries after it: anything else is a fork.
    #[must_use]
    pub fn continues(&self, older: &Self) -> bool {
        self.entries.starts_with(&older.entries)
    }
}
