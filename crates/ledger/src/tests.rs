//! Stories of ledgers and tokens: what a growing account looks like, and what a liar can't do.

use pipit_domain::{AccountId, Timestamp};
use proptest::prelude::*;

use super::*;

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed(&[n; 32])
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn recovery() -> SecretKey {
    RecoveryKey::new([9; RECOVERY_SECRET_LEN]).signing_key()
}

fn encoded(ledger: &Ledger) -> Vec<Vec<u8>> {
    ledger.entries().iter().map(Entry::encode).collect()
}

#[test]
fn an_account_grows_and_everybody_reads_the_same() {
    let (phone, laptop, desk) = (key(1), key(2), key(3));
    let mut ledger = Ledger::create(&phone, &recovery().public(), now());
    ledger.add_device(&phone, &laptop, now()).unwrap();
    ledger.add_device(&recovery(), &desk, now()).unwrap();
    ledger
        .revoke_device(&laptop, phone.device_id(), now())
        .unwrap();

    let read = Ledger::decode(ledger.account(), &encoded(&ledger)).unwrap();
    assert_eq!(read, ledger);
    assert!(read.holds(desk.device_id(), &desk.public()));
    assert!(!read.holds(phone.device_id(), &phone.public()));
    assert_eq!(read.devices().len(), 2);
}

#[test]
fn a_server_cannot_put_another_identity_under_an_id() {
    let real = Ledger::create(&key(1), &recovery().public(), now());
    let ghost = Ledger::create(&key(7), &recovery().public(), now());
    let swapped = Ledger::decode(real.account(), &encoded(&ghost));
    assert_eq!(swapped.err(), Some(LedgerError::WrongAccount));
}

#[test]
fn only_those_in_force_sign() {
    let (phone, laptop, ghost) = (key(1), key(2), key(7));
    let mut ledger = Ledger::create(&phone, &recovery().public(), now());
    let before = ledger.clone();
    assert_eq!(
        ledger.add_device(&ghost, &ghost, now()).err(),
        Some(LedgerError::Signature)
    );
    assert_eq!(ledger, before, "a refused entry changes nothing");

    ledger.add_device(&phone, &laptop, now()).unwrap();
    ledger
        .revoke_device(&phone, laptop.device_id(), now())
        .unwrap();
    assert_eq!(
        ledger.add_device(&laptop, &ghost, now()).err(),
        Some(LedgerError::Signature)
    );
    assert_eq!(
        ledger.add_device(&phone, &laptop, now()).err(),
        Some(LedgerError::Device),
        "never again"
    );
}

#[test]
fn entries_cannot_be_left_out_reordered_or_forked() {
    let phone = key(1);
    let mut ledger = Ledger::create(&phone, &recovery().public(), now());
    let root = ledger.clone();
    ledger.add_device(&phone, &key(2), now()).unwrap();
    ledger.add_device(&phone, &key(3), now()).unwrap();
    let all = encoded(&ledger);

    let without_middle = [all[0].clone(), all[2].clone()];
    let swapped = [all[0].clone(), all[2].clone(), all[1].clone()];
    for entries in [&without_middle[..], &swapped[..]] {
        assert_eq!(
            Ledger::decode(ledger.account(), entries).err(),
            Some(LedgerError::DoesNotFollow)
        );
    }

    let mut fork = root.clone();
    fork.add_device(&phone, &key(4), now()).unwrap();
    assert!(ledger.continues(&root) && fork.continues(&root));
    assert!(!ledger.continues(&fork) && !fork.continues(&ledger));
}

#[test]
fn a_device_is_added_only_with_its_consent_at_this_place() {
    let phone = key(1);
    let mut ledger = Ledger::create(&phone, &recovery().public(), now());
    let mut twin = Ledger::create(&phone, &recovery().public(), Timestamp::from_millis(5));
    let elsewhere = twin.add_device(&phone, &key(2), now()).unwrap();
    let Action::Add { device, consent } = elsewhere.action else {
        panic!("an add entry")
    };
    let stolen = Entry::signed(
        1,
        *ledger.head(),
        now(),
        Action::Add { device, consent },
        &phone,
    );
    assert_eq!(ledger.append(stolen).err(), Some(LedgerError::Device));
}

#[test]
fn a_token_works_for_its_device_server_and_minute() {
    let device = key(1);
    let account = AccountId::new([4; 32]);
    let token = Token::sign(account, &device, "meadow.example", now(), [8; NONCE_LEN]);
    let read = Token::decode(&token.encode()).unwrap();
    assert_eq!(read, token);
    assert_eq!(
        read.verify(&device.public(), "meadow.example", now()),
        Ok(())
    );
    assert_eq!(
        read.verify(&device.public(), "other.example", now()),
        Err(TokenError::Signature)
    );
    assert_eq!(
        read.verify(&key(2).public(), "meadow.example", now()),
        Err(TokenError::Signature)
    );
    let later = Timestamp::from_millis(now().as_millis() + 60_001);
    assert_eq!(
        read.verify(&device.public(), "meadow.example", later),
        Err(TokenError::Time)
    );
    assert!(!format!("{token:?}").contains("signature"));
}

