//! Alarms: one of each, until the person has decided; and what waits meanwhile.

mod profile;

use pipit_domain::{AccountId, ConversationId, EnvelopeId, Timestamp};
use pipit_store::StoreError;
use pipit_store::table::alarm::{self, AlarmKind, AlarmRow};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::{contact, outbox};

const PLACE: ConversationId = ConversationId::new([3; 16]);
const BOB: AccountId = AccountId::new([2; 32]);

fn found(kind: AlarmKind, detail: u8) -> AlarmRow {
    AlarmRow {
        kind,
        account: BOB,
        conversation: PLACE,
        detail: vec![detail; 16],
        at: Timestamp::from_millis(7),
    }
}

#[tokio::test]
async fn an_alarm_is_told_once_and_comes_back_after_the_decision() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|transaction| {
            let ghost = found(AlarmKind::Device, 1);
            assert!(alarm::raise(transaction, &ghost, false)?);
            assert!(!alarm::raise(transaction, &ghost, false)?, "known");
            assert!(alarm::raise(
                transaction,
                &found(AlarmKind::Device, 2),
                false
            )?);
            let keys = found(AlarmKind::Ledger, 0);
            assert!(alarm::raise(transaction, &keys, false)?);
            assert_eq!(alarm::newest(transaction, PLACE)?, Some(keys));
            assert_eq!(alarm::suspects(transaction, PLACE)?, [BOB]);

            assert!(alarm::settle(transaction, PLACE)?);
            assert!(!alarm::settle(transaction, PLACE)?, "nothing is left");
            assert_eq!(alarm::newest(transaction, PLACE)?, None);
            assert!(alarm::suspects(transaction, PLACE)?.is_empty());
            assert!(alarm::raise(transaction, &ghost, false)?, "it goes on");

            let name = found(AlarmKind::Name, 9);
            assert!(alarm::raise(transaction, &name, true)?);
            alarm::settle(transaction, PLACE)?;
            assert!(!alarm::raise(transaction, &name, true)?, "decided for good");
            assert_eq!(alarm::newest(transaction, PLACE)?, None);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_to_be_sent_there_waits() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|transaction| {
            let now = Timestamp::from_millis(1);
            let kind = ConversationKind::Direct;
            let row = conversation::ensure(transaction, PLACE, kind, Some(BOB), now)?;
            let row = row.conversation;
            outbox::insert(transaction, None, row, EnvelopeId::new([1; 16]), b"hi")?;
            assert_eq!(outbox::conversations(transaction)?, [row]);
            alarm::raise(transaction, &found(AlarmKind::Ledger, 0), false)?;
            assert!(outbox::conversations(transaction)?.is_empty());
            alarm::settle(transaction, PLACE)?;
            assert_eq!(outbox::conversations(transaction)?, [row]);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_liar_can_neither_fill_the_disk_with_alarms_nor_use_them_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|transaction| {
            let mut kept = 0;
            for number in 0..30 {
                let alarm = found(AlarmKind::Device, number);
                kept += u32::from(alarm::raise(transaction, &alarm, false)?);
            }
            assert_eq!(kept, 20);
            alarm::settle(transaction, PLACE)?;
            let next = found(AlarmKind::Device, 29);
            assert!(alarm::raise(transaction, &next, false)?);
            assert_eq!(alarm::newest(transaction, PLACE)?, Some(next));
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_username_is_known_to_be_anothers() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|transaction| {
            let mallory = AccountId::new([4; 32]);
            contact::put(transaction, BOB, "bob")?;
            assert_eq!(
                contact::other_of_name(transaction, "bob", mallory)?,
                Some(BOB)
            );
            assert_eq!(contact::other_of_name(transaction, "bob", BOB)?, None);
            assert_eq!(contact::other_of_name(transaction, "bo", mallory)?, None);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}
