//! Coming in: from the start, by Welcome, from outside, and the key packages that make it possible.

mod support;

use pipit_e2ee::{
    Change, Group, JoinError, KeyPackageError, NewLeaf, Refusal, Suite, generate_key_packages,
};
use support::*;

#[test]
fn a_note_to_self_starts_alone_and_takes_in_the_next_device() {
    let mut ledgers = Ledgers::new();
    let phone = Device::first(1, &mut ledgers);
    let created = phone.create(Suite::PostQuantum, &[], &ledgers);
    assert_eq!(created.welcome, None);
    assert_eq!(phone.group().members(), [phone.identity.leaf()]);

    let laptop = phone.sibling(2, &mut ledgers);
    let commit = phone.commit(Change::add(vec![laptop.leaf(Suite::PostQuantum, &ledgers)]));
    assert_eq!(commit.epoch, 0);
    let committed = phone.confirm();
    assert_eq!(committed.added, [laptop.identity.leaf()]);
    let tree = phone.group().tree().unwrap();
    let welcome = commit.welcome.unwrap();
    let (_, joined) = Group::join(
        &laptop.provider(),
        &laptop.identity,
        &welcome,
        &tree,
        &ledgers,
    )
    .unwrap();
    assert_eq!(joined.by, phone.identity.leaf());
    assert_eq!(
        phone.read(&laptop.seal(envelope(1), b"noted"), &ledgers),
        b"noted"
    );
}

#[test]
fn every_device_of_both_is_in_from_the_start() {
    let mut ledgers = Ledgers::new();
    let phone = Device::first(1, &mut ledgers);
    let laptop = phone.sibling(2, &mut ledgers);
    let bob = Device::first(3, &mut ledgers);
    let created = phone.create(Suite::PostQuantum, &[&laptop, &bob], &ledgers);
    laptop.join(&created, &ledgers);
    bob.join(&created, &ledgers);
    assert_eq!(bob.group().members().len(), 3);
    let sealed = bob.seal(envelope(1), b"hello both");
    assert_eq!(phone.read(&sealed, &ledgers), b"hello both");
    assert_eq!(laptop.read(&sealed, &ledgers), b"hello both");
}

#[test]
fn a_welcome_with_an_unknown_leaf_is_refused_and_can_be_used_later() {
    let mut ledgers = Ledgers::new();
    let alice = Device::first(1, &mut ledgers);
    let bob = Device::first(2, &mut ledgers);
    let created = alice.create(Suite::PostQuantum, &[&bob], &ledgers);
    let mut before = ledgers.clone();
    before.remove(&alice.identity.leaf().account);
    let welcome = created.welcome.as_ref().unwrap();
    let refused = Group::join(
        &bob.provider(),
        &bob.identity,
        welcome,
        &created.tree,
        &before,
    );
    assert!(
        matches!(refused, Err(JoinError::Refused(Refusal::UnknownLeaf(l))) if l == alice.identity.leaf())
    );
    assert!(Group::load(&bob.provider(), GROUP).unwrap().is_none());
    bob.join(&created, &ledgers);
    let again = Group::join(
        &bob.provider(),
        &bob.identity,
        welcome,
        &created.tree,
        &ledgers,
    );
    assert!(
        matches!(again, Err(JoinError::NotForUs)),
        "a key package is used once"
    );
}

#[test]
fn a_device_of_a_member_joins_from_outside() {
    for suite in Suite::ALL {
        let (alice, bob, mut ledgers) = alice_and_bob(suite);
        let laptop = alice.sibling(11, &mut ledgers);
        // The server keeps GroupInfo and tree of the newest epoch.
        let renewal = bob.commit(Change::renew());
        bob.confirm();
        alice.follow(&renewal.commit, &ledgers);
        let tree = bob.group().tree().unwrap();
        let (group, commit) = Group::join_external(
            &laptop.provider(),
            &laptop.identity,
            &renewal.group_info,
            &tree,
            &ledgers,
            envelope(5),
        )
        .unwrap();
        assert_eq!((commit.epoch, group.epoch()), (2, 3));
        let seen = alice.follow(&commit.commit, &ledgers);
        assert_eq!(
            (seen.by, &seen.added[..]),
            (laptop.identity.leaf(), &[laptop.identity.leaf()][..])
        );
        bob.follow(&commit.commit, &ledgers);
        let sealed = laptop.seal(envelope(6), b"I am in");
        assert_eq!(alice.read(&sealed, &ledgers), b"I am in");
        assert_eq!(bob.read(&sealed, &ledgers), b"I am in");
    }
}

