//! Seeds of MLS messages, and the group that they fit (see [`crate::fixture`]).
//!
//! Both members have renewed their leaves, since a leaf that came in by a key package carries a
//! lifetime, which OpenMLS holds against the system's clock: these seeds are as good in ten years. Only
//! the commit that adds Carol is not.

use pipit_domain::{EnvelopeId, Timestamp};
use pipit_e2ee::{
    Change, Commit, Crypto, Group, Identity, MemoryStorage, NewLeaf, Provider, Suite,
    generate_key_packages,
};

use super::{Seed, seed};
use crate::fixture::{GROUP, People, encode, pair, rows};

/// Seeds, and the files of the fixture.
pub struct Made {
    /// For the corpus.
    pub seeds: Vec<Seed>,
    /// Name and content.
    pub fixture: Vec<(&'static str, Vec<u8>)>,
}

/// A device with a storage that grows.
struct Actor {
    identity: Identity,
    crypto: Crypto,
    storage: MemoryStorage,
}

impl Actor {
    fn new(identity: &Identity) -> Self {
        Self {
            identity: identity.clone(),
            crypto: Crypto::default(),
            storage: MemoryStorage::default(),
        }
    }

    fn provider(&self) -> Provider<'_, MemoryStorage> {
        Provider::new(&self.crypto, &self.storage)
    }

    fn group(&self) -> Group {
        Group::load(&self.provider(), GROUP)
            .expect("readable")
            .expect("in the group")
    }

    fn key_package(&self, suite: Suite, now: Timestamp) -> Vec<u8> {
        generate_key_packages(&self.provider(), &self.identity, suite, 1, false, now)
            .expect("made")
            .remove(0)
            .bytes
    }

    fn commit(&self, change: Change, envelope: u8) -> Commit {
        self.group()
            .commit(
                &self.provider(),
                &self.identity,
                change,
                EnvelopeId::new([envelope; 16]),
            )
            .expect("allowed")
            .1
    }

    fn confirm(&self) {
        self.group().confirm(&self.provider()).expect("pending");
    }

    fn abandon(&self) {
        self.group().abandon(&self.provider()).expect("pending");
    }

    fn seal(&self, envelope: u8, content: &[u8]) -> Vec<u8> {
        self.group()
            .seal(
                &self.provider(),
                &self.identity,
                EnvelopeId::new([envelope; 16]),
                content,
            )
            .expect("sealed")
            .1
    }
}

/// Makes the group and messages around it.
///
/// # Panics
/// When the e2ee crate refuses a plain story.
#[must_use]
pub fn make(now: Timestamp) -> Made {
    let people = People::new();
    let ledgers = &people.ledgers;
    let [alice, bob, carol] = [&people.alice, &people.bob, &people.carol].map(Actor::new);
    let (bobs_package, carols_package) = (
        bob.key_package(Suite::Classical, now),
        carol.key_package(Suite::Classical, now),
    );
    let carol_before = encode(&carol.storage.values.read().expect("no panic"));
    let leaf = |package: &[u8]| {
        NewLeaf::verify(&alice.provider(), package, Suite::Classical, ledgers, now).expect("valid")
    };

    // Alice makes the group with Bob; both renew their leaves.
    let with_bob = vec![leaf(&bobs_package)];
    let (_, created) = Group::create(
        &alice.provider(),
        &alice.identity,
        GROUP,
        Suite::Classical,
        with_bob,
        now,
    )
    .expect("made");
    let welcome = created.welcome.expect("for Bob");
    Group::join(
        &bob.provider(),
        &bob.identity,
        &welcome,
        &created.tree,
        ledgers,
    )
    .expect("joined");
    let follow = |actor: &Actor, commit: &Commit| {
        actor
            .group()
            .open(&actor.provider(), &commit.commit, ledgers)
            .expect("followed");
    };
    follow(&bob, &{
        let commit = alice.commit(Change::renew(), 1);
        alice.confirm();
        commit
    });
    let last = bob.commit(Change::renew(), 2);
    bob.confirm();
    follow(&alice, &last);
    let tree = bob.group().tree().expect("exported");
    let server = pipit_public_group::open(&last.group_info, &tree)
        .expect("valid")
        .state
        .to_vec();
    let bob_before = encode(&bob.storage.values.read().expect("no panic"));

    // What may come next, each from here.
    let (first, second) = (alice.seal(3, b"hello"), alice.seal(4, &[b'a'; 300]));
    let renewal = alice.commit(Change::renew(), 5);
    alice.abandon();
    let second_device = Actor::new(&people.bobs_second);
    let (_, external) = Group::join_external(
        &second_device.provider(),
        &second_device.identity,
        &last.group_info,
        &tree,
        ledgers,
        EnvelopeId::new([6; 16]),
    )
    .expect("joined");
    let addition = alice.commit(Change::add(vec![leaf(&carols_package)]), 7);
    alice.confirm();
    let tree_after = alice.group().tree().expect("exported");
    let carols_welcome = addition.welcome.clone().expect("for Carol");

    drop(rows(second_device.storage));
    let post_quantum = carol.key_package(Suite::PostQuantum, now);
    Made {
        seeds: vec![
            seed("mls_open", "message", first),
            seed("mls_open", "longer-message", second),
            seed("mls_open", "renewal", renewal.commit.clone()),
            seed("mls_open", "external-commit", external.commit.clone()),
            seed("mls_open", "addition", addition.commit.clone()),
            seed("mls_join", "by-welcome", pair(&carols_welcome, &tree_after)),
            seed(
                "mls_join_external",
                "group-info",
                pair(&last.group_info, &tree),
            ),
            seed("key_package", "classical", carols_package),
            seed("key_package", "post-quantum", post_quantum),
            seed("server_group", "group-info", pair(&last.group_info, &tree)),
            seed(
                "server_commit",
                "renewal",
                pair(&renewal.commit, &renewal.group_info),
            ),
            seed(
                "server_commit",
                "external",
                pair(&external.commit, &external.group_info),
            ),
            seed(
                "server_commit",
                "addition",
                pair(&addition.commit, &addition.group_info),
            ),
            seed("server_welcome", "for-one", carols_welcome),
        ],
        fixture: vec![
            ("bob", bob_before),
            ("carol", carol_before),
            ("server", server),
        ],
    }
}
