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
use crate::fixture::{GROUP, People, encode, pair};

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

    fn verify(&self, key_package: &[u8], people: &People, now: Timestamp) -> NewLeaf {
        let provider = self.provider();
        NewLeaf::verify(
            &provider,
            key_package,
            Suite::Classical,
            &people.ledgers,
            now,
        )
        .expect("valid")
    }

    fn follow(&self, commit: &Commit, people: &People) {
        self.group()
            .open(&self.provider(), &commit.commit, &people.ledgers)
            .expect("followed");
    }

    fn rows(&self) -> Vec<u8> {
        encode(&self.storage.values.read().expect("no writer panicked"))
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
    let [alice, bob, carol] = [&people.alice, &people.bob, &people.carol].map(Actor::new);
    let begun = begin(&alice, &bob, &people, now);
    let carols_package = carol.key_package(Suite::Classical, now);
    let server = pipit_public_group::open(&begun.group_info, &begun.tree).expect("valid");
    let fixture = vec![
        ("bob", bob.rows()),
        ("carol", carol.rows()),
        ("server", server.state.to_vec()),
    ];
    let mut seeds = vec![
        seed("key_package", "classical", carols_package.clone()),
        seed(
            "key_package",
            "post-quantum",
            carol.key_package(Suite::PostQuantum, now),
        ),
        seed(
            "mls_join_external",
            "group-info",
            pair(&begun.group_info, &begun.tree),
        ),
        seed(
            "server_group",
            "group-info",
            pair(&begun.group_info, &begun.tree),
        ),
        seed("mls_open", "message", alice.seal(3, b"hello")),
        seed("mls_open", "longer-message", alice.seal(4, &[b'a'; 300])),
    ];
    seeds.extend(commits(&alice, &begun, &people, &carols_package, now));
    Made { seeds, fixture }
}

/// The group's epoch that everything else starts from.
struct Begun {
    group_info: Vec<u8>,
    tree: Vec<u8>,
}

/// Alice makes the group with Bob; both renew their leaves.
fn begin(alice: &Actor, bob: &Actor, people: &People, now: Timestamp) -> Begun {
    let with_bob = vec![alice.verify(&bob.key_package(Suite::Classical, now), people, now)];
    let (provider, identity) = (alice.provider(), &alice.identity);
    let (_, created) =
        Group::create(&provider, identity, GROUP, Suite::Classical, with_bob, now).expect("made");
    let welcome = created.welcome.expect("for Bob");
    Group::join(
        &bob.provider(),
        &bob.identity,
        &welcome,
        &created.tree,
        &people.ledgers,
    )
    .expect("joined");
    let first = alice.commit(Change::renew(), 1);
    alice.confirm();
    bob.follow(&first, people);
    let second = bob.commit(Change::renew(), 2);
    bob.confirm();
    alice.follow(&second, people);
    let tree = bob.group().tree().expect("exported");
    Begun {
        group_info: second.group_info,
        tree,
    }
}

/// Three commits that may each come next: Alice renews her leaf, Bob's second device joins from
/// outside, Alice adds Carol.
fn commits(
    alice: &Actor,
    begun: &Begun,
    people: &People,
    carols_package: &[u8],
    now: Timestamp,
) -> Vec<Seed> {
    let renewal = alice.commit(Change::renew(), 5);
    alice.abandon();
    let bobs_second = Actor::new(&people.bobs_second);
    let (_, external) = Group::join_external(
        &bobs_second.provider(),
        &bobs_second.identity,
        &begun.group_info,
        &begun.tree,
        &people.ledgers,
        EnvelopeId::new([6; 16]),
    )
    .expect("joined");
    let carol = vec![alice.verify(carols_package, people, now)];
    let addition = alice.commit(Change::add(carol), 7);
    alice.confirm();
    let tree = alice.group().tree().expect("exported");
    let welcome = addition.welcome.clone().expect("for Carol");

    let commits = [
        ("renewal", renewal),
        ("external-commit", external),
        ("addition", addition),
    ];
    let mut seeds = Vec::new();
    for (name, commit) in commits {
        seeds.push(seed(
            "server_commit",
            name,
            pair(&commit.commit, &commit.group_info),
        ));
        seeds.push(seed("mls_open", name, commit.commit));
    }
    seeds.push(seed("mls_join", "by-welcome", pair(&welcome, &tree)));
    seeds.push(seed("server_welcome", "for-one", welcome));
    seeds
}