#[test]
fn a_device_that_lost_its_state_replaces_its_old_leaf() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let renewal = alice.commit(Change::renew());
    alice.confirm();
    bob.follow(&renewal.commit, &ledgers);
    let tree = alice.group().tree().unwrap();
    let reborn = Device::new(bob.identity.leaf().account, bob.key.clone());
    let (_, commit) = Group::join_external(
        &reborn.provider(),
        &reborn.identity,
        &renewal.group_info,
        &tree,
        &ledgers,
        envelope(5),
    )
    .unwrap();
    let seen = alice.follow(&commit.commit, &ledgers);
    assert_eq!(seen.removed, [bob.identity.leaf()]);
    assert_eq!(alice.group().members().len(), 2);
    assert_eq!(
        reborn.read(&alice.seal(envelope(7), b"back"), &ledgers),
        b"back"
    );
}

#[test]
fn nobody_joins_from_outside_for_an_account_that_is_not_in() {
    let (alice, _bob, mut ledgers) = alice_and_bob(Suite::Classical);
    let mallory = Device::first(66, &mut ledgers);
    let renewal = alice.commit(Change::renew());
    alice.confirm();
    let tree = alice.group().tree().unwrap();
    let refused = Group::join_external(
        &mallory.provider(),
        &mallory.identity,
        &renewal.group_info,
        &tree,
        &ledgers,
        envelope(5),
    );
    assert!(matches!(
        refused,
        Err(JoinError::Refused(Refusal::TakenOver))
    ));
}

#[test]
fn a_last_resort_key_package_works_more_than_once() {
    let mut ledgers = Ledgers::new();
    let bob = Device::first(2, &mut ledgers);
    let made = generate_key_packages(
        &bob.provider(),
        &bob.identity,
        Suite::PostQuantum,
        2,
        true,
        now(),
    )
    .unwrap();
    assert_eq!(made.iter().filter(|made| made.is_last_resort).count(), 1);
    let last = &made.iter().find(|made| made.is_last_resort).unwrap().bytes;
    for seed in [11, 12] {
        let other = Device::first(seed, &mut ledgers);
        let leaf =
            NewLeaf::verify(&other.provider(), last, Suite::PostQuantum, &ledgers, now()).unwrap();
        let id = pipit_domain::GroupId::new([seed; 16]);
        let (_, created) = Group::create(
            &other.provider(),
            &other.identity,
            id,
            Suite::PostQuantum,
            vec![leaf],
            now(),
        )
        .unwrap();
        let welcome = created.welcome.unwrap();
        Group::join(
            &bob.provider(),
            &bob.identity,
            &welcome,
            &created.tree,
            &ledgers,
        )
        .unwrap();
    }
}

#[test]
fn key_packages_are_checked() {
    let mut ledgers = Ledgers::new();
    let bob = Device::first(2, &mut ledgers);
    let bytes = bob.key_package(Suite::Classical);
    let verify = |bytes: &[u8], suite, ledgers: &Ledgers, at| {
        NewLeaf::verify(&bob.provider(), bytes, suite, ledgers, at).map(|leaf| leaf.identity())
    };
    assert_eq!(
        verify(&bytes, Suite::Classical, &ledgers, now()).unwrap(),
        bob.identity.leaf()
    );
    assert!(matches!(
        verify(&bytes, Suite::PostQuantum, &ledgers, now()),
        Err(KeyPackageError::WrongSuite)
    ));
    let unknown = verify(&bytes, Suite::Classical, &Ledgers::new(), now());
    assert!(matches!(
        unknown,
        Err(KeyPackageError::Refused(Refusal::UnknownLeaf(_)))
    ));
    let late = now().as_millis() + pipit_e2ee::KEY_PACKAGE_LIFETIME_MS
        - pipit_domain::limits::KEY_PACKAGE_REMAINING_MIN_MS
        + 60_000;
    let late = pipit_domain::Timestamp::from_millis(late);
    assert!(matches!(
        verify(&bytes, Suite::Classical, &ledgers, late),
        Err(KeyPackageError::OutOfDate)
    ));
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert!(matches!(
        verify(&changed, Suite::Classical, &ledgers, now()),
        Err(KeyPackageError::Invalid)
    ));
    for len in 0..bytes.len() {
        assert!(verify(&bytes[..len], Suite::Classical, &ledgers, now()).is_err());
    }
}

#[test]
fn a_conversation_is_not_joined_as_it_was_before() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let renew = |by: &Device, other: &Device| {
        let renewal = by.commit(Change::renew());
        by.confirm();
        other.follow(&renewal.commit, &ledgers);
        (renewal.group_info, by.group().tree().unwrap())
    };
    let join = |(group_info, tree): &(Vec<u8>, Vec<u8>)| {
        Group::join_external(
            &alice.provider(),
            &alice.identity,
            group_info,
            tree,
            &ledgers,
            envelope(7),
        )
    };
    let old = renew(&bob, &alice);
    renew(&bob, &alice);
    let new = renew(&bob, &alice);
    assert!(matches!(join(&old), Err(JoinError::Stale)));
    assert!(join(&new).is_ok());
}
