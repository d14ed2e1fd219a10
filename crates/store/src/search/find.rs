//! Finding: the index names messages that may fit, newest day first; each is checked on its text. Pages
//! follow each other by key, and none looks at more than so many messages, however large the history.

use std::fmt;
use std::str::FromStr;

use pipit_domain::{AccountId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::fold::Folded;
use super::gram::{self, Sort};
use super::index::unindexed;
use super::plain::plain;
use super::query::{Match, Query};
use super::snippet::{Piece, snippet};
use crate::StoreError;
use crate::table::message::{self, MessageRow, POSITIONS_PER_MS};
use crate::table::number;

/// Messages that one page checks, at most; so many are read and folded in some 10 ms.
const CHECKED_MAX: usize = 2_000;
const MS_PER_DAY: u64 = 86_400_000;
/// Bits of an entry that number the messages of its day.
const DAY_BITS: u32 = 20;

/// What else a message has to be.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In this conversation (row number).
    pub conversation: Option<i64>,
    /// Of this person.
    pub sender: Option<AccountId>,
    /// Not before this, by the server's clock.
    pub from: Option<Timestamp>,
    /// Before this, by the server's clock.
    pub to: Option<Timestamp>,
    /// Of this sort.
    pub sort: Option<Sort>,
}

/// Which come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The newest; in a day, what came last.
    Time,
    /// The best of the newest 2,000 that fit, then the best of those before.
    Relevance,
}

/// Where the next page begins. As text it is for handing back, not for reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cursor {
    /// Only entries up to this.
    top: i64,
    /// In order of relevance: of those, what comes after this score and entry.
    after: Option<(f64, i64)>,
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not from a search's answer")]
pub struct CursorError;

/// A message that fits.
#[derive(Debug)]
pub struct Hit {
    /// The message.
    pub row: MessageRow,
    /// Part of its text.
    pub snippet: Vec<Piece>,
}

/// Some of the messages that fit.
#[derive(Debug)]
pub struct Page {
    /// The best first; there may be fewer than asked for, or none, and a next page all the same.
    pub hits: Vec<Hit>,
    /// More, when there may be more.
    pub next: Option<Cursor>,
    /// Older messages that are not in the index yet, at most.
    pub unindexed: u64,
}

/// Up to `limit` messages that fit.
///
/// # Errors
/// When the file cannot be read, or the statement was interrupted.
pub fn find(
    connection: &Connection,
    query: &Query,
    filter: &Filter,
    order: Order,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    // New messages do not move what the next pages hold.
    let top = cursor.map_or_else(|| newest(connection), |cursor| Ok(cursor.top))?;
    let want = match order {
        Order::Time => limit,
        Order::Relevance => CHECKED_MAX,
    };
    let mut walk = Walk::new(connection, query, filter);
    walk.go(top, want)?;
    let Walk {
        mut found, stopped, ..
    } = walk;
    let mut next = stopped.map(|top| Cursor { top, after: None });
    if order == Order::Relevance {
        rank(&mut found, cursor.and_then(|cursor| cursor.after));
        if found.len() > limit {
            found.truncate(limit);
            let last = found.last().map(|last| (last.score, last.entry));
            next = last.map(|after| Cursor {
                top,
                after: Some(after),
            });
        }
    }
    let hits = found
        .into_iter()
        .map(|candidate| {
            let row = message::by_row(connection, candidate.message)?
                .ok_or(StoreError::Value("search_entry"))?;
            let snippet = snippet(&candidate.text, &candidate.fit.ranges);
            Ok(Hit { row, snippet })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page {
        hits,
        next,
        unindexed: unindexed(connection)?,
    })
}

fn newest(connection: &Connection) -> Result<i64, StoreError> {
    let newest: Option<i64> = connection
        .prepare_cached("SELECT max(entry) FROM search_entry")?
        .query_row([], |row| row.get(0))?;
    Ok(newest.unwrap_or(0))
}

/// The best first, the newest of equals first; only what comes after the page before.
fn rank(found: &mut Vec<Candidate>, after: Option<(f64, i64)>) {
    found.sort_by(|one, other| {
        let by_score = other.score.total_cmp(&one.score);
        by_score.then(other.entry.cmp(&one.entry))
    });
    if let Some((score, entry)) = after {
        found.retain(|candidate| {
            let by_score = score.total_cmp(&candidate.score);
            by_score.then(entry.cmp(&candidate.entry)).is_gt()
        });
    }
}

/// A message that fits, while the page is put together.
struct Candidate {
    entry: i64,
    message: i64,
    text: String,
    fit: Match,
    score: f64,
}

struct Walk<'a> {
    connection: &'a Connection,
    query: &'a Query,
    filter: &'a Filter,
    found: Vec<Candidate>,
    /// The entry to go on from.
    stopped: Option<i64>,
}

