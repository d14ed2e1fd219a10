//! Cases of the mailboxes port.

use pipit_domain::{DeviceId, limits};

use super::fixture::{
    ALICE, ALICE_LAPTOP, Announced, BOB, BOB_LAPTOP, CAROL, Fixture, at, envelope, new_commit,
    new_envelope,
};
use crate::{DeliveredTo, EnvelopeKind, Expired, SubmitOutcome};

/// However often it is submitted, also from another epoch later, it is stored once.
pub async fn an_envelope_is_stored_once_for_every_other_device(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    fixture.submit(ALICE, 1).await;
    let mut again = new_envelope(ALICE, 1);
    again.now = at(500);
    assert_eq!(
        store.submit(again.clone()).await,
        Ok(SubmitOutcome::Repeated { time: at(1) })
    );
    // Sealed anew for the next epoch because the answer was lost.
    store
        .commit(new_commit(
            BOB,
            1,
            9,
            &[ALICE, ALICE_LAPTOP, BOB, BOB_LAPTOP],
        ))
        .await
        .unwrap();
    again.epoch = 2;
    assert_eq!(
        store.submit(again).await,
        Ok(SubmitOutcome::Repeated { time: at(1) })
    );
    // Another device's envelope may have the same id.
    let mut bobs = new_envelope(BOB, 1);
    bobs.epoch = 2;
    assert_eq!(
        store.submit(bobs).await,
        Ok(SubmitOutcome::Accepted { time: at(1) })
    );
    for (device, count) in [(ALICE, 2), (ALICE_LAPTOP, 3), (BOB, 1), (BOB_LAPTOP, 3)] {
        assert_eq!(fixture.waiting(device).await.len(), count, "{device:?}");
    }
    let first = &fixture.read(BOB, 0, 1, usize::MAX).await[0];
    assert_eq!(
        (first.kind, first.time, &first.payload[..]),
        (EnvelopeKind::Application, at(1), &[1; 100][..])
    );
    assert_eq!(
        (first.conversation, first.envelope, first.tree.len()),
        (None, None, 0)
    );
}

/// Strangers, other epochs and unknown groups are told apart.
pub async fn only_members_submit_in_the_epoch(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    assert_eq!(
        store.submit(new_envelope(CAROL, 1)).await,
        Ok(SubmitOutcome::NotAMember)
    );
    let mut late = new_envelope(ALICE, 2);
    late.epoch = 0;
    assert_eq!(store.submit(late).await, Ok(SubmitOutcome::StaleEpoch(1)));
    let mut nowhere = new_envelope(ALICE, 3);
    nowhere.group = pipit_domain::GroupId::new([99; 16]);
    assert_eq!(
        store.submit(nowhere).await,
        Ok(SubmitOutcome::UnknownConversation)
    );
    assert!(fixture.waiting(BOB).await.is_empty());
}

/// What comes after an envelope that was refused is refused, too, until that one is accepted.
pub async fn nothing_overtakes_what_it_comes_after(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    let mut refused = new_envelope(ALICE, 1);
    refused.epoch = 0;
    let mut next = new_envelope(ALICE, 2);
    next.after = Some(refused.envelope);
    let too_early = Ok(SubmitOutcome::TooEarly);
    let (first, second) = (store.submit(refused), store.submit(next.clone()));
    assert_eq!(first.await, Ok(SubmitOutcome::StaleEpoch(1)));
    assert_eq!(second.await, too_early);
    let mut of_other = new_envelope(BOB, 3);
    of_other.after = Some(next.envelope);
    assert_eq!(store.submit(of_other).await, too_early);
    let (first, second) = (store.submit(new_envelope(ALICE, 1)), store.submit(next));
    assert_eq!(first.await, Ok(SubmitOutcome::Accepted { time: at(1) }));
    assert_eq!(second.await, Ok(SubmitOutcome::Accepted { time: at(2) }));
    assert_eq!(fixture.waiting(BOB).await.len(), 2);
}

