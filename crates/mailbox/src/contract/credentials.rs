//! Cases of the credentials port.

use pipit_domain::AccountId;

use super::fixture::{ALICE, BOB, Fixture, at, username};
use crate::{NewSecondFactor, TallyRow};

fn new(account: AccountId, secret: u8) -> NewSecondFactor {
    NewSecondFactor {
        account,
        secret: vec![secret; 20],
        step: 100,
        recovery_codes: vec![[1; 32], [2; 32]],
    }
}

/// One second factor is on or none; each step and each recovery code counts once, for its account.
pub async fn codes_of_a_second_factor_count_once(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let (alice, bob) = (ALICE.account, BOB.account);
    assert!(store.second_factor(alice).await.unwrap().is_none());
    assert_eq!(store.take_step(alice, 101).await, Ok(false));
    assert_eq!(store.enable_second_factor(new(alice, 7)).await, Ok(true));
    assert_eq!(store.enable_second_factor(new(alice, 7)).await, Ok(true));
    assert_eq!(store.enable_second_factor(new(alice, 8)).await, Ok(false));
    let nobody = AccountId::new([0xee; 32]);
    assert_eq!(store.enable_second_factor(new(nobody, 7)).await, Ok(false));
    let row = store.second_factor(alice).await.unwrap().unwrap();
    assert_eq!((row.secret, row.recovery_codes), (vec![7; 20], 2));
    for (step, taken) in [
        (99, false),
        (100, false),
        (101, true),
        (101, false),
        (103, true),
        (102, false),
    ] {
        assert_eq!(store.take_step(alice, step).await, Ok(taken), "step {step}");
    }
    assert_eq!(store.take_recovery_code(bob, [1; 32]).await, Ok(false));
    assert_eq!(store.take_recovery_code(alice, [3; 32]).await, Ok(false));
    assert_eq!(store.take_recovery_code(alice, [1; 32]).await, Ok(true));
    assert_eq!(store.take_recovery_code(alice, [1; 32]).await, Ok(false));
    let row = store.second_factor(alice).await.unwrap().unwrap();
    assert_eq!(row.recovery_codes, 1);
    store.disable_second_factor(alice).await.unwrap();
    assert!(store.second_factor(alice).await.unwrap().is_none());
    assert_eq!(store.take_recovery_code(alice, [2; 32]).await, Ok(false));
    assert_eq!(store.enable_second_factor(new(alice, 8)).await, Ok(true));
}

/// A password and the bundle that it opens change together, and only of the account that is named.
pub async fn a_password_changes_with_its_bundle(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let set = |account| store.set_password(account, vec![5; 192], vec![6; 57]);
    assert_eq!(set(ALICE.account).await, Ok(true));
    assert_eq!(set(AccountId::new([0xee; 32])).await, Ok(false));
    let alice = store.login(username("alice")).await.unwrap().unwrap();
    assert_eq!(
        (alice.password_record, alice.recovery_bundle),
        (vec![5; 192], vec![6; 57])
    );
    let bob = store.login(username("bob")).await.unwrap().unwrap();
    assert_ne!(bob.password_record, vec![5; 192]);
}

/// Tallies are kept under their keys, told from a time on, and go after an hour.
pub async fn tallies_of_guesses_are_kept_for_an_hour(fixture: &Fixture) {
    let store = &fixture.store;
    let tally = |key, last| TallyRow {
        key: [key; 16],
        count: 6,
        last: at(last),
        until: at(last + 2000),
    };
    for row in [tally(1, 10), tally(2, 20), tally(1, 30)] {
        store.keep_tally(row).await.unwrap();
    }
    let mut all = store.tallies(at(0)).await.unwrap();
    all.sort_by_key(|row| row.key);
    assert_eq!(all, [tally(1, 30), tally(2, 20)]);
    assert_eq!(store.tallies(at(21)).await, Ok(vec![tally(1, 30)]));
    store.forget_tally([1; 16]).await.unwrap();
    assert_eq!(store.tallies(at(0)).await, Ok(vec![tally(2, 20)]));
    let hour = 60 * 60 * 1000;
    store.expire(at(20 + hour)).await.unwrap();
    assert_eq!(store.tallies(at(0)).await, Ok(vec![tally(2, 20)]));
    store.expire(at(21 + hour)).await.unwrap();
    assert_eq!(store.tallies(at(0)).await, Ok(Vec::new()));
}