#[test]
fn a_direct_conversation_has_one_id_from_both_sides() {
    let (alice, bob) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
    assert_eq!(
        conversation::direct(alice, bob),
        conversation::direct(bob, alice)
    );
    assert_ne!(
        conversation::direct(alice, bob),
        conversation::note_to_self(alice)
    );
}

/// Keys of devices that may come in, by small numbers; 0 is the recovery key.
fn signer(n: u8) -> SecretKey {
    match n {
        0 => recovery(),
        n => key(n),
    }
}

/// A valid chain from a list of wishes, of which those that nobody may have are left out: who signs, and whom
/// they add (or, when that one is in force, revoke).
fn grown(wishes: &[(u8, u8)]) -> Ledger {
    let mut ledger = Ledger::create(&key(1), &recovery().public(), now());
    for (by, device) in wishes {
        let (by, device) = (signer(*by), key(*device));
        let is_in = ledger.devices().contains_key(&device.device_id());
        let _ = match is_in {
            true => ledger.revoke_device(&by, device.device_id(), now()),
            false => ledger.add_device(&by, &device, now()),
        };
    }
    ledger
}

fn wishes() -> impl Strategy<Value = Vec<(u8, u8)>> {
    proptest::collection::vec((0u8..8, 1u8..8), 1..24)
}

proptest! {
    #[test]
    fn any_valid_chain_is_read_back_and_continues_its_beginnings(wishes in wishes()) {
        let ledger = grown(&wishes);
        let entries = encoded(&ledger);
        prop_assert_eq!(&Ledger::decode(ledger.account(), &entries).unwrap(), &ledger);
        for len in 1..=entries.len() {
            let beginning = Ledger::decode(ledger.account(), &entries[..len]).unwrap();
            prop_assert!(ledger.continues(&beginning));
            prop_assert_eq!(beginning.continues(&ledger), len == entries.len());
        }
    }

    #[test]
    fn any_single_mutation_of_a_valid_chain_is_refused(
        wishes in wishes(),
        which in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        flip in 1u8..=255,
        kind in 0u8..5,
    ) {
        let ledger = grown(&wishes);
        let mut entries = encoded(&ledger);
        let (which, other) = (which.index(entries.len()), other.index(entries.len()));
        match kind {
            0 => {
                let at = at.index(entries[which].len());
                entries[which][at] ^= flip;
            }
            1 => {
                let len = at.index(entries[which].len());
                entries[which].truncate(len);
            }
            2 => entries.insert(which, entries[other].clone()),
            3 if which != other => entries.swap(which, other),
            // The last one left out is the same account at an earlier time.
            4 if which + 1 < entries.len() => drop(entries.remove(which)),
            _ => entries[which].push(flip),
        }
        prop_assert!(Ledger::decode(ledger.account(), &entries).is_err());
    }

    #[test]
    fn forks_are_found(wishes in wishes(), at in any::<prop::sample::Index>()) {
        let ledger = grown(&wishes);
        let len = 1 + at.index(ledger.entries().len());
        let mut fork = Ledger::decode(ledger.account(), &encoded(&ledger)[..len]).unwrap();
        // Whoever holds the recovery key tells somebody something else from here on.
        fork.add_device(&recovery(), &key(99), now()).unwrap();
        prop_assert!(!ledger.continues(&fork));
        prop_assert_eq!(fork.continues(&ledger), len == ledger.entries().len());
    }

    #[test]
    fn no_changed_byte_passes(place in 0usize..10_000, flip in 1u8..=255) {
        let phone = key(1);
        let mut ledger = Ledger::create(&phone, &recovery().public(), now());
        ledger.add_device(&phone, &key(2), now()).unwrap();
        let mut entries = encoded(&ledger);
        let len = entries[0].len() + entries[1].len();
        let place = place % len;
        let (entry, at) = if place < entries[0].len() { (0, place) } else { (1, place - entries[0].len()) };
        entries[entry][at] ^= flip;
        prop_assert!(Ledger::decode(ledger.account(), &entries).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(entry) = Entry::decode(&bytes) {
            prop_assert_eq!(entry.encode(), bytes.clone());
        }
        if let Ok(token) = Token::decode(&bytes) {
            prop_assert_eq!(token.encode(), bytes);
        }
    }
}
