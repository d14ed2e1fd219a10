//! Alice, Bob and their devices, with memory for storage and a server that only orders commits.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::HashMap;

use pipit_domain::{AccountId, EnvelopeId, GroupId, Timestamp};
use pipit_e2ee::{
    Commit, Committed, Created, Crypto, Group, Identity, MemoryStorage, NewLeaf, OpenError, Opened,
    Provider, Suite, generate_key_packages,
};
use pipit_ledger::{Ledger, SecretKey};

pub const GROUP: GroupId = GroupId::new([7; 16]);

/// OpenMLS checks lifetimes against the system's clock, so these tests use it too.
#[allow(
    clippy::disallowed_methods,
    reason = "the library under test reads the same clock"
)]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap())
}

pub fn envelope(n: u8) -> EnvelopeId {
    EnvelopeId::new([n; 16])
}

/// Everybody's ledgers: what the clients have fetched and verified.
pub type Ledgers = HashMap<AccountId, Ledger>;

/// One device: its keys, its storage.
pub struct Device {
    pub identity: Identity,
    pub key: SecretKey,
    pub crypto: Crypto,
    pub storage: MemoryStorage,
}

impl Device {
    pub fn new(account: AccountId, key: SecretKey) -> Self {
        let identity = Identity::new(account, key.clone());
        Self {
            identity,
            key,
            crypto: Crypto::default(),
            storage: MemoryStorage::default(),
        }
    }

    /// The first device of a new account.
    pub fn first(seed: u8, ledgers: &mut Ledgers) -> Self {
        let key = SecretKey::from_seed(&[seed; 32]);
        let recovery = SecretKey::from_seed(&[seed + 100; 32]).public();
        let ledger = Ledger::create(&key, &recovery, now());
        let account = ledger.account();
        ledgers.insert(account, ledger);
        Self::new(account, key)
    }

    /// One more device of this account.
    pub fn sibling(&self, seed: u8, ledgers: &mut Ledgers) -> Self {
        let key = SecretKey::from_seed(&[seed; 32]);
        let account = self.identity.leaf().account;
        ledgers
            .get_mut(&account)
            .unwrap()
            .add_device(&self.key, &key, now())
            .unwrap();
        Self::new(account, key)
    }

    pub fn provider(&self) -> Provider<'_, MemoryStorage> {
        Provider::new(&self.crypto, &self.storage)
    }

    pub fn key_package(&self, suite: Suite) -> Vec<u8> {
        let made = generate_key_packages(&self.provider(), &self.identity, suite, 1, false, now())
            .unwrap();
        made.into_iter().next().unwrap().bytes
    }

    /// This device's fresh key package, verified by somebody who has these ledgers.
    pub fn leaf(&self, suite: Suite, ledgers: &Ledgers) -> NewLeaf {
        NewLeaf::verify(
            &self.provider(),
            &self.key_package(suite),
            suite,
            ledgers,
            now(),
        )
        .unwrap()
    }

    pub fn create(&self, suite: Suite, others: &[&Self], ledgers: &Ledgers) -> Created {
        let others = others
            .iter()
            .map(|other| other.leaf(suite, ledgers))
            .collect();
        let (_, created) = Group::create(
            &self.provider(),
            &self.identity,
            GROUP,
            suite,
            others,
            now(),
        )
        .unwrap();
        created
    }

    pub fn join(&self, created: &Created, ledgers: &Ledgers) {
        let welcome = created.welcome.as_ref().unwrap();
        Group::join(
            &self.provider(),
            &self.identity,
            welcome,
            &created.tree,
            ledgers,
        )
        .unwrap();
    }

    /// The group as it is in storage.
    pub fn group(&self) -> Group {
        Group::load(&self.provider(), GROUP).unwrap().unwrap()
    }

    pub fn seal(&self, envelope: EnvelopeId, content: &[u8]) -> Vec<u8> {
        self.group()
            .seal(&self.provider(), &self.identity, envelope, content)
            .unwrap()
            .1
    }

    pub fn open(&self, bytes: &[u8], ledgers: &Ledgers) -> Result<Opened, OpenError> {
        self.group()
            .open(&self.provider(), bytes, ledgers)
            .map(|(_, opened)| opened)
    }

    /// Opens what must be a message; gives its content.
    pub fn read(&self, bytes: &[u8], ledgers: &Ledgers) -> Vec<u8> {
        match self.open(bytes, ledgers).unwrap() {
            Opened::Application(message) => message.content.to_vec(),
            other => panic!("expected a message, got {other:?}"),
        }
    }

    /// Opens what must be a commit.
    pub fn follow(&self, bytes: &[u8], ledgers: &Ledgers) -> Committed {
        match self.open(bytes, ledgers).unwrap() {
            Opened::Commit(committed) => committed,
            other => panic!("expected a commit, got {other:?}"),
        }
    }

    pub fn commit(&self, change: pipit_e2ee::Change) -> Commit {
        self.group()
            .commit(&self.provider(), &self.identity, change, envelope(200))
            .unwrap()
            .1
    }

    pub fn confirm(&self) -> Committed {
        self.group().confirm(&self.provider()).unwrap().1
    }
}

/// Alice and Bob in a conversation of the given suite.
pub fn alice_and_bob(suite: Suite) -> (Device, Device, Ledgers) {
    let mut ledgers = Ledgers::new();
    let alice = Device::first(1, &mut ledgers);
    let bob = Device::first(2, &mut ledgers);
    let created = alice.create(suite, &[&bob], &ledgers);
    bob.join(&created, &ledgers);
    (alice, bob, ledgers)
}
