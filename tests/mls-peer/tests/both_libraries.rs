//! OpenMLS (our client's engine) and mls-rs in one conversation.

#![allow(
    clippy::disallowed_methods,
    reason = "both libraries check lifetimes against the system's clock"
)]

use std::collections::HashMap;

use mls_peer::member::{Read, peer};
use pipit_domain::{AccountId, EnvelopeId, GroupId, Timestamp};
use pipit_e2ee::{
    Change, Created, Crypto, Group, Identity, MemoryStorage, NewLeaf, Opened, Provider, Suite,
};
use pipit_ledger::{Ledger, SecretKey};

const GROUP: GroupId = GroupId::new([7; 16]);

type Ledgers = HashMap<AccountId, Ledger>;

fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap())
}

fn envelope(n: u8) -> EnvelopeId {
    EnvelopeId::new([n; 16])
}

fn account(seed: u8, ledgers: &mut Ledgers) -> (AccountId, SecretKey) {
    let key = SecretKey::from_seed(&[seed; 32]);
    let recovery = SecretKey::from_seed(&[seed + 100; 32]).public();
    let ledger = Ledger::create(&key, &recovery, now());
    let account = ledger.account();
    ledgers.insert(account, ledger);
    (account, key)
}

/// Alice on our engine.
struct Alice {
    identity: Identity,
    crypto: Crypto,
    storage: MemoryStorage,
}

impl Alice {
    fn new(ledgers: &mut Ledgers) -> Self {
        let (account, key) = account(1, ledgers);
        let identity = Identity::new(account, key);
        Self {
            identity,
            crypto: Crypto::default(),
            storage: MemoryStorage::default(),
        }
    }

    fn provider(&self) -> Provider<'_, MemoryStorage> {
        Provider::new(&self.crypto, &self.storage)
    }

    fn group(&self) -> Group {
        Group::load(&self.provider(), GROUP).unwrap().unwrap()
    }

    fn create(&self, key_package: &[u8], ledgers: &Ledgers) -> Created {
        let provider = self.provider();
        let leaf =
            NewLeaf::verify(&provider, key_package, Suite::Classical, ledgers, now()).unwrap();
        let made = Group::create(
            &provider,
            &self.identity,
            GROUP,
            Suite::Classical,
            vec![leaf],
            now(),
        );
        made.unwrap().1
    }

    fn seal(&self, id: EnvelopeId, content: &[u8]) -> Vec<u8> {
        self.group()
            .seal(&self.provider(), &self.identity, id, content)
            .unwrap()
            .1
    }

    fn open(&self, bytes: &[u8], ledgers: &Ledgers) -> Opened {
        self.group()
            .open(&self.provider(), bytes, ledgers)
            .unwrap()
            .1
    }

    fn reads(&self, bytes: &[u8], id: EnvelopeId, content: &[u8], ledgers: &Ledgers) {
        let Opened::Application(message) = self.open(bytes, ledgers) else {
            panic!("a message")
        };
        assert_eq!((&message.content[..], message.envelope), (content, id));
    }
}

#[test]
fn they_read_each_other_and_follow_each_others_commits() {
    let mut ledgers = Ledgers::new();
    let alice = Alice::new(&mut ledgers);
    let (bob_account, bob_key) = account(2, &mut ledgers);
    let bob = peer(bob_account, &bob_key);
    let created = alice.create(&bob.key_package().unwrap(), &ledgers);
    let mut bob = bob
        .join(created.welcome.as_ref().unwrap(), &created.tree)
        .unwrap();

    // Messages both ways, with the envelope id as authenticated data.
    let from_alice = alice.identity.leaf();
    let read = bob.open(&alice.seal(envelope(1), b"from OpenMLS")).unwrap();
    let sender = (from_alice.account, from_alice.device);
    let content = b"from OpenMLS".to_vec();
    assert_eq!(
        read,
        Read::Message {
            sender,
            content,
            envelope: Some(envelope(1))
        }
    );
    alice.reads(
        &bob.seal(envelope(2), b"from mls-rs").unwrap(),
        envelope(2),
        b"from mls-rs",
        &ledgers,
    );

    // The server routes the peer's envelopes as well as ours.
    let header =
        pipit_wire::mls_header::read_application(&bob.seal(envelope(3), b"x").unwrap()).unwrap();
    assert_eq!(
        (header.group, header.epoch, header.envelope),
        (GROUP, 1, envelope(3))
    );

    // The peer commits, ours follows.
    let renewal = bob.renew(envelope(4)).unwrap();
    bob.confirm().unwrap();
    let Opened::Commit(committed) = alice.open(&renewal.commit, &ledgers) else {
        panic!("a commit")
    };
    assert_eq!((committed.epoch, committed.by.account), (2, bob_account));
    alice.reads(
        &bob.seal(envelope(5), b"after mine").unwrap(),
        envelope(5),
        b"after mine",
        &ledgers,
    );

    // Ours commits, the peer follows.
    let (_, renewal) = alice
        .group()
        .commit(
            &alice.provider(),
            &alice.identity,
            Change::renew(),
            envelope(6),
        )
        .unwrap();
    alice.group().confirm(&alice.provider()).unwrap();
    assert_eq!(bob.open(&renewal.commit).unwrap(), Read::Commit);
    assert_eq!(bob.epoch(), 3);
    let read = bob.open(&alice.seal(envelope(7), b"after yours")).unwrap();
    assert!(matches!(read, Read::Message { content, .. } if content == b"after yours"));

    // Both export the same secret.
    let ours = alice
        .group()
        .export_secret(&alice.provider(), "pipit signals", b"context")
        .unwrap();
    assert_eq!(
        bob.export_secret("pipit signals", b"context", 32).unwrap(),
        &ours[..]
    );
}

