//! What is done to messages: counts, texts, reactions, and what goes with a message.

mod profile;

use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::pending::{self, PendingRow};
use pipit_store::table::{delivery, edit, opened, reaction, trash};
use pipit_store::{Connection, StoreError};

const OWN: AccountId = AccountId::new([1; 32]);

fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn id(n: u8) -> MessageId {
    MessageId::new([n; 32])
}

fn text(id: MessageId, at: Timestamp, text: &str) -> edit::EditRow {
    edit::EditRow {
        id,
        at,
        revision: 0,
        text: Redacted(text.to_owned()),
    }
}

fn account(n: u8) -> AccountId {
    AccountId::new([n; 32])
}

/// A sent message of the own account to so many others.
fn add(connection: &Connection, n: u8, recipients: u64) -> Result<i64, StoreError> {
    let place = conversation::ensure(
        connection,
        ConversationId::new([3; 16]),
        ConversationKind::Group,
        None,
        at(1),
    )?;
    message::insert(
        connection,
        &NewMessage {
            id: id(n),
            conversation: place.conversation,
            position: u64::from(n),
            sender: OWN,
            sent_at: at(1),
            accepted_at: None,
            sequence: 0,
            kind: MessageKind::Text,
            state: MessageState::Queued,
            sent_here: true,
            envelope: EnvelopeId::new([n; 16]),
            text: Redacted("first"),
            content: None,
            details: MessageDetails {
                recipients,
                ..MessageDetails::default()
            },
        },
    )
}

async fn with_store(work: fn(&Connection) -> Result<(), StoreError>) {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(move |transaction| work(transaction))
        .await
        .unwrap();
}

fn sent(connection: &Connection, message: i64) -> Result<delivery::Sent, StoreError> {
    let row = message::by_row(connection, message)?.unwrap();
    Ok(delivery::Sent {
        message,
        conversation: row.conversation,
        position: row.position,
        own: OWN,
    })
}

fn state(connection: &Connection, message: i64) -> Result<MessageState, StoreError> {
    Ok(message::by_row(connection, message)?.unwrap().state)
}

