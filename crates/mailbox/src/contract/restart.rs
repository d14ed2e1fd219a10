//! What a store is for: it is still there.

use std::sync::Arc;

use super::fixture::{ALICE, BOB, CONVERSATION, Fixture, at, new_envelope, username};
use crate::{Announcer, Store, SubmitOutcome};

/// After closing and opening again everything is there, and numbers go on rising.
pub async fn everything_is_there_after_a_restart(
    open: &dyn Fn(Arc<dyn Announcer>) -> Arc<dyn Store>,
) {
    let fixture = Fixture::new(open);
    fixture.conversation().await;
    fixture.submit(ALICE, 1).await;
    let before = fixture.waiting(BOB).await;
    drop(fixture);

    let fixture = Fixture::new(open);
    assert_eq!(fixture.waiting(BOB).await, before);
    assert_eq!(
        fixture.store.find_account(username("bob")).await,
        Ok(Some(BOB.account))
    );
    assert_eq!(
        fixture
            .store
            .conversation(CONVERSATION)
            .await
            .unwrap()
            .unwrap()
            .epoch,
        1
    );
    let repeated = fixture.store.submit(new_envelope(ALICE, 1)).await;
    assert_eq!(repeated, Ok(SubmitOutcome::Repeated { time: at(1) }));
    fixture
        .store
        .acknowledge(BOB, before.clone())
        .await
        .unwrap();
    fixture.submit(ALICE, 2).await;
    let after = fixture.waiting(BOB).await;
    assert!(after[0] > before[0], "a number is never used twice");
    drop(fixture);

    let fixture = Fixture::new(open);
    fixture.submit(ALICE, 3).await;
    assert!(fixture.waiting(BOB).await[1] > after[0]);
}
