//! Stories of the search index: what is found, in which order, that it follows the messages, and that
//! nothing is left of what is removed.

mod profile;

use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::search::{self, Cursor, Filter, Order, Page, Query, Sort};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::{Connection, StoreError};

const OWN: AccountId = AccountId::new([1; 32]);
const PEER: AccountId = AccountId::new([2; 32]);
const DAY_MS: u64 = 86_400_000;

fn place(connection: &Connection, number: u8) -> Result<i64, StoreError> {
    let id = ConversationId::new([number; 16]);
    let kind = ConversationKind::Direct;
    let row = conversation::ensure(connection, id, kind, Some(PEER), Timestamp::from_millis(1))?;
    Ok(row.conversation)
}

fn bytes<const LEN: usize>(number: u32) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

struct Written<'a> {
    number: u32,
    place: u8,
    sender: AccountId,
    at: u64,
    kind: MessageKind,
    text: &'a str,
}

fn write(connection: &Connection, new: &Written<'_>) -> Result<i64, StoreError> {
    let conversation = place(connection, new.place)?;
    let at = Timestamp::from_millis(new.at);
    message::insert(
        connection,
        &NewMessage {
            id: MessageId::new(bytes(new.number)),
            conversation,
            position: new.at * message::POSITIONS_PER_MS + u64::from(new.number),
            sender: new.sender,
            sent_at: at,
            accepted_at: Some(at),
            sequence: 0,
            kind: new.kind,
            state: MessageState::Received,
            sent_here: false,
            envelope: EnvelopeId::new(bytes(new.number)),
            text: Redacted(new.text),
            content: None,
            details: MessageDetails::default(),
        },
    )
}

/// Adds a text of the peer's, a day after the one of the number before.
fn text(connection: &Connection, number: u32, text: &str) -> Result<i64, StoreError> {
    let new = Written {
        number,
        place: 9,
        sender: PEER,
        at: u64::from(number) * DAY_MS,
        kind: MessageKind::Text,
        text,
    };
    write(connection, &new)
}

fn page(
    connection: &Connection,
    query: &str,
    filter: &Filter,
    order: Order,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let query = Query::parse(query).unwrap();
    search::find(connection, &query, filter, order, cursor, limit)
}

fn numbers(page: &Page) -> Vec<u32> {
    let number =
        |hit: &search::Hit| u32::from_be_bytes(hit.row.id.as_bytes()[..4].try_into().unwrap());
    page.hits.iter().map(number).collect()
}

fn found(connection: &Connection, query: &str) -> Result<Vec<u32>, StoreError> {
    let page = page(
        connection,
        query,
        &Filter::default(),
        Order::Time,
        None,
        100,
    )?;
    Ok(numbers(&page))
}

/// Rows of the index itself.
fn postings(connection: &Connection) -> i64 {
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab(main, search, instance)",
        )
        .unwrap();
    connection
        .query_row("SELECT count(*) FROM temp.terms", [], |row| row.get(0))
        .unwrap()
}

async fn story<F>(work: F)
where
    F: FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
{
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store.write(|transaction| work(transaction)).await.unwrap();
}

