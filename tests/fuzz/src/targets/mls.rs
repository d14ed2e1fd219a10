//! MLS messages, as the devices of a group and the server meet them.

use std::sync::OnceLock;

use pipit_domain::{EnvelopeId, Timestamp};
use pipit_e2ee::{Group, NewLeaf, Opened, Suite};

use crate::fixture::{Fixture, GROUP, split_pair};
use crate::runner::seeds_of;
use crate::seeds::TIME;

/// A member opens only what a member sealed, and what it does not open leaves no trace.
pub fn open(input: &[u8]) -> bool {
    let fixture = Fixture::get();
    let (opened, rows) = fixture.bob.with_copy(|provider| {
        let group = Group::load(provider, GROUP)
            .expect("readable")
            .expect("Bob is in it");
        group
            .open(provider, input, &fixture.ledgers)
            .map(|(_, opened)| opened)
    });
    let Ok(opened) = opened else {
        assert!(
            rows == fixture.bob.rows,
            "a refused envelope changed the group"
        );
        return false;
    };
    static SENT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let sent = SENT.get_or_init(|| seeds_of("mls_open"));
    assert!(
        sent.iter().any(|message| message == input),
        "a forged message was opened"
    );
    assert!(!matches!(opened, Opened::Own(_)), "Bob has sealed nothing");
    true
}

/// A device joins only by the Welcome that was made for it, into the tree that it belongs to.
pub fn join(input: &[u8]) -> bool {
    let fixture = Fixture::get();
    let (welcome, tree) = split_pair(input);
    let carol = &fixture.carol;
    let (joined, _) = carol.with_copy(|provider| {
        Group::join(provider, &carol.identity, welcome, tree, &fixture.ledgers)
            .map(|(group, _)| group.is_member())
    });
    assert!(joined.as_ref().map_or(true, |is_member| *is_member));
    joined.is_ok()
}

/// From outside a device joins only its own account's group, whole and of one epoch.
pub fn join_external(input: &[u8]) -> bool {
    let fixture = Fixture::get();
    let (group_info, tree) = split_pair(input);
    let device = &fixture.bobs_second;
    let envelope = EnvelopeId::new([9; 16]);
    let (joined, _) = device.with_copy(|provider| {
        let identity = &device.identity;
        Group::join_external(
            provider,
            identity,
            group_info,
            tree,
            &fixture.ledgers,
            envelope,
        )
        .map(|(group, commit)| (group.epoch(), commit.epoch))
    });
    assert!(
        joined
            .as_ref()
            .map_or(true, |(epoch, follows)| *epoch == follows + 1)
    );
    joined.is_ok()
}

/// Whatever key package a client would add, the server would have taken.
pub fn key_package(input: &[u8]) -> bool {
    let fixture = Fixture::get();
    let taken = pipit_public_group::read_key_package(input);
    // A time at which the seeds are valid, whichever day they were made.
    let now = Timestamp::from_millis(TIME);
    let mut accepted = taken.is_ok();
    for suite in Suite::ALL {
        let (verified, _) = fixture.carol.with_copy(|provider| {
            NewLeaf::verify(provider, input, suite, &fixture.ledgers, now)
                .map(|leaf| leaf.identity())
        });
        if let Ok(identity) = verified {
            let taken = taken.as_ref().expect("the server takes it as well");
            assert_eq!(taken.leaf.address.device, identity.device);
            accepted = true;
        }
    }
    accepted
}

/// A group that the server takes over has its id, and leaves that are told apart.
pub fn server_group(input: &[u8]) -> bool {
    let (group_info, tree) = split_pair(input);
    let Ok(group) = pipit_public_group::open(group_info, tree) else {
        return false;
    };
    let mut devices: Vec<_> = group
        .leaves
        .iter()
        .map(|leaf| leaf.address.device)
        .collect();
    devices.sort();
    devices.dedup();
    assert_eq!(
        devices.len(),
        group.leaves.len(),
        "a device is in the tree twice"
    );
    assert!(pipit_public_group::tree(&group.state, group.group).is_ok());
    true
}

/// A commit that the server takes moves the group by one epoch, to a state that it can read again.
pub fn server_commit(input: &[u8]) -> bool {
    let (commit, group_info) = split_pair(input);
    let before = &Fixture::get().server;
    let Ok(applied) = pipit_public_group::apply(before, GROUP, commit, group_info) else {
        return false;
    };
    let tree = pipit_public_group::tree(&applied.state, GROUP).expect("our own state");
    assert_eq!(tree, applied.tree);
    let again = pipit_public_group::apply(&applied.state, GROUP, commit, group_info);
    assert!(again.is_err(), "one commit was applied twice");
    true
}

/// A Welcome is for as many as the commit adds.
pub fn server_welcome(input: &[u8]) -> bool {
    let check = |joiners| {
        pipit_public_group::check_welcome(input, pipit_mailbox::Suite::Classical, joiners).is_ok()
    };
    assert!(!(check(1) && check(2)));
    check(1)
}
