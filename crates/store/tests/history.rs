//! Stories of one history file: what it refuses, what survives, and that windows cost no more as it
//! grows.

mod profile;

use std::path::Path;

use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::{conversation, delivery, outbox, receipt, trash};
use pipit_store::{Connection, Store, StoreError};

const OWN: AccountId = AccountId::new([1; 32]);
const PEER: AccountId = AccountId::new([2; 32]);
const OTHER: AccountId = AccountId::new([77; 32]);

fn conversation_row(connection: &Connection) -> Result<i64, StoreError> {
    let row = conversation::ensure(
        connection,
        ConversationId::new([3; 16]),
        conversation::ConversationKind::Direct,
        Some(PEER),
        Timestamp::from_millis(1),
    )?;
    Ok(row.conversation)
}

fn add(connection: &Connection, n: u32, sender: AccountId, at_ms: u64) -> Result<i64, StoreError> {
    add_at(connection, n, sender, at_ms, 0)
}

/// Adds what the mailbox held at `sequence`, as if nothing later had come before it.
fn add_at(
    connection: &Connection,
    n: u32,
    sender: AccountId,
    at_ms: u64,
    sequence: u64,
) -> Result<i64, StoreError> {
    let conversation = conversation_row(connection)?;
    let at = Timestamp::from_millis(at_ms);
    let mut id = [0; 32];
    id[..4].copy_from_slice(&n.to_be_bytes());
    let mut envelope = [0; 16];
    envelope[..4].copy_from_slice(&n.to_be_bytes());
    let row = message::insert(
        connection,
        &NewMessage {
            id: MessageId::new(id),
            conversation,
            position: message::free_position(
                connection,
                conversation,
                sender,
                at_ms * message::POSITIONS_PER_MS,
                sequence,
            )?,
            sender,
            sent_at: at,
            accepted_at: (sender != OWN).then_some(at),
            sequence,
            kind: MessageKind::Text,
            state: if sender == OWN {
                MessageState::Queued
            } else {
                MessageState::Received
            },
            sent_here: sender == OWN,
            envelope: EnvelopeId::new(envelope),
            text: Redacted(&format!("message {n}")),
            content: None,
            details: MessageDetails::default(),
        },
    )?;
    conversation::count_message(connection, conversation, sender != OWN, at)?;
    Ok(row)
}

fn database(folder: &Path) -> std::path::PathBuf {
    folder.join("history.sqlite")
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening_and_the_profile_is_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    assert!(matches!(
        profile::open(folder.path()),
        Err(StoreError::InUse)
    ));
    store
        .write(|connection| add(connection, 1, PEER, 50))
        .await
        .unwrap();
    let undone: Result<(), StoreError> = store
        .write(|connection| {
            add(connection, 2, PEER, 51)?;
            Err(StoreError::Value("the caller changed its mind"))
        })
        .await;
    assert!(undone.is_err());
    drop(store);

    let store = reopen(folder.path());
    let rows = store
        .read(|connection| message::after(connection, 1, 0, 10))
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].text.0, "message 1");
}

/// The former store's thread lets go of the file a moment after its last handle.
fn reopen(folder: &Path) -> Store {
    open_when_free(folder).unwrap()
}

fn until_free(folder: &Path) {
    let lock = std::fs::File::open(folder.join("profile.lock")).unwrap();
    lock.lock().unwrap();
}

fn open_when_free(folder: &Path) -> Result<Store, StoreError> {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        match profile::open(folder) {
            Err(StoreError::InUse) if std::time::Instant::now() < deadline => {
                std::thread::yield_now()
            }
            result => return result,
        }
    }
}