#[tokio::test]
async fn parts_prefixes_and_several_words_in_any_script_are_found() {
    story(|connection| {
        text(connection, 1, "Shall we meet at the bridge?")?;
        text(connection, 2, "明天在东京大学见面")?;
        text(connection, 3, "Crème brûlée, don’t forget")?;
        text(connection, 4, "إلى المَدْرَسَة")?;
        text(connection, 5, "The bridges of Königsberg 👍🏽")?;
        for (query, numbers) in [
            ("BRIDGE", &[5, 1][..]),
            ("ridge meet", &[1]),
            ("br", &[5, 3, 1]),
            ("idg", &[5, 1]),
            ("k", &[5]),
            ("东京", &[2]),
            ("京", &[2]),
            ("大学见", &[2]),
            ("creme dont", &[3]),
            ("مدرسه", &[4]),
            ("👍", &[5]),
            ("\"the bridge\"", &[1]),
            ("bridge creme", &[]),
            ("nothing like it", &[]),
            ("\" OR NEAR(", &[]),
        ] {
            assert_eq!(found(connection, query)?, numbers, "{query}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_index_follows_edits_and_removals_and_keeps_nothing() {
    story(|connection| {
        let row = text(connection, 1, "the first wording")?;
        let id = message::by_row(connection, row)?.unwrap().id;
        assert_eq!(
            id,
            MessageId::new(bytes(1)),
            "the row number is the message's"
        );
        text(connection, 2, "another one")?;
        let update = "UPDATE message SET text = ?2 WHERE message = ?1";
        connection.execute(update, (row, "the second wording"))?;
        assert_eq!(found(connection, "first")?, [0; 0]);
        assert_eq!(found(connection, "second")?, [1]);
        connection.execute(update, (row, ""))?;
        assert_eq!(found(connection, "wording")?, [0; 0]);
        connection.execute(update, (row, "a third wording"))?;
        assert_eq!(found(connection, "wording")?, [1]);
        message::remove(connection, row)?;
        assert_eq!(found(connection, "wording")?, [0; 0]);
        connection.execute("DELETE FROM message", [])?;
        assert_eq!(
            postings(connection),
            0,
            "no gram is left of what is removed"
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_was_committed_before_leaves_the_pages_when_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    for number in 1..40 {
        store
            .write(move |transaction| text(transaction, number, &format!("xylophone {number}")))
            .await
            .unwrap();
    }
    let left = store
        .write(|transaction| {
            transaction.execute("DELETE FROM message WHERE message <> 7", [])?;
            Ok::<_, StoreError>(())
        })
        .await;
    left.unwrap();
    store
        .read(|connection| {
            assert_eq!(found(connection, "xylophone")?, [7]);
            // Eight grams, the first two letters, and the three filters.
            assert_eq!(postings(connection), 7 + 1 + 3);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn time_is_followed_also_where_old_messages_come_late() {
    story(|connection| {
        for number in [5, 1, 9, 3, 7] {
            text(connection, number, "again")?;
        }
        assert_eq!(found(connection, "again")?, [9, 7, 5, 3, 1]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_by_place_person_date_and_sort() {
    story(|connection| {
        let base = Written {
            number: 1,
            place: 9,
            sender: PEER,
            at: DAY_MS,
            kind: MessageKind::Text,
            text: "see https://pipit.example/a",
        };
        let mut two = Written { number: 2, ..base };
        (two.place, two.text) = (8, "see you");
        let mut three = Written { number: 3, ..base };
        (three.sender, three.at, three.text) = (OWN, 3 * DAY_MS, "I see");
        let mut four = Written { number: 4, ..base };
        (four.kind, four.text) = (MessageKind::System, "see.nothing");
        for new in [base, two, three, four] {
            write(connection, &new)?;
        }
        let own_place = place(connection, 9)?;
        let time = |ms| Some(Timestamp::from_millis(ms));
        type Set = fn(&mut Filter);
        let filters: [(Set, &[u32]); 5] = [
            (|_| {}, &[3, 2, 1]),
            (|filter| filter.sender = Some(OWN), &[3]),
            (|filter| filter.sort = Some(Sort::Link), &[1]),
            (|filter| filter.sort = Some(Sort::Kind(1)), &[3, 2, 1]),
            (|filter| filter.sort = Some(Sort::Kind(4)), &[]),
        ];
        for (set, expected) in filters {
            let mut filter = Filter::default();
            set(&mut filter);
            let found = page(connection, "see", &filter, Order::Time, None, 9)?;
            assert_eq!(numbers(&found), expected, "{filter:?}");
            filter.conversation = Some(own_place);
            let found = page(connection, "see", &filter, Order::Time, None, 9)?;
            let expected: Vec<_> = expected.iter().copied().filter(|n| *n != 2).collect();
            assert_eq!(numbers(&found), expected, "{filter:?}");
        }
        for (from, to, expected) in [
            (time(DAY_MS + 1), None, &[3][..]),
            (None, time(3 * DAY_MS), &[2, 1]),
            (time(DAY_MS), time(DAY_MS + 1), &[2, 1]),
            (time(9 * DAY_MS), time(u64::MAX), &[]),
        ] {
            let filter = Filter {
                from,
                to,
                ..Filter::default()
            };
            let found = page(connection, "see", &filter, Order::Time, None, 9)?;
            assert_eq!(numbers(&found), expected, "{filter:?}");
        }
        let links = Filter {
            sort: Some(Sort::Link),
            ..Filter::default()
        };
        let all = page(connection, "", &links, Order::Time, None, 9)?;
        assert_eq!(numbers(&all), [1], "a filter alone is a search");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_by_key_in_both_orders() {
    story(|connection| {
        let mut best = Vec::new();
        for number in 1..=50 {
            let is_best = number % 10 == 3;
            text(
                connection,
                number,
                if is_best {
                    "apple"
                } else {
                    "pineapples in a long text"
                },
            )?;
            if is_best {
                best.push(number);
            }
        }
        let mut late = 1000;
        for order in [Order::Time, Order::Relevance] {
            let (mut all, mut cursor) = (Vec::new(), None);
            loop {
                let page = page(connection, "apple", &Filter::default(), order, cursor, 7)?;
                all.extend(numbers(&page));
                let Some(next) = page.next else { break };
                let again: Cursor = next.to_string().parse().unwrap();
                assert_eq!(again, next);
                cursor = Some(next);
                // What comes meanwhile is not in the pages after.
                late += 1;
                text(connection, late, "apple")?;
            }
            if order == Order::Time {
                assert_eq!(all, (1..=50).rev().collect::<Vec<_>>());
            } else {
                // The ones that came during the pages of the other order are newer, and as good.
                let old: Vec<_> = all
                    .iter()
                    .copied()
                    .filter(|number| *number < 1000)
                    .collect();
                let best: Vec<_> = best.iter().copied().rev().collect();
                assert_eq!(&old[..5], &best[..]);
                assert_eq!(all[0], 1007);
                assert_eq!(all.len(), 50 + 7);
            }
            assert!("x".parse::<Cursor>().is_err() && "1-2".parse::<Cursor>().is_err());
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_search_that_finds_little_goes_on_in_pages() {
    story(|connection| {
        text(connection, 1, "quiz")?;
        for number in 2..3000 {
            text(connection, number, "another")?;
        }
        // One letter has no gram: everything is looked at, in bounded steps.
        let first = page(connection, "q", &Filter::default(), Order::Time, None, 10)?;
        assert_eq!(numbers(&first), [0; 0]);
        let second = page(
            connection,
            "q",
            &Filter::default(),
            Order::Time,
            first.next,
            10,
        )?;
        assert_eq!(numbers(&second), [1]);
        assert_eq!(second.next, None);
        Ok(())
    })
    .await;
}

fn slices(connection: &Connection) -> Result<usize, StoreError> {
    let mut count = 0;
    while search::add_older(connection, 3)? {
        count += 1;
    }
    Ok(count)
}

#[tokio::test]
async fn a_history_from_before_the_index_is_added_in_slices() {
    story(|connection| {
        for number in 1..=10 {
            text(connection, number, "old times")?;
        }
        connection.execute_batch(
            "INSERT INTO search (search) VALUES ('delete-all'); DELETE FROM search_entry;
             UPDATE search_state SET unindexed_below = 11",
        )?;
        text(connection, 11, "new times")?;
        assert_eq!(search::unindexed(connection)?, 10);
        assert_eq!(found(connection, "times")?, [11]);
        assert!(search::add_older(connection, 3)?);
        assert_eq!(
            found(connection, "times")?,
            [11, 10, 9, 8],
            "the newest first"
        );
        // Changed and removed before their turn.
        connection.execute(
            "UPDATE message SET text = 'other times' WHERE message = 2",
            [],
        )?;
        message::remove(connection, 3)?;
        assert_eq!(slices(connection)?, 2);
        assert_eq!(
            found(connection, "times")?,
            [11, 10, 9, 8, 7, 6, 5, 4, 2, 1]
        );
        assert_eq!(found(connection, "other")?, [2]);
        assert_eq!(search::unindexed(connection)?, 0);
        connection.execute("DELETE FROM message", [])?;
        assert_eq!(postings(connection), 0);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_history_folded_by_other_rules_is_indexed_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|transaction| text(transaction, 1, "kept"))
        .await
        .unwrap();
    drop(store);
    let lock = std::fs::File::open(folder.path().join("profile.lock")).unwrap();
    lock.lock().unwrap();
    profile::raw(folder.path())
        .execute("UPDATE search_state SET folding = 'former'", [])
        .unwrap();
    drop(lock);
    let store = profile::open(folder.path()).unwrap();
    store
        .write(|transaction| {
            assert_eq!(found(transaction, "kept")?, [0; 0]);
            assert_eq!(search::unindexed(transaction)?, 1);
            assert_eq!(slices(transaction)?, 1);
            assert_eq!(found(transaction, "kept")?, [1]);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn the_index_is_walked_and_not_sorted() {
    story(|connection| {
        let sql = "EXPLAIN QUERY PLAN SELECT rowid FROM search WHERE search MATCH ?3
                   AND rowid >= ?1 AND rowid <= ?2 ORDER BY rowid DESC";
        let mut statement = connection.prepare(sql)?;
        let plan: Vec<String> = statement
            .query_map((1, 2, "abc"), |row| row.get(3))?
            .collect::<Result<_, _>>()?;
        assert_eq!(plan.len(), 1, "{plan:?}");
        assert!(plan[0].contains("VIRTUAL TABLE INDEX"), "{plan:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_long_read_goes_on_beside_writing_and_ends_when_nobody_waits() {
    let folder = tempfile::tempdir().unwrap();
    let store = profile::open(folder.path()).unwrap();
    let write = async |number| {
        let added = store.write(move |transaction| text(transaction, number, "beside"));
        added.await.unwrap()
    };
    write(1).await;
    let (started, is_started) = tokio::sync::oneshot::channel();
    let (ended, is_ended) = tokio::sync::oneshot::channel();
    let endless = store.look(move |connection| {
        started.send(()).unwrap();
        let sql =
            "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";
        let result = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        ended.send(result.is_err()).unwrap();
        Ok::<_, StoreError>(())
    });
    tokio::select! {
        _ = endless => panic!("it has no end"),
        () = async {
            is_started.await.unwrap();
            write(2).await;
        } => {}
    }
    assert!(is_ended.await.unwrap(), "it was interrupted");
    let now = store.look(|connection| found(connection, "beside"));
    assert_eq!(now.await.unwrap(), [2, 1]);
    let refused = store.look(|connection| {
        connection.execute("DELETE FROM message", [])?;
        Ok::<_, StoreError>(())
    });
    assert!(refused.await.is_err(), "it only reads");
}
