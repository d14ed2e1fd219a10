//! Cases of the directory port.

use pipit_domain::limits;

use super::fixture::{
    ALICE, ALICE_LAPTOP, BOB, CAROL, Fixture, at, key_package, new_account, username,
};
use crate::{AppendOutcome, CreateAccountOutcome, KeyPackageCount, LedgerChange, NewReport, Suite};

/// A name, an account id and a device id are each somebody's once.
pub async fn names_and_ids_are_unique(fixture: &Fixture) {
    let store = &fixture.store;
    assert_eq!(store.username_is_free(username("alice")).await, Ok(true));
    let create = |account| store.create_account(account);
    assert_eq!(
        create(new_account(ALICE, "alice")).await,
        Ok(CreateAccountOutcome::Created)
    );
    assert_eq!(store.username_is_free(username("Alice")).await, Ok(false));
    assert_eq!(
        store.find_account(username("alice")).await,
        Ok(Some(ALICE.account))
    );
    assert_eq!(store.find_account(username("bob")).await, Ok(None));
    assert_eq!(
        create(new_account(BOB, "alice")).await,
        Ok(CreateAccountOutcome::UsernameTaken)
    );
    assert_eq!(
        create(new_account(ALICE, "other")).await,
        Ok(CreateAccountOutcome::AlreadyExists)
    );
    let mut same_device = new_account(BOB, "bob");
    same_device.device = ALICE.device;
    assert_eq!(
        create(same_device).await,
        Ok(CreateAccountOutcome::AlreadyExists)
    );
    assert_eq!(store.find_account(username("bob")).await, Ok(None));
    let login = store.login(username("alice")).await.unwrap().unwrap();
    assert_eq!(
        (login.account, login.password_record),
        (ALICE.account, vec![1; 192])
    );
    assert!(store.login(username("bob")).await.unwrap().is_none());
}

/// An entry that was checked against an older ledger is not appended.
pub async fn a_ledger_grows_only_from_where_it_was_checked(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let add = |len, device: crate::DeviceAddress| {
        let change = LedgerChange::Add {
            device: device.device,
            key: [9; 32],
        };
        store.append_ledger(ALICE.account, len, b"third".to_vec(), change, Vec::new())
    };
    let phone = super::fixture::address(1, 12);
    assert_eq!(add(1, phone).await, Ok(AppendOutcome::Moved));
    assert_eq!(add(3, phone).await, Ok(AppendOutcome::Moved));
    assert_eq!(add(2, BOB).await, Ok(AppendOutcome::AlreadyExists));
    assert_eq!(add(2, phone).await, Ok(AppendOutcome::Appended));
    let row = store.ledger(ALICE.account, 1).await.unwrap().unwrap();
    assert_eq!(row.username, username("alice"));
    assert_eq!(row.entries, [vec![1; 60], b"third".to_vec()]);
    let in_force = store.devices_in_force(ALICE.account).await.unwrap();
    let in_force: Vec<_> = in_force.iter().map(|row| row.address).collect();
    assert_eq!(in_force, [ALICE, ALICE_LAPTOP, phone]);
    let nobody = super::fixture::address(9, 9);
    let change = LedgerChange::Revoke {
        device: nobody.device,
    };
    let appended = store
        .append_ledger(nobody.account, 0, Vec::new(), change, Vec::new())
        .await;
    assert_eq!(appended, Ok(AppendOutcome::UnknownAccount));
    assert!(store.ledger(nobody.account, 0).await.unwrap().is_none());
}

/// A revoked device is out of force for ever; its mailbox and key packages are gone.
pub async fn a_revoked_device_keeps_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    let packages = vec![key_package(Suite::Classical, true, b"last")];
    store
        .publish_key_packages(ALICE_LAPTOP.device, packages.clone())
        .await
        .unwrap();
    fixture.submit(BOB, 1).await;
    assert_eq!(fixture.waiting(ALICE_LAPTOP).await.len(), 1);
    let change = LedgerChange::Revoke {
        device: ALICE_LAPTOP.device,
    };
    let appended = store
        .append_ledger(ALICE.account, 2, b"revoke".to_vec(), change, Vec::new())
        .await;
    assert_eq!(appended, Ok(AppendOutcome::Appended));
    assert!(fixture.waiting(ALICE_LAPTOP).await.is_empty());
    fixture.submit(BOB, 2).await;
    assert!(fixture.waiting(ALICE_LAPTOP).await.is_empty());
    assert_eq!(fixture.waiting(ALICE).await.len(), 2);
    let count = store
        .publish_key_packages(ALICE_LAPTOP.device, packages)
        .await;
    assert_eq!(count, Ok(KeyPackageCount::default()));
    let claimed = store
        .claim_key_packages(vec![ALICE.account], Suite::Classical, BOB.device)
        .await
        .unwrap();
    assert_eq!(
        (claimed.packages.len(), claimed.without),
        (0, vec![ALICE.device])
    );
    let rows = store.devices(vec![ALICE_LAPTOP.device]).await.unwrap();
    assert!(!rows[0].is_in_force && rows[0].address == ALICE_LAPTOP);
}

