//! Registers of account sync: whatever the order in which they come, all devices end with the same.

mod profile;

use pipit_domain::{ConversationId, DeviceId, Timestamp};
use pipit_store::StoreError;
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::state;
use pipit_store::table::sync::{self, SyncRow};

fn row(subject: u8, time: u64, device: u8, value: u8) -> SyncRow {
    SyncRow {
        kind: 3,
        subject: vec![subject],
        time,
        device: DeviceId::new([device; 16]),
        value: vec![value],
    }
}

/// A generator that is the same each time (splitmix64), so that a failure can be looked at.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % sides as u64).unwrap()
    }
}

async fn end_of(rows: Vec<SyncRow>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(move |transaction| {
            for row in &rows {
                sync::put(transaction, row, None)?;
            }
            let all = sync::of_kind(transaction, 3)?;
            Ok::<_, StoreError>(
                all.into_iter()
                    .map(|row| (row.subject, row.value))
                    .collect(),
            )
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn every_order_ends_the_same() {
    for seed in 0..20 {
        let mut dice = Dice(seed);
        // Few subjects, times and devices, so that most of them meet. One (time, device) sets one value.
        let rows: Vec<_> = (0..40)
            .map(|_| {
                let (subject, time, device) = (dice.roll(3), dice.roll(6), dice.roll(3));
                let value = subject * 50 + time * 5 + device;
                row(
                    u8::try_from(subject).unwrap(),
                    time as u64,
                    u8::try_from(device).unwrap(),
                    u8::try_from(value).unwrap(),
                )
            })
            .collect();
        let mut shuffled = rows.clone();
        for place in (1..shuffled.len()).rev() {
            shuffled.swap(place, dice.roll(place + 1));
        }
        shuffled.extend(rows[..10].to_vec());
        assert!(
            end_of(rows).await == end_of(shuffled).await,
            "seed {seed}: two devices differ"
        );
    }
}

#[tokio::test]
async fn what_is_due_stays_due_until_just_that_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |ms| Timestamp::from_millis(ms);
    let store = profile::open(folder.path()).unwrap();
    store
        .write(move |transaction| {
            sync::put(transaction, &row(1, 5, 1, 10), Some(at(100)))?;
            sync::put(transaction, &row(2, 5, 1, 20), Some(at(50)))?;
            sync::put(transaction, &row(3, 5, 2, 30), None)?;
            assert_eq!(sync::next_due(transaction)?, Some(at(50)));
            assert!(sync::due(transaction, at(60), 10)? == [row(2, 5, 1, 20)]);
            // Set again while the first was on its way.
            sync::put(transaction, &row(2, 6, 1, 21), Some(at(70)))?;
            sync::settle(transaction, &row(2, 5, 1, 20))?;
            assert!(sync::due(transaction, at(100), 10)? == [row(2, 6, 1, 21), row(1, 5, 1, 10)]);
            sync::settle(transaction, &row(2, 6, 1, 21))?;
            sync::tell_all(transaction, at(500))?;
            assert!(sync::due(transaction, at(100), 10)? == [row(1, 5, 1, 10)]);
            assert_eq!(sync::due(transaction, at(500), 10)?.len(), 3);
            sync::tell_nobody(transaction)?;
            assert_eq!(sync::next_due(transaction)?, None);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_conversation_begins_with_what_is_known_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let (known, other) = (ConversationId::new([1; 16]), ConversationId::new([2; 16]));
    store
        .write(move |transaction| {
            state::set_draft(transaction, known, "to be said")?;
            state::set_read_position(transaction, known, 7_000)?;
            let now = Timestamp::from_millis(9);
            let row = conversation::ensure(transaction, known, ConversationKind::Group, None, now)?;
            assert_eq!((&row.draft.0[..], row.read_position), ("to be said", 7_000));
            assert!(row.is_listed(), "it has a draft");
            let row = conversation::ensure(transaction, other, ConversationKind::Group, None, now)?;
            assert_eq!((&row.draft.0[..], row.read_position), ("", 0));
            assert!(!row.is_listed(), "nothing is in it");
            conversation::set_opened(transaction, row.conversation, true)?;
            let row = conversation::by_row(transaction, row.conversation)?.unwrap();
            assert!(row.is_listed());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_mute_ends_when_its_time_has_come() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let (hour, ever) = (ConversationId::new([1; 16]), ConversationId::new([2; 16]));
    let at = |ms| Timestamp::from_millis(ms);
    store
        .write(move |transaction| {
            state::set_muted(transaction, hour, true, Some(at(3_600)))?;
            state::set_muted(transaction, ever, true, None)?;
            assert_eq!(state::next_mute_end(transaction)?, Some(at(3_600)));
            assert_eq!(state::end_mutes(transaction, at(3_599))?, []);
            assert_eq!(state::end_mutes(transaction, at(3_600))?, [hour]);
            assert!(!state::get(transaction, hour)?.is_muted);
            assert!(state::get(transaction, ever)?.is_muted);
            assert_eq!(state::next_mute_end(transaction)?, None);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}
