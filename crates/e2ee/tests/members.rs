//! Who comes in and who goes: commits, races, joins, and what is refused.

mod support;

use pipit_e2ee::{
    Change, CommitError, CreateError, Group, JoinError, KeyPackageError, NewLeaf, OpenError,
    Refusal, SealError, Suite, generate_key_packages,
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
fn of_two_commits_at_once_one_wins_and_the_other_is_made_again() {
    for suite in Suite::ALL {
        let (alice, bob, mut ledgers) = alice_and_bob(suite);
        let laptop = alice.sibling(11, &mut ledgers);
        let tablet = bob.sibling(12, &mut ledgers);
        let (laptop_leaf, tablet_leaf) =
            (laptop.leaf(suite, &ledgers), tablet.leaf(suite, &ledgers));

        let winner = alice.commit(Change::add(vec![laptop_leaf]));
        let loser = bob.commit(Change::add(vec![tablet_leaf.clone()]));
        assert_eq!(winner.epoch, loser.epoch);
        alice.confirm();
        let applied = bob.follow(&winner.commit, &ledgers);
        assert!(applied.dropped_ours && !applied.is_ours);
        assert!(matches!(
            bob.group().confirm(&bob.provider()),
            Err(CommitError::NothingPending)
        ));
        assert!(matches!(
            alice.open(&loser.commit, &ledgers),
            Err(OpenError::Duplicate)
        ));

        let again = bob.commit(Change::add(vec![tablet_leaf]));
        bob.confirm();
        assert_eq!(
            alice.follow(&again.commit, &ledgers).added,
            [tablet.identity.leaf()]
        );
        assert_eq!(alice.group().members().len(), 4);
        assert_eq!(
            alice.read(&bob.seal(envelope(1), b"all here"), &ledgers),
            b"all here"
        );
    }
}

#[test]
fn a_pending_commit_survives_a_restart_and_messages_go_on_meanwhile() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::PostQuantum);
    let renewal = alice.commit(Change::renew());
    // Every call loads the group from storage, as after a restart.
    assert!(alice.group().has_pending_commit());
    assert_eq!(
        bob.read(&alice.seal(envelope(1), b"meanwhile"), &ledgers),
        b"meanwhile"
    );
    let second = alice.group().commit(
        &alice.provider(),
        &alice.identity,
        Change::renew(),
        envelope(2),
    );
    assert!(matches!(second, Err(CommitError::Pending)));
    alice.confirm();
    bob.follow(&renewal.commit, &ledgers);
    assert_eq!(bob.group().epoch(), alice.group().epoch());
}

#[test]
fn an_abandoned_commit_leaves_no_trace() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    alice.commit(Change::renew());
    alice.group().abandon(&alice.provider()).unwrap();
    assert!(!alice.group().has_pending_commit());
    assert_eq!(alice.group().epoch(), 1);
    assert_eq!(
        bob.read(&alice.seal(envelope(1), b"still here"), &ledgers),
        b"still here"
    );
}

#[test]
fn our_own_commit_coming_back_counts_as_the_servers_word() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let renewal = alice.commit(Change::renew());
    let committed = alice.follow(&renewal.commit, &ledgers);
    assert!(committed.is_ours && committed.is_member);
    assert_eq!(committed.by, alice.identity.leaf());
    bob.follow(&renewal.commit, &ledgers);
    assert!(matches!(
        bob.open(&renewal.commit, &ledgers),
        Err(OpenError::Duplicate)
    ));
}

