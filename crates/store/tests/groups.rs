//! What a group says of itself, told and still to be told.

use pipit_domain::{ConversationId, Timestamp};
use pipit_store::Store;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind};

#[tokio::test]
async fn a_change_that_waits_outlives_what_others_tell_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
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
