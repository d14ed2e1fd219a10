//! Who comes in and who goes: commits, races, and what is refused.

mod support;

use pipit_e2ee::{
    Change, CommitError, CreateError, Group, KeyPackageError, NewLeaf, OpenError, Refusal,
    SealError, Suite,
};
use support::*;

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