#[tokio::test]
async fn newer_and_damaged_files_are_refused_and_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    drop(profile::open(folder.path()).unwrap());
    let path = database(folder.path());
    until_free(folder.path());
    profile::raw(folder.path())
        .pragma_update(None, "user_version", 999)
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(
        open_when_free(folder.path()),
        Err(StoreError::Newer { found: 999, .. })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    for damage in [
        b"not a database at all, but a letter".repeat(40),
        before[..before.len() / 2].to_vec(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(database(folder.path()), &damage).unwrap();
        let refused = profile::open(folder.path());
        assert!(
            matches!(refused, Err(StoreError::Corrupt(_))),
            "{refused:?}"
        );
        assert_eq!(std::fs::read(database(folder.path())).unwrap(), damage);
    }
}

#[tokio::test]
async fn positions_are_unique_and_keep_each_senders_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let order = store
        .write(|connection| {
            add(connection, 1, PEER, 100)?;
            add(connection, 2, OTHER, 100)?;
            add(connection, 3, PEER, 100)?;
            // The server's clock went back: the sender's order holds all the same.
            add(connection, 4, PEER, 90)?;
            add(connection, 5, OTHER, 95)?;
            let rows = message::after(connection, 1, 0, 10)?;
            Ok::<_, StoreError>(
                rows.iter()
                    .map(|row| (row.id.as_bytes()[3], row.position))
                    .collect::<Vec<_>>(),
            )
        })
        .await
        .unwrap();
    assert_eq!(
        order,
        [
            (1, 100_000),
            (2, 100_001),
            (3, 100_002),
            (4, 100_003),
            (5, 100_004)
        ]
    );
}

