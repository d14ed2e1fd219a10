//! Searching the whole history, on this device alone.
//!
//! # Context
//! People look for parts of words in any script, and expect the first results at each key that they type.
//! SQLite's FTS5 finds whole tokens; its own tokenizers know neither scripts without spaces nor parts of
//! words in the same index, and one of ours in C is out of the question.
//!
//! # Design
//! - A text is folded (`fold`), split into grams (`gram`), and these are the tokens of a contentless FTS5
//!   table that keeps neither text nor places. Triggers of the schema keep it in step with the messages, in
//!   the transaction that changes them (migration 003); the grams are computed by a function that each
//!   writing connection has.
//! - A query asks for the grams that its words must have. What the index names is checked on the text
//!   itself (`find`): so a hit is one, wherever the grams came from, and its places are known for the
//!   snippet.
//! - Rows of the index are numbered by day, so that it can be walked from the newest, to the first page and
//!   no further; filters by person, conversation and sort are tokens like others, dates are bounds.
//! - Histories from before the index, or folded by other rules, are added in the background, newest first.
//!
//! # Limits
//! A page checks 2,000 messages and then offers to go on. Relevance is compared within so many.

mod find;
mod fold;
mod gram;
mod index;
mod plain;
mod query;
mod snippet;

pub use find::{Cursor, CursorError, Filter, Hit, Order, Page, find};
pub use gram::Sort;
pub use index::{add_older, unindexed};
pub(crate) use index::{register, renew};
pub use query::{QUERY_LEN_MAX, Query, QueryError, TERMS_MAX};
pub use snippet::Piece;