impl<'a> Walk<'a> {
    fn new(connection: &'a Connection, query: &'a Query, filter: &'a Filter) -> Self {
        Self {
            connection,
            query,
            filter,
            found: Vec::new(),
            stopped: None,
        }
    }

    /// Checks what the index names from `top` down, until `want` fit or enough were checked.
    fn go(&mut self, top: i64, want: usize) -> Result<(), StoreError> {
        let (low, high) = self.bounds();
        let mut values = vec![Value::from(low), Value::from(high.min(top))];
        let tokens = self.tokens();
        let sql = if tokens.is_empty() {
            "SELECT entry FROM search_entry WHERE entry >= ?1 AND entry <= ?2 ORDER BY entry DESC"
        } else {
            values.push(Value::from(expression(&tokens)));
            "SELECT rowid FROM search WHERE search MATCH ?3 AND rowid >= ?1 AND rowid <= ?2
             ORDER BY rowid DESC"
        };
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut checked = 0;
        while let Some(row) = rows.next()? {
            let entry: i64 = row.get(0)?;
            if self.found.len() == want || checked == CHECKED_MAX {
                self.stopped = Some(entry);
                break;
            }
            checked += 1;
            self.check(entry)?;
        }
        Ok(())
    }

    fn check(&mut self, entry: i64) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT message.message, text, position, conversation, sender
             FROM search_entry JOIN message ON message.message = search_entry.message WHERE entry = ?1",
        )?;
        let mut rows = statement.query([entry])?;
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        let position: u64 = row.get(2)?;
        let at = |time: Timestamp| time.as_millis().saturating_mul(POSITIONS_PER_MS);
        let filter = self.filter;
        let is_place = filter
            .conversation
            .is_none_or(|place| row.get(3) == Ok(place));
        let sender = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
        let is_sender = filter
            .sender
            .is_none_or(|wanted| wanted.as_bytes() == sender);
        let is_time = filter.from.is_none_or(|from| position >= at(from))
            && filter.to.is_none_or(|to| position < at(to));
        if !(is_place && is_sender && is_time) {
            return Ok(());
        }
        let text = plain(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
        if let Some(fit) = self.query.find(&Folded::new(&text)) {
            self.found.push(Candidate {
                entry,
                message: row.get(0)?,
                score: score(&fit),
                text: text.into_owned(),
                fit,
            });
        }
        Ok(())
    }

    /// Entries of the days that the filter spans.
    fn bounds(&self) -> (i64, i64) {
        let day = |time: Timestamp| number(time.as_millis() / MS_PER_DAY).min(i64::MAX >> DAY_BITS);
        let low = self.filter.from.map_or(0, |from| day(from) << DAY_BITS);
        let high = self.filter.to.map_or(i64::MAX, |to| {
            (day(to) << DAY_BITS).saturating_add((1 << DAY_BITS) - 1)
        });
        (low, high)
    }

    fn tokens(&self) -> Vec<String> {
        let mut tokens = self.query.grams();
        tokens.extend(self.filter.conversation.map(gram::of_conversation));
        tokens.extend(self.filter.sender.map(gram::of_sender));
        tokens.extend(self.filter.sort.map(gram::of_sort));
        tokens
    }
}

/// All tokens, each quoted: nothing in them is an operator.
fn expression(tokens: &[String]) -> String {
    let quoted: Vec<String> = tokens.iter().map(|token| format!("\"{token}\"")).collect();
    quoted.join(" AND ")
}

/// As BM25 weighs a term's occurrences against the length of the text; how rare a term is plays no part,
/// for each text has all of them.
fn score(fit: &Match) -> f64 {
    const SATURATION: f64 = 1.2;
    const LENGTH: f64 = 0.75;
    const WORDS_USUAL: f64 = 12.0;
    let words = f64::from(u32::try_from(fit.word_count).unwrap_or(u32::MAX));
    let norm = SATURATION * (1.0 - LENGTH + LENGTH * words / WORDS_USUAL);
    let of_term = |weight: f64| weight * (SATURATION + 1.0) / (weight + norm);
    fit.fits.iter().map(|fit| of_term(fit.weight)).sum()
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.top)?;
        match self.after {
            Some((score, entry)) => write!(f, "-{:x}-{entry:x}", score.to_bits()),
            None => Ok(()),
        }
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let entry = |text: &str| i64::from_str_radix(text, 16).map_err(|_| CursorError);
        let mut parts = text.split('-');
        let top = entry(parts.next().unwrap_or_default())?;
        let after = match (parts.next(), parts.next(), parts.next()) {
            (None, None, None) => None,
            (Some(score), Some(after), None) => {
                let score = u64::from_str_radix(score, 16).map_err(|_| CursorError)?;
                Some((f64::from_bits(score), entry(after)?))
            }
            _ => return Err(CursorError),
        };
        Ok(Self { top, after })
    }
}