/// Pages follow each other without holes or repeats, and one delivery always fits.
pub async fn a_mailbox_is_read_in_order_by_count_and_bytes(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    for number in 1..=10 {
        fixture
            .submit(if number % 2 == 0 { ALICE } else { ALICE_LAPTOP }, number)
            .await;
    }
    let mut numbers = Vec::new();
    let mut after = 0;
    loop {
        let page = store.read(BOB.device, after, 4, 250).await.unwrap();
        assert!(page.deliveries.len() <= 2, "250 bytes hold two of 100");
        numbers.extend(page.deliveries.iter().map(|delivery| delivery.payload[0]));
        after = page
            .deliveries
            .last()
            .map_or(after, |delivery| delivery.sequence);
        if page.is_end {
            break;
        }
    }
    assert_eq!(numbers, (1..=10).collect::<Vec<u8>>());
    assert_eq!(fixture.read(BOB, 0, 4, usize::MAX).await.len(), 4);
    assert_eq!(fixture.read(BOB, 0, 4, 1).await.len(), 1);
    let nobody = store.read(DeviceId::new([99; 16]), 0, 4, 1).await.unwrap();
    assert!(nobody.deliveries.is_empty() && nobody.is_end);
}

/// Neither what is between nor what another device has, and unknown numbers are passed over.
pub async fn exactly_the_acknowledged_go(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    for number in 1..=5 {
        fixture.submit(ALICE, number).await;
    }
    let bobs = fixture.waiting(BOB).await;
    let laptops = fixture.waiting(BOB_LAPTOP).await;
    store
        .acknowledge(BOB, vec![bobs[3], bobs[1], 1 << 40, laptops[0]])
        .await
        .unwrap();
    assert_eq!(fixture.waiting(BOB).await, [bobs[0], bobs[2], bobs[4]]);
    assert_eq!(fixture.waiting(BOB_LAPTOP).await, laptops);
    store.acknowledge(BOB, vec![bobs[1]]).await.unwrap();
    store.acknowledge(BOB, bobs).await.unwrap();
    assert!(fixture.waiting(BOB).await.is_empty());
    let left = fixture.read(BOB_LAPTOP, 0, 10, usize::MAX).await;
    assert_eq!(left.len(), 5, "payloads stay while a device waits for them");
}

/// The first device of an account counts; the sender's own account does not.
pub async fn receipt_is_recorded_once_an_account(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    fixture.submit(ALICE, 1).await;
    fixture.submit(ALICE, 2).await;
    fixture.announced.take();
    let to = |number| DeliveredTo {
        account: BOB.account,
        envelope: envelope(number),
    };
    for device in [ALICE_LAPTOP, BOB_LAPTOP, BOB] {
        let first = fixture.waiting(device).await[0];
        store.acknowledge(device, vec![first]).await.unwrap();
    }
    assert_eq!(
        fixture.announced.take(),
        [ALICE, ALICE_LAPTOP].map(|device| Announced::Delivered(device.device, to(1)))
    );
    let asked = vec![envelope(1), envelope(2), envelope(3)];
    for device in [ALICE, ALICE_LAPTOP] {
        assert_eq!(
            store.delivery_status(device.device, asked.clone()).await,
            Ok(vec![to(1)])
        );
    }
    assert_eq!(
        store.delivery_status(BOB.device, asked).await,
        Ok(Vec::new())
    );
    // Commits and Welcomes are nobody's messages.
    let members = [ALICE, ALICE_LAPTOP, BOB, BOB_LAPTOP];
    store
        .commit(new_commit(ALICE, 1, 9, &members))
        .await
        .unwrap();
    let waiting = fixture.waiting(BOB_LAPTOP).await;
    fixture.announced.take();
    store.acknowledge(BOB_LAPTOP, waiting).await.unwrap();
    assert_eq!(
        fixture.announced.take(),
        [ALICE, ALICE_LAPTOP].map(|device| Announced::Delivered(device.device, to(2)))
    );
}

