//! What searching, opening conversations and writing cost as the history grows: `cargo bench -p
//! pipit-store`.
//!
//! Histories of 10,000, 100,000 and 1,000,000 messages, made up: 2,000 conversations, a fifth of all
//! messages in one of them, words as unevenly used as in any language, one message in ten Chinese. The
//! sizes of text and index are printed first. Unlocking, opening and searching are measured on an encrypted
//! and on a plain copy as well. `PIPIT_BENCH_MESSAGES=10000,100000` measures fewer.

#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

#[path = "history/made_up.rs"]
mod made_up;

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use made_up::{History, OWN, Twins};
use pipit_domain::Timestamp;
use pipit_store::search::{self, Filter, Order, Query};
use pipit_store::table::{conversation, message};
use pipit_store::{Connection, StoreError};

/// Hits and rows that a screen asks for at once.
const PAGE_LEN: usize = 50;

fn sizes() -> Vec<u64> {
    let given = std::env::var("PIPIT_BENCH_MESSAGES").ok();
    given.map_or_else(
        || vec![10_000, 100_000, 1_000_000],
        |given| {
            let sizes = given.split(',').filter_map(|size| size.parse().ok());
            sizes.collect()
        },
    )
}

fn find(
    connection: &Connection,
    typed: &str,
    filter: &Filter,
    order: Order,
) -> Result<usize, StoreError> {
    let query = Query::parse(typed).expect("a query");
    let page = search::find(connection, &query, filter, order, None, PAGE_LEN)?;
    Ok(page.hits.len())
}

/// Measures reading on the store's own connections, without the way there and back.
fn measure<F>(criterion: &mut Criterion, history: &History, name: &str, work: F)
where
    F: Fn(&Connection) -> Result<usize, StoreError> + Clone + Send + 'static,
{
    let name = format!("{name}, {} messages", history.count);
    criterion.bench_function(&name, |bencher| {
        bencher.iter_custom(|times| {
            let work = work.clone();
            history.look(move |connection| {
                let started = Instant::now();
                for _ in 0..times {
                    work(connection)?;
                }
                Ok(started.elapsed())
            })
        });
    });
}

fn searching(criterion: &mut Criterion, history: &History) {
    let everywhere = Filter::default();
    let in_one = Filter {
        conversation: Some(history.largest),
        ..Filter::default()
    };
    let of_one = Filter {
        sender: Some(made_up::account(1)),
        to: Some(Timestamp::from_millis(made_up::MIDDLE_MS)),
        ..Filter::default()
    };
    // By how often they are used.
    let word = |rank: usize| history.words[rank].clone();
    let inside = word(300).chars().skip(1).collect();
    let two_letters = word(40).chars().take(2).collect();
    let three = format!("{} {} {}", word(2), word(40), word(900));
    let none = format!("{}{}", word(301), word(302));
    for (name, typed, filter, order) in [
        ("a frequent word", word(3), &everywhere, Order::Time),
        ("a rare word", word(20_000), &everywhere, Order::Time),
        ("part of a word", inside, &everywhere, Order::Time),
        ("one letter", "k".to_owned(), &everywhere, Order::Time),
        ("two letters", two_letters, &everywhere, Order::Time),
        ("Chinese", "乾坤".to_owned(), &everywhere, Order::Time),
        ("three words", three, &everywhere, Order::Time),
        ("nothing", none, &everywhere, Order::Time),
        ("by relevance", word(3), &everywhere, Order::Relevance),
        ("in one chat", word(500), &in_one, Order::Time),
        (
            "of one person, in the first half",
            word(3),
            &of_one,
            Order::Time,
        ),
    ] {
        let filter = filter.clone();
        let work = move |connection: &Connection| find(connection, &typed, &filter, order);
        let first = work.clone();
        let (hits, took) = history.look(move |connection| {
            let started = Instant::now();
            Ok((first(connection)?, started.elapsed()))
        });
        println!("search {name}: {hits} hits on the first page, {took:.1?} the first time");
        measure(criterion, history, &format!("search {name}"), work);
    }
}

