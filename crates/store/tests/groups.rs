//! What a group says of itself, told and still to be told; and who asks to join one.

mod profile;

use pipit_domain::{AccountId, ConversationId, Timestamp};
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::join_request;

#[tokio::test]
async fn a_change_that_waits_outlives_what_others_tell_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let next = store
        .write(|transaction| {
            let place = conversation::ensure(
                transaction,
                ConversationId::new([3; 16]),
                ConversationKind::Group,
                None,
                Timestamp::from_millis(1),
            )?;
            let row = place.conversation;
            chat_group::set(transaction, row, b"charter", Membership::In)?;
            let next = || {
                let group = chat_group::get(transaction, row)?.unwrap();
                Ok::<_, pipit_store::StoreError>(group.next_info.map(|next| next.0))
            };
            chat_group::set_next_info(transaction, row, Some(b"ours"))?;
            chat_group::set_info(transaction, row, b"told again")?;
            let kept = next()?;
            chat_group::set_info(transaction, row, b"ours")?;
            Ok::<_, pipit_store::StoreError>((kept, next()?))
        })
        .await
        .unwrap();
    assert_eq!(next, (Some(b"ours".to_vec()), None));
}

#[tokio::test]
async fn a_request_that_is_over_comes_back_only_by_asking_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|transaction| {
            let id = ConversationId::new([3; 16]);
            let [own, ada, bob] = [1, 2, 4].map(|n| AccountId::new([n; 32]));
            let at = Timestamp::from_millis;
            let list = || join_request::list(transaction, id, own);
            assert!(join_request::add(transaction, id, ada, at(10))?);
            assert!(!join_request::add(transaction, id, ada, at(11))?);
            assert_eq!(join_request::asked_at(transaction, id, ada)?, Some(at(10)));
            join_request::end(transaction, id, ada, at(20))?;
            assert_eq!(join_request::asked_at(transaction, id, ada)?, None);
            // Others tell of the same request still.
            assert!(!join_request::add(transaction, id, ada, at(12))?);
            assert_eq!(list()?, []);
            assert!(join_request::add(transaction, id, ada, at(21))?);
            assert_eq!(list()?, [ada]);
            // The end of the former one, heard of late, does not end this one.
            join_request::end(transaction, id, ada, at(20))?;
            assert_eq!(list()?, [ada]);
            // The end is heard of before the request.
            join_request::end(transaction, id, bob, at(30))?;
            assert!(!join_request::add(transaction, id, bob, at(29))?);
            assert_eq!(list()?, [ada]);
            Ok::<_, pipit_store::StoreError>(())
        })
        .await
        .unwrap();
}
