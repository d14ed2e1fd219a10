//! Messages between members: order, loss, repetition, bounds.

mod support;

use pipit_domain::limits;
use pipit_e2ee::{Change, OpenError, Opened, SealError, Suite};
use support::*;

#[test]
fn both_suites_carry_messages_both_ways() {
    for suite in Suite::ALL {
        let (alice, bob, ledgers) = alice_and_bob(suite);
        let sealed = alice.seal(envelope(1), b"hello");
        let Opened::Application(message) = bob.open(&sealed, &ledgers).unwrap() else {
            panic!("a message")
        };
        assert_eq!(&*message.content, b"hello");
        assert_eq!(message.envelope, envelope(1));
        assert_eq!((message.account, message.device), {
            let leaf = alice.identity.leaf();
            (leaf.account, leaf.device)
        });
        assert_eq!(alice.read(&bob.seal(envelope(2), b"hi"), &ledgers), b"hi");
        assert_eq!(alice.group().suite(), suite);
    }
}

#[test]
fn the_server_reads_group_epoch_and_envelope_from_the_header() {
    let (alice, _, _) = alice_and_bob(Suite::PostQuantum);
    let sealed = alice.seal(envelope(9), b"hello");
    let header = pipit_wire::mls_header::read_application(&sealed).unwrap();
    assert_eq!(
        (header.group, header.epoch, header.envelope),
        (GROUP, 1, envelope(9))
    );
}

#[test]
fn reordered_messages_are_read_and_repeated_ones_told() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let sealed: Vec<_> = (0..50u8).map(|n| alice.seal(envelope(n), &[n])).collect();
    for n in (0..50u8).rev() {
        assert_eq!(bob.read(&sealed[usize::from(n)], &ledgers), [n]);
    }
    assert!(matches!(
        bob.open(&sealed[49], &ledgers),
        Err(OpenError::Duplicate)
    ));
    assert!(matches!(
        bob.open(&sealed[0], &ledgers),
        Err(OpenError::Duplicate)
    ));
}

#[test]
fn messages_lost_on_the_way_cost_only_themselves() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let first = alice.seal(envelope(0), b"first");
    for n in 1..=60 {
        alice.seal(envelope(n), b"lost");
    }
    assert_eq!(
        bob.read(&alice.seal(envelope(99), b"last"), &ledgers),
        b"last"
    );
    // More than the kept generations have passed: it can't be read any more, and says so.
    assert!(matches!(bob.open(&first, &ledgers), Err(OpenError::TooOld)));
    assert_eq!(
        bob.read(&alice.seal(envelope(100), b"goes on"), &ledgers),
        b"goes on"
    );
}

#[test]
fn a_changed_byte_anywhere_never_opens_and_does_no_harm() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let sealed = alice.seal(envelope(1), b"hello");
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 0x55;
        // Damage may make it look like another epoch or like our own; it never opens as a message.
        assert!(
            !matches!(bob.open(&changed, &ledgers), Ok(Opened::Application(_))),
            "byte {at}"
        );
    }
    assert_eq!(bob.read(&sealed, &ledgers), b"hello");
}

#[test]
fn our_own_message_coming_back_is_recognised() {
    let (alice, _, ledgers) = alice_and_bob(Suite::Classical);
    let sealed = alice.seal(envelope(3), b"hello");
    assert_eq!(
        alice.open(&sealed, &ledgers).unwrap(),
        Opened::Own(envelope(3))
    );
}

#[test]
fn a_message_for_a_later_epoch_waits_for_the_commit() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let late = alice.seal(envelope(1), b"before");
    let renewal = alice.commit(Change::renew());
    alice.confirm();
    let early = alice.seal(envelope(2), b"after");
    assert!(matches!(
        bob.open(&early, &ledgers),
        Err(OpenError::EpochTooNew { epoch: 2 })
    ));
    bob.follow(&renewal.commit, &ledgers);
    assert_eq!(bob.read(&early, &ledgers), b"after");
    // The epoch before is kept for messages that a commit overtook.
    assert_eq!(bob.read(&late, &ledgers), b"before");
}

#[test]
fn among_few_devices_an_old_message_is_read_after_four_commits_and_too_late_after_five() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let late = alice.seal(envelope(1), b"before");
    let later = alice.seal(envelope(2), b"before, too");
    let renew = || {
        let renewal = alice.commit(Change::renew());
        alice.confirm();
        bob.follow(&renewal.commit, &ledgers);
    };
    for _ in 0..4 {
        renew();
    }
    assert_eq!(bob.read(&late, &ledgers), b"before");
    renew();
    assert!(matches!(bob.open(&later, &ledgers), Err(OpenError::TooOld)));
}

#[test]
fn content_is_bounded_by_the_envelope() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::PostQuantum);
    let most = vec![1; limits::ENVELOPE_LEN_MAX - 512];
    let sealed = alice.seal(envelope(1), &most);
    assert!(sealed.len() <= limits::ENVELOPE_LEN_MAX);
    assert_eq!(bob.read(&sealed, &ledgers), most);
    let more = vec![1; most.len() + 1];
    let refused = alice
        .group()
        .seal(&alice.provider(), &alice.identity, envelope(2), &more);
    assert!(matches!(refused, Err(SealError::TooLarge)));
}

#[test]
fn short_messages_of_different_length_look_alike() {
    let (alice, _, _) = alice_and_bob(Suite::PostQuantum);
    let len = |text: &str| alice.seal(envelope(1), text.as_bytes()).len();
    assert_eq!(len("yes"), len("no, I don't think so"));
    // An envelope around one line of text in our content format.
    assert_eq!(len(&"x".repeat(80)), 270);
}

#[test]
fn another_device_of_ours_cannot_use_our_group() {
    let (alice, bob, _) = alice_and_bob(Suite::Classical);
    let refused = alice
        .group()
        .seal(&alice.provider(), &bob.identity, envelope(1), b"hello");
    assert!(matches!(refused, Err(SealError::WrongIdentity)));
}

#[test]
fn nothing_secret_is_printed() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let sealed = alice.seal(envelope(1), b"a secret sentence");
    let opened = bob.open(&sealed, &ledgers).unwrap();
    let shown = format!(
        "{opened:?} {:?} {:?} {:?}",
        bob.group(),
        bob.provider(),
        bob.crypto
    );
    assert!(
        !shown.contains("secret") && !shown.contains("97, 32, 115"),
        "{shown}"
    );
}

#[test]
fn members_derive_the_same_secret_and_former_members_none() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::PostQuantum);
    let secret = |device: &Device| {
        device
            .group()
            .export_secret(&device.provider(), "pipit signals", b"x")
    };
    assert_eq!(*secret(&alice).unwrap(), *secret(&bob).unwrap());
    let other = alice
        .group()
        .export_secret(&alice.provider(), "pipit other", b"x")
        .unwrap();
    assert_ne!(*secret(&alice).unwrap(), *other);

    let removal = alice.commit(Change::remove(vec![bob.identity.leaf().device]));
    let before = secret(&alice).unwrap();
    alice.confirm();
    assert_ne!(*secret(&alice).unwrap(), *before);
    assert!(!bob.follow(&removal.commit, &ledgers).is_member);
    assert!(secret(&bob).is_err());
}
