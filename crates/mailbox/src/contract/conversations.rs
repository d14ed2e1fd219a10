//! Cases of the conversations port.

use bytes::Bytes;

use super::fixture::{
    ALICE, ALICE_LAPTOP, BOB, BOB_LAPTOP, CAROL, CONVERSATION, Fixture, GROUP, address, at,
    envelope, new_commit, new_conversation, new_envelope,
};
use crate::{
    CommitOutcome, CreateOutcome, EnvelopeKind, NewWelcome, SubmitOutcome, WelcomePayload,
};

const ALL: [crate::DeviceAddress; 4] = [ALICE, ALICE_LAPTOP, BOB, BOB_LAPTOP];

/// The second creation finds the first; the Welcome waits for all but the creator, with the tree.
pub async fn a_conversation_is_created_once_with_its_welcome(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    assert_eq!(
        store.create(new_conversation(ALICE, &ALL)).await,
        Ok(CreateOutcome::Created)
    );
    assert_eq!(
        store.create(new_conversation(BOB, &ALL)).await,
        Ok(CreateOutcome::AlreadyExists)
    );
    let mut same_group = new_conversation(BOB, &ALL);
    same_group.conversation = pipit_domain::ConversationId::new([99; 16]);
    assert_eq!(
        store.create(same_group).await,
        Ok(CreateOutcome::AlreadyExists)
    );
    assert!(fixture.waiting(ALICE).await.is_empty());
    for device in &ALL[1..] {
        let waiting = fixture.read(*device, 0, 10, usize::MAX).await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(
            (waiting[0].kind, waiting[0].conversation),
            (EnvelopeKind::Welcome, Some(CONVERSATION))
        );
        assert_eq!(
            (&waiting[0].payload[..], &waiting[0].tree[..]),
            (&b"welcome"[..], &b"tree"[..])
        );
    }
    let row = store.conversation(CONVERSATION).await.unwrap().unwrap();
    assert_eq!(
        (row.group, row.epoch, &row.group_state[..]),
        (GROUP, 1, &b"state 1"[..])
    );
    assert_eq!(row.members.len(), 4);
    assert_eq!(store.has_account(CONVERSATION, BOB.account).await, Ok(true));
    assert_eq!(
        store.has_account(CONVERSATION, CAROL.account).await,
        Ok(false)
    );
    let mut peers = store.peers(GROUP, BOB.device).await.unwrap().unwrap();
    peers.sort_unstable();
    assert_eq!(
        peers,
        [ALICE.device, ALICE_LAPTOP.device, BOB_LAPTOP.device]
    );
    assert_eq!(store.peers(GROUP, CAROL.device).await, Ok(None));
}

/// Of two commits that follow one epoch the first counts, and a repeated one counts once.
pub async fn the_first_commit_of_an_epoch_wins(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    let winner = new_commit(ALICE, 1, 5, &ALL);
    let loser = new_commit(BOB, 1, 6, &ALL);
    let (first, second) = (store.commit(winner.clone()), store.commit(loser));
    assert_eq!(first.await, Ok(CommitOutcome::Accepted { time: at(5) }));
    assert_eq!(second.await, Ok(CommitOutcome::StaleEpoch(2)));
    assert_eq!(
        store.commit(winner).await,
        Ok(CommitOutcome::Repeated { time: at(5) })
    );
    assert_eq!(
        store.accepted_commit(ALICE.device, envelope(5)).await,
        Ok(Some(at(5)))
    );
    assert_eq!(
        store.accepted_commit(BOB.device, envelope(6)).await,
        Ok(None)
    );
    let row = store.conversation(CONVERSATION).await.unwrap().unwrap();
    assert_eq!((row.epoch, &row.group_info[..]), (2, &b"info 2"[..]));
    assert!(fixture.waiting(ALICE).await.is_empty());
    for device in &ALL[1..] {
        let waiting = fixture.read(*device, 0, 10, usize::MAX).await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(
            (waiting[0].kind, waiting[0].envelope),
            (EnvelopeKind::Commit, Some(envelope(5)))
        );
        assert_eq!(waiting[0].payload, vec![5; 30]);
    }
    let mut nowhere = new_commit(ALICE, 1, 7, &ALL);
    nowhere.conversation = pipit_domain::ConversationId::new([99; 16]);
    assert_eq!(
        store.commit(nowhere).await,
        Ok(CommitOutcome::UnknownConversation)
    );
}