/// One-time key packages go in the order published, then the last-resort one stays.
pub async fn key_packages_are_handed_out_once(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let suite = Suite::PostQuantum;
    let packages = vec![
        key_package(suite, true, b"old last"),
        key_package(suite, false, b"one"),
        key_package(Suite::Classical, false, b"other suite"),
        key_package(suite, false, b"two"),
        key_package(suite, true, b"last"),
    ];
    let count = store.publish_key_packages(BOB.device, packages).await;
    assert_eq!(
        count,
        Ok(KeyPackageCount {
            classical: 1,
            post_quantum: 2,
            last_resort_expires: None,
        })
    );
    for expected in [&b"one"[..], b"two", b"last", b"last"] {
        let claimed = store
            .claim_key_packages(vec![BOB.account], suite, ALICE.device)
            .await
            .unwrap();
        assert_eq!(claimed.packages.len(), 1);
        assert_eq!(
            (claimed.packages[0].address, &claimed.packages[0].bytes[..]),
            (BOB, expected)
        );
        assert_eq!(claimed.without, [super::fixture::BOB_LAPTOP.device]);
    }
    // Nobody claims their own.
    let own = store
        .claim_key_packages(vec![BOB.account], suite, BOB.device)
        .await
        .unwrap();
    assert!(own.packages.is_empty());
    let without = store
        .devices_without_key_packages(BOB.account, suite)
        .await
        .unwrap();
    assert_eq!(without, [super::fixture::BOB_LAPTOP.device]);
    let many = (0..limits::KEY_PACKAGES_MAX + 5)
        .map(|_| key_package(suite, false, b"more"))
        .collect();
    let count = store
        .publish_key_packages(CAROL.device, many)
        .await
        .unwrap();
    assert_eq!(count.post_quantum as usize, limits::KEY_PACKAGES_MAX);
    assert_eq!(store.key_package_count(CAROL.device).await, Ok(count));
}

/// A key package is handed out only while it lives long enough for who is added by it.
pub async fn key_packages_expire(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let packages = Suite::ALL.iter().flat_map(|&suite| {
        [true, false].map(|is_last_resort| key_package(suite, is_last_resort, b"package"))
    });
    let packages: Vec<_> = packages.collect();
    let last = packages.iter().find(|package| package.is_last_resort);
    let last = last.unwrap().expires;
    let count = |one_time, last_resort_expires| KeyPackageCount {
        classical: one_time,
        post_quantum: one_time,
        last_resort_expires,
    };
    let published = store.publish_key_packages(BOB.device, packages).await;
    assert_eq!(published, Ok(count(1, Some(last))));
    for (now, left, claimed) in [
        (100, count(1, Some(last)), 1),
        (101, count(0, Some(last)), 1),
        (201, count(0, None), 0),
    ] {
        store.expire(at(now)).await.unwrap();
        assert_eq!(store.key_package_count(BOB.device).await, Ok(left));
        let suite = Suite::PostQuantum;
        let found = store
            .claim_key_packages(vec![BOB.account], suite, ALICE.device)
            .await
            .unwrap();
        assert_eq!(found.packages.len(), claimed, "at {now}");
        if now == 100 {
            let again = key_package(suite, false, b"package");
            store
                .publish_key_packages(BOB.device, vec![again])
                .await
                .unwrap();
        }
    }
}

/// A secret under a name is the first one that was stored.
pub async fn a_secret_is_made_once(fixture: &Fixture) {
    let store = &fixture.store;
    assert_eq!(
        store.secret("one", b"first".to_vec()).await,
        Ok(b"first".to_vec())
    );
    assert_eq!(
        store.secret("one", b"second".to_vec()).await,
        Ok(b"first".to_vec())
    );
    assert_eq!(
        store.secret("two", b"second".to_vec()).await,
        Ok(b"second".to_vec())
    );
    assert_eq!(store.check().await, Ok(()));
}

/// Reports are kept, each for itself, and of existing accounts only.
pub async fn a_report_is_kept_for_the_operator(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let report = |account| NewReport {
        reporter: ALICE.account,
        account,
        reason: "spam".to_owned(),
        messages: vec!["buy this".to_owned(), "now".to_owned()],
        now: pipit_domain::Timestamp::from_millis(5),
    };
    let nobody = pipit_domain::AccountId::new([0xee; 32]);
    assert_eq!(store.report(report(nobody)).await, Ok(false));
    for count in 1..=3 {
        assert_eq!(store.report(report(BOB.account)).await, Ok(true));
        assert_eq!(store.report_count(BOB.account).await, Ok(count));
    }
    assert_eq!(store.report_count(nobody).await, Ok(0));
    assert_eq!(store.report_count(CAROL.account).await, Ok(0));
}