/// Announcements name every new delivery, a device's in the order of sequences.
pub async fn deliveries_are_announced_after_they_are_stored(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    let answers: Vec<_> = (1..=50)
        .map(|number| store.submit(new_envelope(ALICE, number)))
        .collect();
    for answer in answers {
        assert!(matches!(answer.await, Ok(SubmitOutcome::Accepted { .. })));
    }
    let announced = fixture.announced.take();
    for device in [ALICE_LAPTOP, BOB, BOB_LAPTOP] {
        let of_device = announced.iter().filter_map(|announced| match announced {
            Announced::Stored(to, sequence) if *to == device.device => Some(*sequence),
            _ => None,
        });
        assert_eq!(of_device.collect::<Vec<_>>(), fixture.waiting(device).await);
    }
    assert_eq!(announced.len(), 150);
    assert_eq!(
        store.submit(new_envelope(CAROL, 60)).await,
        Ok(SubmitOutcome::NotAMember)
    );
    assert!(fixture.announced.take().is_empty());
}

/// A mailbox over its limit is emptied and marked until its device says that it knows.
pub async fn a_full_mailbox_is_marked_and_emptied(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    let fill = |first: u64, last: u64| {
        (first..=last).map(|number| {
            let mut new = new_envelope(ALICE, 0);
            let mut id = [0; 16];
            id[..8].copy_from_slice(&number.to_be_bytes());
            new.envelope = pipit_domain::EnvelopeId::new(id);
            store.submit(new)
        })
    };
    let mut number = 1;
    while number < limits::MAILBOX_LEN_MAX {
        let last = (number + 999).min(limits::MAILBOX_LEN_MAX);
        for answer in fill(number, last).collect::<Vec<_>>() {
            answer.await.unwrap();
        }
        number = last + 1;
        // Bob's laptop keeps up; Bob's other device is away.
        for device in [ALICE_LAPTOP, BOB_LAPTOP] {
            let waiting = fixture.waiting(device).await;
            store.acknowledge(device, waiting).await.unwrap();
        }
    }
    assert_eq!(store.mailbox_expired(BOB.device).await, Ok(false));
    for answer in fill(number, number).collect::<Vec<_>>() {
        answer.await.unwrap();
    }
    assert_eq!(store.mailbox_expired(BOB.device).await, Ok(true));
    assert_eq!(
        fixture.waiting(BOB).await.len(),
        1,
        "it goes on with what is new"
    );
    assert_eq!(store.mailbox_expired(BOB_LAPTOP.device).await, Ok(false));
    store.expiry_seen(BOB.device).await.unwrap();
    assert_eq!(store.mailbox_expired(BOB.device).await, Ok(false));
}

/// What is older than the limit goes, what is younger stays.
pub async fn old_mailboxes_and_submits_are_forgotten(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    fixture.submit(ALICE, 1).await;
    fixture.submit(ALICE, 200).await;
    let bobs = fixture.waiting(BOB).await;
    store.acknowledge(BOB, bobs).await.unwrap();
    assert_eq!(
        store.expire(at(limits::MAILBOX_AGE_MAX_MS)).await,
        Ok(Expired::default())
    );
    assert_eq!(fixture.waiting(BOB_LAPTOP).await.len(), 2);
    let expired = store.expire(at(limits::MAILBOX_AGE_MAX_MS + 100)).await;
    assert_eq!(
        expired,
        Ok(Expired {
            mailboxes: 2,
            submits: 1
        })
    );
    for (device, is_expired) in [(BOB, false), (BOB_LAPTOP, true), (ALICE_LAPTOP, true)] {
        assert_eq!(store.mailbox_expired(device.device).await, Ok(is_expired));
        assert!(fixture.waiting(device).await.is_empty());
    }
    let status = store
        .delivery_status(ALICE.device, vec![envelope(1), envelope(200)])
        .await
        .unwrap();
    assert_eq!(status.len(), 1, "the younger is remembered");
    assert_eq!(
        store.expire(at(limits::MAILBOX_AGE_MAX_MS + 100)).await,
        Ok(Expired::default())
    );
}