/// A commit that adds and removes: removed devices learn of it, new ones get the Welcome, and the
/// lists of conversations follow.
pub async fn a_commit_moves_members_and_invites_new_ones(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    let mut commit = new_commit(ALICE, 1, 5, &[ALICE, BOB, CAROL]);
    commit.welcome = Some(NewWelcome {
        payload: WelcomePayload::Whole(Bytes::from_static(b"come in")),
        tree: Bytes::from_static(b"tree 2"),
        is_tree_fetched: false,
    });
    assert_eq!(
        store.commit(commit).await,
        Ok(CommitOutcome::Accepted { time: at(5) })
    );
    for (device, kind) in [
        (ALICE_LAPTOP, EnvelopeKind::Commit),
        (BOB, EnvelopeKind::Commit),
        (BOB_LAPTOP, EnvelopeKind::Commit),
        (CAROL, EnvelopeKind::Welcome),
    ] {
        let waiting = fixture.read(device, 0, 10, usize::MAX).await;
        assert_eq!((waiting.len(), waiting[0].kind), (1, kind), "{device:?}");
    }
    let summary = |of| async move { store.conversations_of(of, None, 10).await.unwrap() };
    assert!(summary(CAROL).await[0].is_member && summary(CAROL).await[0].epoch == 2);
    assert!(!summary(BOB_LAPTOP).await[0].is_member);
    for device in [BOB, CAROL] {
        assert!(summary(device).await[0].has_handshake, "it waits");
        let waiting = fixture.waiting(device).await;
        store.acknowledge(device, waiting).await.unwrap();
        assert!(!summary(device).await[0].has_handshake, "it was read");
    }
    // A device that joins by its own commit is not invited to what it knows.
    let joins = new_commit(BOB_LAPTOP, 2, 6, &[ALICE, BOB, CAROL, BOB_LAPTOP]);
    assert_eq!(
        store.commit(joins).await,
        Ok(CommitOutcome::Accepted { time: at(6) })
    );
    assert_eq!(fixture.waiting(BOB_LAPTOP).await.len(), 1);
    assert!(summary(BOB_LAPTOP).await[0].is_member);
}

/// Nobody is added who is unknown or revoked; who is in already may have been revoked meanwhile.
pub async fn a_device_that_is_not_in_force_is_refused(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let ghost = address(1, 99);
    let refused = store.create(new_conversation(ALICE, &[ALICE, ghost])).await;
    assert_eq!(refused, Ok(CreateOutcome::NotInForce(ghost.device)));
    assert!(store.conversation(CONVERSATION).await.unwrap().is_none());
    assert_eq!(
        store.create(new_conversation(ALICE, &ALL)).await,
        Ok(CreateOutcome::Created)
    );
    let refused = store.commit(new_commit(ALICE, 1, 5, &[ALICE, ghost])).await;
    assert_eq!(refused, Ok(CommitOutcome::NotInForce(ghost.device)));
    assert_eq!(
        store
            .conversation(CONVERSATION)
            .await
            .unwrap()
            .unwrap()
            .epoch,
        1
    );
    let change = crate::LedgerChange::Revoke {
        device: ALICE_LAPTOP.device,
    };
    store
        .append_ledger(ALICE.account, 2, Vec::new(), change, Vec::new())
        .await
        .unwrap();
    let kept = store.commit(new_commit(ALICE, 1, 6, &ALL)).await;
    assert_eq!(kept, Ok(CommitOutcome::Accepted { time: at(6) }));
}