#[test]
fn of_two_commits_at_once_the_peer_can_lose() {
    let mut ledgers = Ledgers::new();
    let alice = Alice::new(&mut ledgers);
    let (bob_account, bob_key) = account(2, &mut ledgers);
    let bob = peer(bob_account, &bob_key);
    let created = alice.create(&bob.key_package().unwrap(), &ledgers);
    let mut bob = bob
        .join(created.welcome.as_ref().unwrap(), &created.tree)
        .unwrap();

    let (_, ours) = alice
        .group()
        .commit(
            &alice.provider(),
            &alice.identity,
            Change::renew(),
            envelope(1),
        )
        .unwrap();
    let _lost = bob.renew(envelope(2)).unwrap();
    alice.group().confirm(&alice.provider()).unwrap();
    bob.abandon();
    assert_eq!(bob.open(&ours.commit).unwrap(), Read::Commit);
    let again = bob.renew(envelope(3)).unwrap();
    bob.confirm().unwrap();
    assert!(matches!(
        alice.open(&again.commit, &ledgers),
        Opened::Commit(_)
    ));
    alice.reads(
        &bob.seal(envelope(4), b"settled").unwrap(),
        envelope(4),
        b"settled",
        &ledgers,
    );
}

#[test]
fn late_and_reordered_messages_of_the_peer_are_read() {
    let mut ledgers = Ledgers::new();
    let alice = Alice::new(&mut ledgers);
    let (bob_account, bob_key) = account(2, &mut ledgers);
    let bob = peer(bob_account, &bob_key);
    let created = alice.create(&bob.key_package().unwrap(), &ledgers);
    let mut bob = bob
        .join(created.welcome.as_ref().unwrap(), &created.tree)
        .unwrap();

    let first = bob.seal(envelope(1), b"first").unwrap();
    let second = bob.seal(envelope(2), b"second").unwrap();
    let renewal = bob.renew(envelope(3)).unwrap();
    bob.confirm().unwrap();
    alice.reads(&second, envelope(2), b"second", &ledgers);
    assert!(matches!(
        alice.open(&renewal.commit, &ledgers),
        Opened::Commit(_)
    ));
    alice.reads(&first, envelope(1), b"first", &ledgers);
}

#[test]
fn the_peer_joins_from_outside_with_what_our_client_gave_the_server() {
    let mut ledgers = Ledgers::new();
    let alice = Alice::new(&mut ledgers);
    let (bob_account, bob_key) = account(2, &mut ledgers);
    let bob = peer(bob_account, &bob_key);
    let created = alice.create(&bob.key_package().unwrap(), &ledgers);

    // Bob lost his state: a fresh peer with the same key takes its old leaf's place (index 1).
    let reborn = peer(bob_account, &bob_key);
    let (mut group, commit) = reborn
        .join_external(&created.group_info, &created.tree, Some(1))
        .unwrap();
    let Opened::Commit(committed) = alice.open(&commit, &ledgers) else {
        panic!("a commit")
    };
    assert_eq!(committed.by.account, bob_account);
    assert_eq!(committed.removed.len(), 1);
    alice.reads(
        &group.seal(envelope(1), b"back").unwrap(),
        envelope(1),
        b"back",
        &ledgers,
    );
    let read = group
        .open(&alice.seal(envelope(2), b"welcome back"))
        .unwrap();
    assert!(matches!(read, Read::Message { content, .. } if content == b"welcome back"));
}
