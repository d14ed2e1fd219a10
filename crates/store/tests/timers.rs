//! Clocks of disappearing messages, and that what is asked often never walks the history.

mod profile;

use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::timer;
use pipit_store::{Connection, StoreError};

const PEER: AccountId = AccountId::new([2; 32]);

fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// A message of the peer's at a position, with a timer of so many seconds.
fn add(connection: &Connection, n: u8, timer: Option<u32>) -> Result<i64, StoreError> {
    let id = ConversationId::new([3; 16]);
    let kind = ConversationKind::Direct;
    let place = conversation::ensure(connection, id, kind, Some(PEER), at(1))?;
    message::insert(
        connection,
        &NewMessage {
            id: MessageId::new([n; 32]),
            conversation: place.conversation,
            position: n.into(),
            sender: PEER,
            sent_at: at(1),
            accepted_at: Some(at(1)),
            sequence: n.into(),
            kind: MessageKind::Text,
            state: MessageState::Received,
            sent_here: false,
            envelope: EnvelopeId::new([n; 16]),
            text: Redacted("soon gone"),
            content: None,
            details: MessageDetails {
                timer,
                ..MessageDetails::default()
            },
        },
    )
}

#[tokio::test]
async fn a_clock_starts_once_and_ends_in_the_order_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|connection| {
            let long = add(connection, 1, Some(60))?;
            add(connection, 2, None)?;
            let short = add(connection, 3, Some(5))?;
            add(connection, 4, Some(5))?;
            assert_eq!(timer::start(connection, 1, 3, at(1000))?, [long, short]);
            assert!(timer::start(connection, 1, 3, at(9000))?.is_empty());
            assert_eq!(timer::next(connection)?, Some(at(6000)));
            assert!(timer::expired(connection, at(5999), 9)?.is_empty());
            let rows = timer::expired(connection, at(61_000), 9)?;
            let gone: Vec<_> = rows.iter().map(|row| row.message).collect();
            assert_eq!(gone, [short, long]);
            assert!(rows[0].is_unread, "nothing was marked as read");
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn clocks_mentions_and_reports_are_found_by_their_own_indices() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let plans = [
        (
            "UPDATE message SET expires_at = 1 WHERE conversation = 1 AND position <= 2
                 AND timer IS NOT NULL AND expires_at IS NULL AND state = 5",
            "message_timed (conversation=? AND position<?)",
        ),
        (
            "SELECT 1 FROM message WHERE expires_at <= 1 ORDER BY expires_at LIMIT 2",
            "message_expiring (expires_at<?)",
        ),
        (
            "SELECT 1 FROM message WHERE conversation = 1 AND position > 2 AND mentions_me = 1 LIMIT 3",
            "message_mentions (conversation=? AND position>?)",
        ),
        (
            "SELECT message FROM message WHERE kind = 3 AND message > 1 ORDER BY message LIMIT 2",
            "message_newer (message>?)",
        ),
        (
            "SELECT conversation FROM conversation
             WHERE receipt_position < read_position AND conversation > 1 ORDER BY conversation LIMIT 2",
            "conversation_unreported (conversation>?)",
        ),
    ];
    store
        .read(move |connection| {
            for (query, index) in plans {
                let sql = format!("EXPLAIN QUERY PLAN {query}");
                let plan: String = connection.query_row(&sql, [], |row| row.get(3))?;
                assert!(plan.contains(index), "{plan}");
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}