#[tokio::test]
async fn unread_counts_follow_reading() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|connection| {
            for n in 0..5 {
                add_at(
                    connection,
                    n,
                    if n == 2 { OWN } else { PEER },
                    u64::from(n) * 10 + 1,
                    u64::from(n) + 1,
                )?;
            }
            let conversation = conversation_row(connection)?;
            let unread = |connection: &Connection| {
                conversation::by_row(connection, conversation).map(|row| row.unwrap().unread)
            };
            assert_eq!(unread(connection)?, 4);
            let told = |connection: &Connection| receipt::unreported(connection, 0, 9);
            assert!(conversation::mark_read(
                connection,
                conversation,
                20_000,
                OWN,
                true
            )?);
            assert!(told(connection)?.is_empty(), "read elsewhere is told there");
            assert_eq!(unread(connection)?, 2);
            assert!(
                !conversation::mark_read(connection, conversation, 10_000, OWN, true)?,
                "never back"
            );
            let first = message::first_unread(connection, conversation, 20_000, OWN)?.unwrap();
            assert_eq!(first.as_bytes()[3], 3);
            add(connection, 9, PEER, 5)?;
            assert!(conversation::mark_read(
                connection,
                conversation,
                31_000,
                OWN,
                false
            )?);
            assert_eq!(unread(connection)?, 2);
            let rows = told(connection)?;
            assert_eq!((rows.len(), rows[0].receipt_position), (1, 20_000));
            let mut read = receipt::messages(connection, &rows[0], OWN, 9)?;
            assert_eq!(read.len(), 1);
            assert_eq!(read.pop().map(|(position, _)| position), Some(31_000));
            assert!(conversation::mark_read(
                connection,
                conversation,
                41_001,
                OWN,
                true
            )?);
            assert_eq!(unread(connection)?, 0, "nothing of others is after it");
            let rows = told(connection)?;
            assert_eq!(rows[0].receipt_position, 20_000, "still to be told");
            receipt::set_position(connection, conversation, rows[0].read_position)?;
            assert!(told(connection)?.is_empty());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_shown_to_a_new_member_is_never_unread() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|connection| {
            let conversation = conversation_row(connection)?;
            receive(connection, 4, 40, 2000)?;
            receive(connection, 5, 50, 3000)?;
            let mut shown = Vec::new();
            for n in 1..=3 {
                shown.push(add(connection, n, PEER, u64::from(n) + 3100)?);
            }
            connection.execute("UPDATE conversation SET unread = 2", [])?;
            let first = |connection: &Connection| {
                let row = conversation::by_row(connection, conversation)?.unwrap();
                let first =
                    message::first_unread(connection, conversation, row.read_position, OWN)?;
                Ok::<_, StoreError>((row.unread, first.map(|id| id.as_bytes()[3])))
            };
            assert_eq!(first(connection)?, (2, Some(4)));
            let up_to = u64::MAX >> 1;
            let newest = message::newest_received(connection, conversation, 0, up_to, OWN)?;
            assert_eq!(newest.unwrap().1 / message::POSITIONS_PER_MS, 3_000);
            for row in shown {
                assert!(!message::is_unread(connection, row, OWN)?);
                let id = message::by_row(connection, row)?.unwrap().id;
                // Before what came by the mailbox, as it was written.
                connection.execute(
                    "UPDATE message SET position = ?2 WHERE message = ?1",
                    (row, 1_000_000 + i64::from(id.as_bytes()[3])),
                )?;
            }
            conversation::mark_read(connection, conversation, 2_000_999, OWN, true)?;
            assert_eq!(first(connection)?, (1, Some(5)));
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn the_outbox_keeps_order_and_sealed_bytes_until_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|connection| {
            let mut messages = Vec::new();
            for n in 1..=3 {
                let message = add(connection, n, OWN, 5)?;
                outbox::insert(
                    connection,
                    Some(message),
                    1,
                    EnvelopeId::new([n as u8; 16]),
                    b"content",
                )?;
                messages.push(message);
            }
            outbox::insert(connection, None, 1, EnvelopeId::new([9; 16]), b"control")?;
            let rows = outbox::oldest(connection, 1, 10)?;
            assert_eq!(
                rows.iter()
                    .filter_map(|row| row.message)
                    .collect::<Vec<_>>(),
                messages
            );
            assert_eq!(rows[3].message, None, "in order with the messages");
            outbox::set_sealed(connection, rows[0].outbox, Some(b"sealed"))?;
            outbox::set_failed(connection, rows[1].outbox, true)?;
            let rows = outbox::oldest(connection, 1, 10)?;
            assert_eq!(rows[0].sealed.as_deref(), Some(&b"sealed"[..]));
            assert_eq!(rows.len(), 3, "a failed one does not hold up the rest");
            outbox::remove(connection, rows[0].outbox)?;
            message::set_accepted(connection, messages[0], Timestamp::from_millis(9))?;
            assert_eq!(message::undelivered(connection, i64::MAX, 10)?.len(), 1);
            let at = Timestamp::from_millis(10);
            assert!(delivery::add(connection, messages[0], PEER, at)?);
            assert!(!delivery::add(connection, messages[0], PEER, at)?);
            let row = message::by_row(connection, messages[0])?.unwrap();
            assert_eq!(row.details.delivered, 1, "twice is once");
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn windows_are_read_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .read(|connection| {
            for order in ["position < ?2 ORDER BY position DESC", "position > ?2 ORDER BY position"] {
                let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM message WHERE conversation = ?1 AND {order} LIMIT 5");
                let plan: String = connection.query_row(&sql, [1, 1], |row| row.get(3))?;
                assert!(plan.contains("message_by_position (conversation=? AND position"), "{plan}");
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

/// Adds what the mailbox held at `sequence`, where it belongs.
fn receive(connection: &Connection, n: u32, sequence: u64, at_ms: u64) -> Result<(), StoreError> {
    receive_from(connection, n, PEER, sequence, at_ms)
}

fn receive_from(
    connection: &Connection,
    n: u32,
    sender: AccountId,
    sequence: u64,
    at_ms: u64,
) -> Result<(), StoreError> {
    let conversation = conversation_row(connection)?;
    let at = Timestamp::from_millis(at_ms);
    let position = message::mailbox_position(connection, conversation, sender, at, sequence)?;
    let row = add_at(connection, n, sender, at_ms, sequence)?;
    connection.execute(
        "UPDATE message SET position = ?2 WHERE message = ?1",
        (row, position),
    )?;
    Ok(())
}

#[tokio::test]
async fn late_messages_go_before_what_was_sent_later_whatever_the_clock_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let order = store
        .write(|connection| {
            // All in one millisecond, and the last first; somebody else's and a line about the sender stand between.
            receive(connection, 5, 50, 1000)?;
            let line = add_at(connection, 91, PEER, 3000, 0)?;
            connection.execute("UPDATE message SET kind = 4 WHERE message = ?1", [line])?;
            add(connection, 90, OWN, 999)?;
            receive(connection, 4, 40, 1000)?;
            receive(connection, 2, 20, 1000)?;
            receive(connection, 1, 10, 998)?;
            receive(connection, 3, 30, 1000)?;
            // A clock that was put back, and a server that counts anew, change nothing.
            receive(connection, 6, 60, 500)?;
            receive(connection, 7, 1, 2000)?;
            let conversation = conversation_row(connection)?;
            let rows = message::after(connection, conversation, 0, 100)?;
            let peers = rows
                .into_iter()
                .filter(|row| row.sender == PEER && row.kind == MessageKind::Text);
            Ok::<_, StoreError>(peers.map(|row| row.text.0).collect::<Vec<_>>())
        })
        .await
        .unwrap();
    let expected: Vec<_> = (1..=7).map(|n| format!("message {n}")).collect();
    assert_eq!(order, expected);
}

/// What this conversation shows of a person's, oldest first.
fn texts_of(connection: &Connection, sender: AccountId) -> Result<Vec<String>, StoreError> {
    let conversation = conversation_row(connection)?;
    let rows = message::after(connection, conversation, 0, 100)?;
    let rows = rows.into_iter().filter(|row| row.sender == sender);
    Ok(rows.map(|row| row.text.0).collect())
}

#[tokio::test]
async fn what_is_written_while_a_late_message_is_on_its_way_leaves_room_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let order = store
        .write(|connection| {
            receive(connection, 1, 1, 1000)?;
            let conversation = conversation_row(connection)?;
            let now = Timestamp::from_millis(990);
            for n in [91, 92] {
                let position = message::last_position(connection, conversation, now)?;
                let own = add(connection, n, OWN, 990)?;
                connection.execute(
                    "UPDATE message SET position = ?2 WHERE message = ?1",
                    (own, position),
                )?;
            }
            receive(connection, 3, 3, 1000)?;
            receive(connection, 2, 2, 1000)?;
            assert_eq!(texts_of(connection, OWN)?, ["message 91", "message 92"]);
            texts_of(connection, PEER)
        })
        .await
        .unwrap();
    assert_eq!(order, ["message 1", "message 2", "message 3"]);
}

#[tokio::test]
async fn what_is_brought_back_stands_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let order = store
        .write(|connection| {
            receive(connection, 1, 1, 1000)?;
            add(connection, 90, OTHER, 1000)?;
            receive(connection, 2, 2, 1000)?;
            let mut id = [0; 32];
            id[3] = 2;
            let hidden = message::get(connection, MessageId::new(id))?.unwrap();
            trash::put(connection, hidden.message, None, Timestamp::from_millis(9))?;
            receive(connection, 4, 4, 1000)?;
            receive(connection, 3, 3, 1000)?;
            let row = trash::get(connection, hidden.id)?.unwrap();
            trash::restore(connection, &row)?;
            let back = message::get(connection, hidden.id)?.unwrap();
            assert_eq!(back.position, hidden.position);
            texts_of(connection, PEER)
        })
        .await
        .unwrap();
    let expected: Vec<_> = (1..=4).map(|n| format!("message {n}")).collect();
    assert_eq!(order, expected);
}

#[tokio::test]
async fn what_another_device_gives_stands_where_it_stood_there_and_before_what_its_sender_wrote_later()
 {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|connection| {
            let conversation = conversation_row(connection)?;
            let given = |sender, wanted, next| {
                message::given_position(connection, conversation, sender, wanted, next)
            };
            assert_eq!(given(PEER, 5_000, None)?, 5_000, "where it stood");
            receive(connection, 1, 1, 5)?;
            let mut id = [0; 32];
            id[3] = 1;
            let later = message::get(connection, MessageId::new(id))?.unwrap();
            assert_eq!(given(PEER, later.position, None)?, later.position - 1);
            assert_eq!(
                given(PEER, 9_000, Some(later.position))?,
                later.position - 1
            );
            assert_eq!(given(OTHER, later.position, None)?, later.position + 1);
            // In the trash it keeps its place: it may be brought back.
            trash::put(connection, later.message, None, Timestamp::from_millis(9))?;
            assert_eq!(given(PEER, later.position, None)?, later.position - 1);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_shown_later_goes_before_what_its_sender_wrote_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let order = store
        .write(|connection| {
            let conversation = conversation_row(connection)?;
            receive(connection, 7, 70, 2000)?;
            receive(connection, 6, 60, 1000)?;
            // Shown, the last first: in one millisecond with what came from the mailbox, and long before.
            let mut next = None;
            for (n, at_ms) in [(5, 1000), (4, 1000), (3, 500), (2, 500)] {
                let at = Timestamp::from_millis(at_ms);
                let position = message::earlier_position(connection, conversation, PEER, at, next)?;
                let position = position.expect("room before what came later");
                let row = add_at(connection, n, PEER, at_ms, 0)?;
                connection.execute(
                    "UPDATE message SET position = ?2 WHERE message = ?1",
                    (row, position),
                )?;
                next = Some(position);
            }
            // Nothing of its sender's is later.
            let last = Timestamp::from_millis(3000);
            let none = message::earlier_position(connection, conversation, PEER, last, None)?;
            assert_eq!(none, None);
            let of_others = message::earlier_position(connection, conversation, OWN, last, None)?;
            assert_eq!(of_others, None);
            let rows = message::after(connection, conversation, 0, 100)?;
            Ok::<_, StoreError>(rows.into_iter().map(|row| row.text.0).collect::<Vec<_>>())
        })
        .await
        .unwrap();
    let expected: Vec<_> = (2..=7).map(|n| format!("message {n}")).collect();
    assert_eq!(order, expected);
}

/// Every order of five, by Heap's method.
fn orders_of_five() -> Vec<Vec<u32>> {
    fn orders(of: &mut Vec<u32>, len: usize, all: &mut Vec<Vec<u32>>) {
        if len <= 1 {
            all.push(of.clone());
            return;
        }
        for place in 0..len {
            orders(of, len - 1, all);
            of.swap(if len.is_multiple_of(2) { place } else { 0 }, len - 1);
        }
    }
    let mut all = Vec::new();
    orders(&mut (1..=5).collect(), 5, &mut all);
    assert_eq!(all.len(), 120);
    all
}

#[tokio::test]
async fn who_wrote_in_one_millisecond_stands_in_the_order_of_the_mailbox_on_every_device() {
    let third = AccountId::new([5; 32]);
    let senders = [PEER, OTHER, PEER, third, OTHER];
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    // Side by side, with some and with very much of other conversations between.
    for (block, step) in (1_u32..).zip([1_u64, 17, 5_000]) {
        for (round, order) in (0_u32..).zip(orders_of_five()) {
            let number = move |n: u32| block * 10_000 + round * 10 + n;
            let shown = store
                .write(move |connection| {
                    let at_ms = u64::from(number(0));
                    // What stands around it does not matter.
                    let is_odd = round % 2 == 1;
                    if is_odd {
                        receive_from(connection, number(8), third, at_ms * 100_000 - 1, at_ms - 1)?;
                        receive_from(
                            connection,
                            number(9),
                            third,
                            at_ms * 100_000 + 90_000,
                            at_ms + 1,
                        )?;
                    }
                    for &n in &order {
                        let sender = senders[n as usize - 1];
                        let sequence = at_ms * 100_000 + u64::from(n) * step;
                        receive_from(connection, number(n), sender, sequence, at_ms)?;
                    }
                    let conversation = conversation_row(connection)?;
                    // Page by page: nothing is read twice or passed over.
                    let mut below = u64::MAX >> 1;
                    let mut shown = Vec::new();
                    for _ in 0..if is_odd { 7 } else { 5 } {
                        let page = message::before(connection, conversation, below, 1)?;
                        below = page[0].position;
                        shown.insert(0, page[0].text.0.clone());
                    }
                    Ok::<_, StoreError>(shown)
                })
                .await
                .unwrap();
            let expected: Vec<u32> = match round % 2 {
                1 => vec![8, 1, 2, 3, 4, 5, 9],
                _ => (1..=5).collect(),
            };
            let expected = expected
                .into_iter()
                .map(|n| format!("message {}", number(n)));
            assert_eq!(
                shown,
                expected.collect::<Vec<_>>(),
                "step {step}, order {round}"
            );
        }
    }
}

#[tokio::test]
async fn neighbours_of_one_millisecond_find_their_places_in_any_order() {
    let all = orders_of_five();
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    for (round, order) in (0_u32..).zip(all) {
        let shown = store
            .write(move |connection| {
                for n in &order {
                    // The mailbox holds them side by side; each order has a millisecond of its own.
                    let sequence = u64::from(round * 10 + n);
                    receive(
                        connection,
                        round * 10 + n,
                        sequence,
                        1000 + u64::from(round),
                    )?;
                }
                let conversation = conversation_row(connection)?;
                let newest = message::before(connection, conversation, u64::MAX >> 1, 5)?;
                Ok::<_, StoreError>(newest.into_iter().map(|row| row.text.0).collect::<Vec<_>>())
            })
            .await
            .unwrap();
        let expected: Vec<_> = (1..=5)
            .map(|n| format!("message {}", round * 10 + n))
            .collect();
        assert_eq!(shown, expected, "order {round}");
    }
}