/// What the chat list asks for.
fn list(connection: &Connection) -> Result<usize, StoreError> {
    let rows = conversation::list(connection)?;
    for row in &rows {
        message::newest(connection, row.conversation)?;
        if row.unread > 0 {
            message::first_unread(connection, row.conversation, row.read_position, OWN)?;
        }
    }
    Ok(rows.len())
}

fn reading(criterion: &mut Criterion, history: &History) {
    let place = history.largest;
    let middle = made_up::MIDDLE_MS * message::POSITIONS_PER_MS;
    measure(
        criterion,
        history,
        "open the largest chat",
        move |connection| Ok(message::before(connection, place, u64::MAX, PAGE_LEN)?.len()),
    );
    measure(
        criterion,
        history,
        "jump to a date in it",
        move |connection| {
            let above = message::before(connection, place, middle, PAGE_LEN / 2)?;
            Ok(above.len() + message::after(connection, place, middle, PAGE_LEN / 2)?.len())
        },
    );
    measure(
        criterion,
        history,
        "first unread in it",
        move |connection| {
            let row = conversation::by_row(connection, place)?;
            let read = row.map_or(0, |row| row.read_position);
            Ok(usize::from(
                message::first_unread(connection, place, read, OWN)?.is_some(),
            ))
        },
    );
    measure(criterion, history, "list 2,000 chats", list);
}

/// The same file encrypted and plain: what encryption costs.
fn encryption(criterion: &mut Criterion, history: &History) {
    let twins = history.twins();
    let place = history.largest;
    let (frequent, rare) = (history.words[3].clone(), history.words[20_000].clone());
    let open = |connection: &Connection| {
        let rows = message::before(connection, place, u64::MAX, PAGE_LEN);
        rows.expect("the newest messages").len()
    };
    let everywhere = Filter::default();
    for (kind, file, is_sealed) in [
        ("encrypted", &twins.sealed, true),
        ("plain", &twins.plain, false),
    ] {
        let count = history.count;
        criterion.bench_function(
            &format!("{kind}: unlock and open the largest chat, {count} messages"),
            |bencher| {
                bencher.iter(|| {
                    let connection = Twins::open(file, is_sealed).expect("the history");
                    open(&connection)
                });
            },
        );
        let connection = Twins::open(file, is_sealed).expect("the history");
        criterion.bench_function(
            &format!("{kind}: open the largest chat, {count} messages"),
            |bencher| bencher.iter(|| open(&connection)),
        );
        for (name, typed) in [("frequent", &frequent), ("rare", &rare)] {
            criterion.bench_function(
                &format!("{kind}: search a {name} word, {count} messages"),
                |bencher| {
                    bencher
                        .iter(|| find(&connection, typed, &everywhere, Order::Time).expect("hits"));
                },
            );
        }
    }
}

fn writing(criterion: &mut Criterion, history: &mut History) {
    let count = history.count;
    for (name, is_indexed) in [
        ("add a message", true),
        ("add one that is not indexed", false),
    ] {
        criterion.bench_function(&format!("{name}, {count} messages"), |bencher| {
            bencher.iter_custom(|times| {
                let started = Instant::now();
                for _ in 0..times {
                    history.add(is_indexed);
                }
                started.elapsed()
            });
        });
    }
    criterion.bench_function(&format!("mark 20 as read, {count} messages"), |bencher| {
        bencher.iter_custom(|times| history.mark_read(times));
    });
    criterion.bench_function(&format!("remove a message, {count} messages"), |bencher| {
        bencher.iter_custom(|times| history.remove(times));
    });
}

fn history(criterion: &mut Criterion) {
    for count in sizes() {
        let started = Instant::now();
        let mut history = History::new(count);
        println!("\n{count} messages: written in {:.1?}", started.elapsed());
        history.print_sizes();
        searching(criterion, &history);
        reading(criterion, &history);
        encryption(criterion, &history);
        writing(criterion, &mut history);
    }
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! { name = benches; config = short(); targets = history }
criterion_main!(benches);