#[tokio::test]
async fn a_message_moves_on_when_all_others_have_it_and_have_read_it() {
    with_store(|connection| {
        let message = add(connection, 1, 2)?;
        delivery::add(connection, message, account(5), at(3))?;
        assert_eq!(state(connection, message)?, MessageState::Queued);
        message::set_accepted(connection, message, at(4))?;
        delivery::advance(connection, message)?;
        assert_eq!(state(connection, message)?, MessageState::Accepted);
        // Who has read it has it.
        assert!(delivery::add_read(connection, message, account(6), at(5))?);
        assert!(!delivery::add_read(connection, message, account(6), at(9))?);
        assert_eq!(state(connection, message)?, MessageState::Delivered);
        assert!(delivery::add_read(connection, message, account(5), at(6))?);
        assert_eq!(state(connection, message)?, MessageState::Read);
        let row = message::by_row(connection, message)?.unwrap();
        assert_eq!((row.details.delivered, row.details.read), (2, 2));
        let known = delivery::page(connection, &sent(connection, message)?, None, 10)?;
        let times: Vec<_> = known
            .iter()
            .map(|row| (row.delivered_at, row.read_at))
            .collect();
        assert_eq!(
            times,
            [(Some(at(3)), Some(at(6))), (Some(at(5)), Some(at(5)))]
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn texts_are_listed_by_their_time_and_a_hundred_are_kept_with_the_first() {
    with_store(|connection| {
        let message = add(connection, 1, 1)?;
        edit::put(connection, message, &text(id(1), at(0), "first"))?;
        edit::put(connection, message, &text(id(3), at(30), "third"))?;
        edit::put(connection, message, &text(id(2), at(20), "second"))?;
        // The server's time comes later, and counts.
        edit::put(connection, message, &text(id(3), at(10), "third"))?;
        let texts: Vec<_> = edit::list(connection, message)?
            .into_iter()
            .map(|row| row.text.0)
            .collect();
        assert_eq!(texts, ["first", "third", "second"]);
        // Of two in one millisecond the one that knew the other is the later, whatever their ids.
        let mut after = text(id(240), at(40), "after");
        after.revision = 9;
        let mut before = text(id(250), at(40), "before");
        before.revision = 8;
        let other = add(connection, 90, 1)?;
        edit::put(connection, other, &after)?;
        edit::put(connection, other, &before)?;
        assert_eq!(edit::list(connection, other)?[1].text.0, "after");
        for n in 10..150 {
            edit::put(connection, message, &text(id(n), at(n.into()), "more"))?;
        }
        let texts = edit::list(connection, message)?;
        assert_eq!((texts.len(), texts[0].id), (100, id(1)));
        assert_eq!(texts[1].at, at(51));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn reactions_count_people_and_not_reactions() {
    with_store(|connection| {
        let message = add(connection, 1, 1)?;
        reaction::put(connection, message, id(2), account(5), "👍", at(2))?;
        // From two devices at once: one person still.
        reaction::put(connection, message, id(3), OWN, "❤️", at(3))?;
        reaction::put(connection, message, id(4), OWN, "❤️", at(4))?;
        reaction::put(connection, message, id(5), account(6), "👍", at(5))?;
        let counts = reaction::counts(connection, message, OWN, 10)?;
        let counts: Vec<_> = counts
            .iter()
            .map(|row| (&row.emoji[..], row.count, row.is_own))
            .collect();
        assert_eq!(counts, [("👍", 2, false), ("❤️", 1, true)]);
        assert_eq!(reaction::ids(connection, message, OWN, "❤️")?.len(), 2);
        assert_eq!(reaction::message(connection, id(3), account(5))?, None);
        assert_eq!(reaction::message(connection, id(3), OWN)?, Some(message));
        reaction::remove(connection, id(3))?;
        assert_eq!(
            reaction::accounts(connection, message, "❤️", account(6), 5)?,
            [OWN]
        );
        for n in 100..200 {
            let emoji = format!("{n}");
            reaction::put(connection, message, id(n), account(9), &emoji, at(9))?;
        }
        assert_eq!(reaction::counts(connection, message, OWN, 99)?.len(), 22);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_message_is_taken_once_in_order_and_bounded() {
    with_store(|connection| {
        let waiting = |n: u64| PendingRow {
            sender: OWN,
            at: at(n),
            content: Redacted(vec![]),
        };
        for n in 0..1100 {
            pending::insert(connection, 1, id(7), &waiting(n))?;
        }
        pending::insert(connection, 2, id(7), &waiting(5))?;
        let taken = pending::take(connection, 1, id(7))?;
        assert_eq!((taken.len(), taken[0].at), (1000, at(100)));
        assert!(pending::take(connection, 1, id(7))?.is_empty());
        assert_eq!(pending::take(connection, 2, id(7))?.len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_removed_or_erased_message_is_left() {
    with_store(|connection| {
        for (n, is_removed) in [(1, true), (50, false)] {
            let message = add(connection, n, 1)?;
            edit::put(connection, message, &text(id(n), at(0), "first"))?;
            reaction::put(connection, message, id(n + 1), OWN, "👍", at(2))?;
            delivery::add(connection, message, account(5), at(3))?;
            let sent = sent(connection, message)?;
            if is_removed {
                message::remove(connection, message)?;
                assert!(delivery::page(connection, &sent, None, 9)?.is_empty());
            } else {
                message::erase(connection, message)?;
                let row = message::by_row(connection, message)?.unwrap();
                assert_eq!((row.kind, &row.text.0[..]), (MessageKind::Deleted, ""));
            }
            assert!(edit::list(connection, message)?.is_empty());
            assert!(reaction::counts(connection, message, OWN, 9)?.is_empty());
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_message_was_sent_to_who_was_in_then_and_is_listed_in_pages() {
    with_store(|connection| {
        let place = ConversationId::new([3; 16]);
        let kind = ConversationKind::Group;
        let row = conversation::ensure(connection, place, kind, None, at(1))?.conversation;
        for n in [5, 6, 7] {
            group_member::set(connection, row, account(n), Standing::In)?;
        }
        group_member::set(connection, row, OWN, Standing::In)?;
        let message = add(connection, 1, 3)?;
        // One comes later; one who has it goes.
        group_member::set(connection, row, account(8), Standing::In)?;
        delivery::add(connection, message, account(6), at(3))?;
        group_member::remove(connection, row, account(6))?;
        delivery::add_read(connection, message, account(7), at(4))?;
        let sent = sent(connection, message)?;
        let page = delivery::page(connection, &sent, None, 2)?;
        let accounts = |rows: &[delivery::DeliveryRow]| {
            rows.iter()
                .map(|row| (row.account, row.has_it, row.read_at))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            accounts(&page),
            [(account(5), false, None), (account(6), true, None)]
        );
        let page = delivery::page(connection, &sent, Some(account(6)), 2)?;
        assert_eq!(accounts(&page), [(account(7), true, Some(at(4)))]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_for_oneself_comes_back_whole_or_goes_whole() {
    with_store(|connection| {
        let message = add(connection, 1, 1)?;
        let place = message::by_row(connection, message)?.unwrap().conversation;
        edit::put(connection, message, &text(id(7), at(5), "second"))?;
        trash::put(connection, message, Some(b"to be sent"), at(100))?;
        assert!(message::get(connection, id(1))?.is_none());
        let later = PendingRow {
            sender: OWN,
            at: at(6),
            content: Redacted(vec![1]),
        };
        pending::insert(connection, place, id(1), &later)?;
        assert_eq!(trash::empty(connection, at(99), 10)?, 0);
        assert_eq!(trash::next_end(connection)?, Some(at(100)));

        let row = trash::get(connection, id(1))?.unwrap();
        assert_eq!(row.waiting.as_ref().unwrap().0, b"to be sent");
        // Its place was taken meanwhile.
        let other = add(connection, 2, 1)?;
        connection.execute(
            "UPDATE message SET position = ?1 WHERE message = ?2",
            (row.position, other),
        )?;
        trash::restore(connection, &row)?;
        let back = message::get(connection, id(1))?.unwrap();
        assert_eq!(back.message, message);
        assert_eq!(back.position, row.position + 1);
        assert_eq!(back.text.0, "first");
        assert_eq!(edit::list(connection, message)?.len(), 1);
        assert!(trash::get(connection, id(1))?.is_none());

        message::set_accepted(connection, message, at(40))?;
        trash::put(connection, message, None, at(100))?;
        let envelope = back.envelope;
        let here = trash::by_envelope(connection, envelope)?;
        assert_eq!(here, Some((message, OWN)));
        delivery::add(connection, message, account(2), at(50))?;
        let row = trash::get(connection, id(1))?.unwrap();
        trash::restore(connection, &row)?;
        let back = message::get(connection, id(1))?.unwrap();
        assert_eq!(
            (back.state, back.details.delivered),
            (MessageState::Delivered, 1)
        );
        assert_eq!(trash::by_envelope(connection, envelope)?, None);

        trash::put(connection, message, None, at(100))?;
        assert_eq!(trash::empty(connection, at(100), 10)?, 1);
        assert!(edit::list(connection, message)?.is_empty());
        assert!(pending::take(connection, place, id(1))?.is_empty());
        assert_eq!(trash::next_end(connection)?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_was_opened_is_known_by_sequence_and_envelope_and_the_newest_are_kept() {
    with_store(|connection| {
        let envelope = |n: u8| EnvelopeId::new([n; 16]);
        for sequence in 1..=300 {
            opened::put(connection, sequence, envelope(7))?;
            opened::forget_old(connection)?;
        }
        opened::put(connection, 300, envelope(8))?;
        assert!(opened::has(connection, 300, envelope(8))?);
        assert!(!opened::has(connection, 300, envelope(7))?, "counted anew");
        assert!(opened::has(connection, 299, envelope(7))?);
        assert!(opened::has(connection, 45, envelope(7))?);
        assert!(!opened::has(connection, 44, envelope(7))?);
        Ok(())
    })
    .await;
}
