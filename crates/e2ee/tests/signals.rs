//! Signals: members of this epoch open them, nobody else; the ratchets stay where they are.

mod support;

use pipit_e2ee::{Change, SIGNAL_LEN_MAX, SignalError, Suite};
use support::*;

#[test]
fn a_signal_is_opened_by_a_member_and_moves_no_ratchet() {
    for suite in Suite::ALL {
        let (alice, bob, ledgers) = alice_and_bob(suite);
        let sealed = alice.group().seal_signal(&alice.provider(), b"here");
        let sealed = sealed.unwrap();
        for _ in 0..2 {
            let opened = bob.group().open_signal(&bob.provider(), &sealed).unwrap();
            assert_eq!(opened, b"here");
        }
        let first = alice.seal(envelope(1), b"hello");
        assert_eq!(bob.read(&first, &ledgers), b"hello");
    }
}

#[test]
fn all_signals_look_alike_and_no_two_are_the_same() {
    let (alice, bob, _) = alice_and_bob(Suite::Classical);
    let seal = |body: &[u8]| alice.group().seal_signal(&alice.provider(), body);
    let (short, long) = (seal(b"").unwrap(), seal(&[1; SIGNAL_LEN_MAX]).unwrap());
    assert_eq!(short.len(), long.len());
    assert_ne!(seal(b"").unwrap(), short);
    let opened = bob.group().open_signal(&bob.provider(), &long).unwrap();
    assert_eq!(opened, [1; SIGNAL_LEN_MAX]);
    assert_eq!(seal(&[1; SIGNAL_LEN_MAX + 1]), Err(SignalError::TooLarge));
}

#[test]
fn a_changed_signal_and_one_of_another_epoch_are_not_opened() {
    let (alice, bob, ledgers) = alice_and_bob(Suite::Classical);
    let sealed = alice.group().seal_signal(&alice.provider(), b"here");
    let sealed = sealed.unwrap();
    let open = |bytes: &[u8]| bob.group().open_signal(&bob.provider(), bytes);
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert_eq!(open(&changed), Err(SignalError::Unreadable), "byte {place}");
    }
    assert_eq!(open(&sealed[1..]), Err(SignalError::Unreadable));
    assert_eq!(open(&[]), Err(SignalError::Unreadable));
    let commit = alice.commit(Change::renew());
    alice.confirm();
    bob.follow(&commit.commit, &ledgers);
    assert_eq!(open(&sealed), Err(SignalError::Unreadable));
}