#[test]
fn who_is_removed_learns_it_and_reads_nothing_more() {
    let (alice, bob, mut ledgers) = alice_and_bob(Suite::PostQuantum);
    let tablet = bob.sibling(12, &mut ledgers);
    let add = alice.commit(Change::add(vec![tablet.leaf(Suite::PostQuantum, &ledgers)]));
    alice.confirm();
    bob.follow(&add.commit, &ledgers);

    let removal = alice.commit(Change::remove(vec![bob.identity.leaf().device]));
    let removed = alice.confirm();
    assert_eq!(removed.removed, [bob.identity.leaf()]);
    let seen = bob.follow(&removal.commit, &ledgers);
    assert!(!seen.is_member);
    let after = alice.seal(envelope(1), b"without bob");
    assert!(matches!(
        bob.open(&after, &ledgers),
        Err(OpenError::NotMember)
    ));
    let reply = bob
        .group()
        .seal(&bob.provider(), &bob.identity, envelope(2), b"?");
    assert!(matches!(reply, Err(SealError::NotMember)));
    bob.group().delete(&bob.provider()).unwrap();
    assert!(Group::load(&bob.provider(), GROUP).unwrap().is_none());
}

#[test]
fn a_leaf_that_no_ledger_holds_is_refused_and_nothing_changes() {
    let (alice, bob, mut ledgers) = alice_and_bob(Suite::Classical);
    let before = ledgers.clone();
    // Bob has not heard of the laptop yet; Alice adds it.
    let laptop = alice.sibling(11, &mut ledgers);
    let add = alice.commit(Change::add(vec![laptop.leaf(Suite::Classical, &ledgers)]));
    alice.confirm();
    let refused = bob.open(&add.commit, &before);
    let leaf = laptop.identity.leaf();
    assert!(matches!(refused, Err(OpenError::Refused(Refusal::UnknownLeaf(l))) if l == leaf));
    assert_eq!(bob.group().epoch(), 1);
    // With the ledger it goes through: nothing was used up.
    assert_eq!(bob.follow(&add.commit, &ledgers).added, [leaf]);
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
fn a_revoked_device_is_not_added_but_an_older_commit_still_applies() {
    let (alice, bob, mut ledgers) = alice_and_bob(Suite::Classical);
    let laptop = alice.sibling(11, &mut ledgers);
    let bytes = laptop.key_package(Suite::Classical);
    let add = alice.commit(Change::add(vec![laptop.leaf(Suite::Classical, &ledgers)]));
    alice.confirm();
    let ledger = ledgers.get_mut(&alice.identity.leaf().account).unwrap();
    ledger
        .revoke_device(&alice.key, laptop.identity.leaf().device, now())
        .unwrap();

    assert_eq!(
        bob.follow(&add.commit, &ledgers).added,
        [laptop.identity.leaf()]
    );
    let anew = NewLeaf::verify(&bob.provider(), &bytes, Suite::Classical, &ledgers, now());
    assert!(matches!(
        anew,
        Err(KeyPackageError::Refused(Refusal::Revoked(_)))
    ));
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
fn changes_that_make_no_sense_are_refused() {
    let (alice, bob, mut ledgers) = alice_and_bob(Suite::Classical);
    let try_change = |change| {
        alice
            .group()
            .commit(&alice.provider(), &alice.identity, change, envelope(1))
            .unwrap_err()
    };
    let twice = Change::add(vec![bob.leaf(Suite::Classical, &ledgers)]);
    assert!(matches!(try_change(twice), CommitError::AlreadyIn));
    let own = Change::remove(vec![alice.identity.leaf().device]);
    assert!(matches!(try_change(own), CommitError::NoSuchDevice));
    let laptop = alice.sibling(11, &mut ledgers);
    let stranger = Change::remove(vec![laptop.identity.leaf().device]);
    assert!(matches!(try_change(stranger), CommitError::NoSuchDevice));
    let other_suite = Change::add(vec![laptop.leaf(Suite::PostQuantum, &ledgers)]);
    assert!(matches!(try_change(other_suite), CommitError::WrongSuite));
    let exists = Group::create(
        &alice.provider(),
        &alice.identity,
        GROUP,
        Suite::Classical,
        vec![],
        now(),
    );
    assert!(matches!(exists, Err(CreateError::Exists)));
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
        - pipit_e2ee::KEY_PACKAGE_REMAINING_MIN_MS
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
