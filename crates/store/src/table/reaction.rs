//! Reactions to messages. Each is known by its own id and taken back by it, so that devices which hear of
//! them in different orders agree in the end.

use pipit_domain::{AccountId, MessageId, Timestamp};
use rusqlite::{Connection, params};

use super::{found, id, number};
use crate::StoreError;

/// Different emoji of one account on one message: more are not taken.
const EMOJI_OF_ACCOUNT_MAX: u64 = 20;

/// How often one emoji stands beside a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionCount {
    /// The emoji.
    pub emoji: String,
    /// Accounts.
    pub count: u64,
    /// This account is one of them.
    pub is_own: bool,
}

/// Adds a reaction; one that is here stays as it is.
///
/// # Errors
/// When the file cannot be written.
pub fn put(
    connection: &Connection,
    message: i64,
    reaction: MessageId,
    sender: AccountId,
    emoji: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO reaction (reaction_id, emoji, message, sender, at)
             SELECT ?1, ?2, ?3, ?4, ?5
             WHERE (SELECT count(*) FROM reaction WHERE message = ?3 AND sender = ?4) < ?6
             ON CONFLICT (reaction_id, emoji) DO NOTHING",
        )?
        .execute(params![
            reaction.as_bytes(),
            emoji,
            message,
            sender.as_bytes(),
            number(at.as_millis()),
            number(EMOJI_OF_ACCOUNT_MAX)
        ])?;
    Ok(())
}

/// The message that a reaction of this sender is about.
///
/// # Errors
/// When the file cannot be read.
pub fn message(
    connection: &Connection,
    reaction: MessageId,
    sender: AccountId,
) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT message FROM reaction WHERE reaction_id = ?1 AND sender = ?2 LIMIT 1",
    )?;
    found(
        statement.query_row(params![reaction.as_bytes(), sender.as_bytes()], |row| {
            row.get(0)
        }),
    )
}

/// Takes a reaction back.
///
/// # Errors
/// When the file cannot be written.
pub fn remove(connection: &Connection, reaction: MessageId) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM reaction WHERE reaction_id = ?1")?
        .execute([reaction.as_bytes()])?;
    Ok(())
}

/// Ids of the reactions by which an account has put this emoji beside a message.
///
/// # Errors
/// When the file cannot be read.
pub fn ids(
    connection: &Connection,
    message: i64,
    sender: AccountId,
    emoji: &str,
) -> Result<Vec<MessageId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT reaction_id FROM reaction WHERE message = ?1 AND emoji = ?2 AND sender = ?3",
    )?;
    let rows = statement
        .query_map(params![message, emoji, sender.as_bytes()], |row| id(row, 0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// The emoji beside a message, at most `limit`: most first, and of equal ones the older first.
///
/// # Errors
/// When the file cannot be read.
pub fn counts(
    connection: &Connection,
    message: i64,
    own: AccountId,
    limit: usize,
) -> Result<Vec<ReactionCount>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT emoji, count(DISTINCT sender) AS people, max(sender = ?2) FROM reaction WHERE message = ?1
         GROUP BY emoji ORDER BY people DESC, min(at), emoji LIMIT ?3",
    )?;
    let rows = statement
        .query_map(
            params![message, own.as_bytes(), number(limit as u64)],
            |row| {
                Ok(ReactionCount {
                    emoji: row.get(0)?,
                    count: row.get(1)?,
                    is_own: row.get(2)?,
                })
            },
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// Accounts other than `except` that have put an emoji beside a message, at most `limit`.
///
/// # Errors
/// When the file cannot be read.
pub fn accounts(
    connection: &Connection,
    message: i64,
    emoji: &str,
    except: AccountId,
    limit: usize,
) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT sender FROM reaction WHERE message = ?1 AND emoji = ?2 AND sender <> ?3 ORDER BY sender LIMIT ?4",
    )?;
    let limit = number(limit as u64);
    let rows = statement
        .query_map(params![message, emoji, except.as_bytes(), limit], |row| {
            id(row, 0)
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}

/// The newest reaction of somebody else than `own`: who, with what, and how many others have reacted.
///
/// # Errors
/// When the file cannot be read.
pub fn newest(
    connection: &Connection,
    message: i64,
    own: AccountId,
) -> Result<Option<(AccountId, String, u64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sender, emoji, (SELECT count(DISTINCT sender) FROM reaction
                                WHERE message = ?1 AND sender NOT IN (?2, newest.sender))
         FROM reaction AS newest WHERE message = ?1 AND sender <> ?2 ORDER BY at DESC, reaction_id LIMIT 1",
    )?;
    found(
        statement.query_row(params![message, own.as_bytes()], |row| {
            Ok((id(row, 0)?, row.get(1)?, row.get(2)?))
        }),
    )
}
