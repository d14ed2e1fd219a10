//! Handshakes with flipped bits and cut ends: the server's check refuses every one, and never panics.

use std::net::SocketAddr;

use anyhow::Result;
use pipit_domain::{ConversationId, GroupId};
use pipit_e2ee::{Change, Suite};
use pipit_load::raw::{Device, Http};
use pipit_mailbox::Suite as ServerSuite;
use pipit_public_group::{apply, check_welcome, open, read_key_package};
use pipit_wire::v1::{ConversationKind, CreateConversation};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use server_tests::envelope;

/// Changes tried on each kind of bytes.
const ROUNDS: usize = 300;
const SEED: u64 = 2;
/// The MAC at the end of a member's PublicMessage: 32 bytes and their length.
const MEMBERSHIP_TAG_LEN: usize = 33;

fn nobody(name: &str) -> Device {
    // No request is made: these devices only make bytes.
    Device::unregistered(
        Http::new(SocketAddr::from(([127, 0, 0, 1], 9))),
        "localhost",
        name,
    )
}

/// A group of Alice and Bob in the classical suite.
fn started() -> Result<(Device, GroupId, CreateConversation)> {
    let (mut alice, bob) = (nobody("alice"), nobody("bob"));
    alice.ledgers.extend(bob.ledgers.clone());
    let packages = bob.key_packages(1, false)?;
    let classical = i32::from(pipit_wire::v1::Suite::Classical);
    let package = packages
        .iter()
        .find(|package| package.suite == classical)
        .expect("both suites");
    let leaf = alice.verify(&package.key_package, Suite::Classical)?;
    let id = ConversationId::new([1; 16]);
    let started = alice.start(id, ConversationKind::Group, Suite::Classical, vec![leaf])?;
    Ok((alice, started.group, started.request))
}

/// Every variant of `right` with some bits flipped, or cut, or longer.
fn variants(right: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut random = StdRng::seed_from_u64(SEED);
    let right = right.to_vec();
    (0..ROUNDS).map(move |round| {
        let mut bytes = right.clone();
        let at = random.gen_range(0..bytes.len());
        match round % 4 {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_slice(&[0; 3]),
            2 => bytes[at] ^= 1 << random.gen_range(0..8),
            _ => {
                let to = (at + random.gen_range(1..40)).min(bytes.len());
                bytes[at..to].iter_mut().for_each(|byte| *byte = !*byte);
            }
        }
        bytes
    })
}

#[test]
fn no_changed_group_info_or_tree_opens() -> Result<()> {
    let (_, group, request) = started()?;
    let (info, tree) = (&request.group_info, &request.tree);
    let opened = open(info, tree)?;
    assert_eq!(
        (opened.group, opened.epoch, opened.leaves.len()),
        (group, 1, 2)
    );
    for bytes in variants(info) {
        assert!(open(&bytes, tree).is_err());
    }
    for bytes in variants(tree) {
        assert!(open(info, &bytes).is_err());
    }
    Ok(())
}

#[test]
fn no_changed_commit_group_info_or_state_applies() -> Result<()> {
    let (alice, group, request) = started()?;
    let state = open(&request.group_info, &request.tree)?.state;
    let commit = alice.commit(group, Change::renew(), envelope())?;
    let applied = apply(&state, group, &commit.commit, &commit.group_info)?;
    assert_eq!(
        (applied.epoch, applied.committer.address.device),
        (2, alice.id())
    );
    for bytes in variants(&commit.commit) {
        let Ok(changed) = apply(&state, group, &bytes, &commit.group_info) else {
            continue;
        };
        // The one part that only members can check: nothing that the server acts on is in it.
        let signed = commit.commit.len() - MEMBERSHIP_TAG_LEN;
        assert_eq!(bytes[..signed], commit.commit[..signed]);
        assert_eq!((changed.epoch, changed.tree), (2, applied.tree.clone()));
    }
    for bytes in variants(&commit.group_info) {
        assert!(apply(&state, group, &commit.commit, &bytes).is_err());
    }
    for bytes in variants(&state) {
        // Our own storage, damaged: refused or still the same group, but never a panic.
        let _ = apply(&bytes, group, &commit.commit, &commit.group_info);
    }
    assert!(
        apply(
            &state,
            GroupId::new([9; 16]),
            &commit.commit,
            &commit.group_info
        )
        .is_err()
    );
    Ok(())
}

#[test]
fn no_changed_key_package_is_handed_out() -> Result<()> {
    for package in nobody("alice").key_packages(1, false)? {
        read_key_package(&package.key_package)?;
        for bytes in variants(&package.key_package) {
            assert!(read_key_package(&bytes).is_err());
        }
    }
    Ok(())
}

#[test]
fn a_welcome_is_one_for_as_many_as_join() -> Result<()> {
    let (_, _, request) = started()?;
    check_welcome(&request.welcome, ServerSuite::Classical, 1)?;
    assert!(check_welcome(&request.welcome, ServerSuite::Classical, 2).is_err());
    assert!(check_welcome(&request.welcome, ServerSuite::PostQuantum, 1).is_err());
    for bytes in variants(&request.welcome) {
        // What is inside only the joiner can check.
        let _ = check_welcome(&bytes, ServerSuite::Classical, 1);
    }
    Ok(())
}
