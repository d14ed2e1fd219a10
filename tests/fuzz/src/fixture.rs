//! The MLS group that hostile handshakes and envelopes are fed into: what its devices hold before.
//!
//! Alice and Bob share a classical group; Carol has left a key package; Bob's second device is in his
//! ledger and in no group; the server keeps the public state. MLS keys are fresh whenever they are
//! made, so this is made once ([`crate::seeds::mls`]) and kept in `fixtures/`, beside the messages in
//! `corpus/` that fit it: then an input that broke something breaks it again.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, RwLock};

use pipit_domain::{AccountId, GroupId, Timestamp};
use pipit_e2ee::{Crypto, Identity, MemoryStorage, Provider};
use pipit_ledger::{Ledger, SecretKey};

use crate::seeds::TIME;

/// The group.
pub const GROUP: GroupId = GroupId::new([7; 16]);

/// Everybody's ledgers.
pub type Ledgers = HashMap<AccountId, Ledger>;

/// Rows of a device's MLS storage.
pub type Rows = HashMap<Vec<u8>, Vec<u8>>;

/// One device.
pub struct Device {
    /// Who it is.
    pub identity: Identity,
    /// What it holds before each input.
    pub rows: Rows,
}

impl Device {
    /// Runs something on a copy of the storage. Gives the storage after it, too.
    pub fn with_copy<T>(&self, run: impl FnOnce(&Provider<'_, MemoryStorage>) -> T) -> (T, Rows) {
        static CRYPTO: OnceLock<Crypto> = OnceLock::new();
        let storage = MemoryStorage {
            values: RwLock::new(self.rows.clone()),
        };
        let result = run(&Provider::new(
            CRYPTO.get_or_init(Crypto::default),
            &storage,
        ));
        (result, rows(storage))
    }
}

/// The rows of a storage.
///
/// # Panics
/// When a thread panicked while it wrote them.
#[must_use]
pub fn rows(storage: MemoryStorage) -> Rows {
    storage.values.into_inner().expect("no writer panicked")
}

/// Keys and ledgers: the same each time.
pub struct People {
    /// Verified ledgers of all three.
    pub ledgers: Ledgers,
    /// Alice's device.
    pub alice: Identity,
    /// Bob's first device.
    pub bob: Identity,
    /// Bob's second device.
    pub bobs_second: Identity,
    /// Carol's device.
    pub carol: Identity,
}

impl People {
    /// Makes them.
    ///
    /// # Panics
    /// When the ledger crate refuses a plain ledger.
    #[must_use]
    pub fn new() -> Self {
        let now = Timestamp::from_millis(TIME);
        let mut ledgers = Ledgers::new();
        let [alice, bob, carol] = [1, 2, 3].map(|n| {
            let key = SecretKey::from_seed(&[n; 32]);
            let recovery = SecretKey::from_seed(&[n + 100; 32]).public();
            let ledger = Ledger::create(&key, &recovery, now);
            let account = ledger.account();
            ledgers.insert(account, ledger);
            Identity::new(account, key)
        });
        let second = SecretKey::from_seed(&[4; 32]);
        let account = bob.leaf().account;
        let ledger = ledgers.get_mut(&account).expect("Bob's");
        ledger
            .add_device(&SecretKey::from_seed(&[2; 32]), &second, now)
            .expect("allowed");
        Self {
            ledgers,
            alice,
            bob,
            bobs_second: Identity::new(account, second),
            carol,
        }
    }
}

impl Default for People {
    fn default() -> Self {
        Self::new()
    }
}

/// What is in `fixtures/`.
pub struct Fixture {
    /// Everybody's ledgers.
    pub ledgers: Ledgers,
    /// In the group.
    pub bob: Device,
    /// In no group.
    pub bobs_second: Device,
    /// With the private half of a key package.
    pub carol: Device,
    /// The server's public state of the group.
    pub server: Vec<u8>,
}

impl Fixture {
    /// Reads it, once.
    ///
    /// # Panics
    /// When the files are missing or damaged.
    pub fn get() -> &'static Self {
        static FIXTURE: OnceLock<Fixture> = OnceLock::new();
        FIXTURE.get_or_init(|| {
            let people = People::new();
            let read = |name| std::fs::read(path(name)).expect("see src/bin/seeds.rs");
            let device = |identity, name| Device {
                identity,
                rows: decode(&read(name)),
            };
            Self {
                ledgers: people.ledgers,
                bob: device(people.bob, "bob"),
                bobs_second: Device {
                    identity: people.bobs_second,
                    rows: Rows::new(),
                },
                carol: device(people.carol, "carol"),
                server: read("server"),
            }
        })
    }
}

/// Where a file of the fixture is.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// Rows in one file: for each, in the order of their keys, u32 length | key | u32 length | value.
///
/// # Panics
/// When a row is longer than 4 GiB.
#[must_use]
pub fn encode(rows: &Rows) -> Vec<u8> {
    let sorted: BTreeMap<_, _> = rows.iter().collect();
    let mut bytes = Vec::new();
    for part in sorted.into_iter().flat_map(|(key, value)| [key, value]) {
        bytes.extend(u32::try_from(part.len()).expect("small").to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

fn decode(mut bytes: &[u8]) -> Rows {
    let mut rows = Rows::new();
    while !bytes.is_empty() {
        let key = take(&mut bytes).to_vec();
        rows.insert(key, take(&mut bytes).to_vec());
    }
    rows
}

/// Two inputs in one: the first has a length before it. A length that is too large takes what is there.
#[must_use]
pub fn pair(first: &[u8], second: &[u8]) -> Vec<u8> {
    let len = u32::try_from(first.len()).expect("small").to_be_bytes();
    [&len[..], first, second].concat()
}

/// Takes such a pair apart.
#[must_use]
pub fn split_pair(mut input: &[u8]) -> (&[u8], &[u8]) {
    let first = take(&mut input);
    (first, input)
}

fn take<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let Some((len, rest)) = bytes.split_first_chunk() else {
        return std::mem::take(bytes);
    };
    let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
    let (taken, rest) = rest.split_at(len.min(rest.len()));
    *bytes = rest;
    taken
}