/// Each new device gets its own part of a Welcome, and the tree is kept once, as long as mail.
pub async fn a_sliced_welcome_gives_each_device_its_own(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let created = store.create(new_conversation(ALICE, &[ALICE])).await;
    assert_eq!(created, Ok(CreateOutcome::Created));
    let mut commit = new_commit(ALICE, 1, 5, &[ALICE, BOB, CAROL]);
    commit.welcome = Some(NewWelcome {
        payload: WelcomePayload::Sliced(vec![
            (CAROL.device, Bytes::from_static(b"carol's")),
            (BOB.device, Bytes::from_static(b"bob's")),
        ]),
        tree: Bytes::from_static(b"tree 2"),
        is_tree_fetched: true,
    });
    assert_eq!(
        store.commit(commit).await,
        Ok(CommitOutcome::Accepted { time: at(5) })
    );
    for (device, slice) in [(BOB, &b"bob's"[..]), (CAROL, b"carol's")] {
        let waiting = fixture.read(device, 0, 10, usize::MAX).await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(
            (&waiting[0].payload[..], &waiting[0].tree[..]),
            (slice, &b""[..])
        );
    }
    let tree = |epoch| async move { store.epoch_tree(CONVERSATION, epoch).await.unwrap() };
    assert_eq!(tree(2).await, Some(Bytes::from_static(b"tree 2")));
    assert_eq!(tree(1).await, None);
    store
        .expire(at(pipit_domain::limits::MAILBOX_AGE_MAX_MS + 6))
        .await
        .unwrap();
    assert_eq!(tree(2).await, None, "older than mail may be");
}

/// Who has left gets nothing and sends nothing, keeps the leaf until it is removed, and may come back.
pub async fn who_left_gets_nothing_more(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.conversation().await;
    assert_eq!(store.leave(CONVERSATION, CAROL.account).await, Ok(false));
    assert_eq!(store.leave(CONVERSATION, BOB.account).await, Ok(true));
    fixture.submit(ALICE, 7).await;
    assert!(fixture.waiting(BOB).await.is_empty());
    assert_eq!(fixture.waiting(ALICE_LAPTOP).await.len(), 1);
    assert_eq!(
        store.submit(new_envelope(BOB, 8)).await,
        Ok(SubmitOutcome::NotAMember)
    );
    assert_eq!(store.peers(GROUP, BOB.device).await, Ok(None));
    let has_account = store.has_account(CONVERSATION, BOB.account).await;
    assert_eq!(has_account, Ok(false));
    let list = store.conversations_of(BOB, None, 10).await.unwrap();
    assert!(list.is_empty());
    let row = store.conversation(CONVERSATION).await.unwrap().unwrap();
    assert_eq!((row.members.len(), &row.left[..]), (4, &[BOB.account][..]));
    let mut back = new_commit(ALICE, 1, 9, &[ALICE, ALICE_LAPTOP, BOB]);
    back.welcome = Some(NewWelcome {
        payload: WelcomePayload::Sliced(vec![(BOB.device, Bytes::from_static(b"again"))]),
        tree: Bytes::from_static(b"tree 2"),
        is_tree_fetched: false,
    });
    assert_eq!(
        store.commit(back).await,
        Ok(CommitOutcome::Accepted { time: at(9) })
    );
    let waiting = fixture.read(BOB, 0, 10, usize::MAX).await;
    assert_eq!((waiting.len(), &waiting[0].payload[..]), (1, &b"again"[..]));
    let row = store.conversation(CONVERSATION).await.unwrap().unwrap();
    assert_eq!((row.members.len(), row.left.len()), (3, 0));
}

/// The list comes in pages, in the order made.
pub async fn conversations_are_listed_in_pages(fixture: &Fixture) {
    let store = &fixture.store;
    fixture.people().await;
    let id = |n| pipit_domain::ConversationId::new([n; 16]);
    for n in 1..=5 {
        let mut new = new_conversation(ALICE, &[ALICE]);
        new.conversation = id(n);
        new.group = pipit_domain::GroupId::new([n; 16]);
        assert_eq!(store.create(new).await, Ok(CreateOutcome::Created));
    }
    let page = |after, count| async move {
        let page = store.conversations_of(ALICE, after, count).await.unwrap();
        page.iter()
            .map(|summary| summary.conversation)
            .collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [id(1), id(2)]);
    assert_eq!(page(Some(id(2)), 2).await, [id(3), id(4)]);
    assert_eq!(page(Some(id(4)), 2).await, [id(5)]);
}
