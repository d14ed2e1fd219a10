//! What was found that must not be, until the person has decided.

use pipit_domain::{AccountId, ConversationId, Timestamp};
use rusqlite::{Connection, Row, params};

use super::{id, number, time};
use crate::StoreError;

/// Most alarms that are kept of a conversation: a liar can make up devices without end. One that is open holds
/// the conversation as well as many.
const ALARMS_MAX: i64 = 20;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmKind {
    /// A device that its account's ledger does not hold, or that was taken out by its account and is in force still.
    Device = 1,
    /// A ledger that is not the one known before with more entries.
    Ledger = 2,
    /// A username that leads to another account than before.
    Name = 3,
    /// A conversation, or a change of one, that must not be.
    Change = 4,
}

impl AlarmKind {
    const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Device),
            2 => Some(Self::Ledger),
            3 => Some(Self::Name),
            4 => Some(Self::Change),
            _ => None,
        }
    }
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    /// What.
    pub kind: AlarmKind,
    /// Whose.
    pub account: AccountId,
    /// Where it is shown.
    pub conversation: ConversationId,
    /// The device's id, or the account that had the username before; else empty.
    pub detail: Vec<u8>,
    /// When it was found, by the server's clock.
    pub at: Timestamp,
}

fn read(row: &Row<'_>) -> rusqlite::Result<AlarmRow> {
    Ok(AlarmRow {
        kind: AlarmKind::from_number(row.get(0)?).unwrap_or(AlarmKind::Change),
        account: id(row, 1)?,
        conversation: id(row, 2)?,
        detail: row.get(3)?,
        at: time(row, 4)?,
    })
}

/// Keeps an alarm; answers whether it is open now and was not before. One that the person has decided on is
/// opened again, unless `is_lasting`: then the decision stands for good.
///
/// # Errors
/// When the file cannot be written.
pub fn raise(
    connection: &Connection,
    alarm: &AlarmRow,
    is_lasting: bool,
) -> Result<bool, StoreError> {
    let in_conversation = "SELECT count(*) FROM alarm WHERE conversation_id = ?1";
    let count: i64 = connection
        .prepare_cached(in_conversation)?
        .query_row([alarm.conversation.as_bytes()], |row| row.get(0))?;
    if count >= ALARMS_MAX {
        connection
            .prepare_cached(
                "DELETE FROM alarm WHERE conversation_id = ?1 AND is_settled = 1 AND kind <> ?2",
            )?
            .execute(params![
                alarm.conversation.as_bytes(),
                AlarmKind::Name as i64
            ])?;
    }
    let changed = connection
        .prepare_cached(
            "INSERT INTO alarm (kind, account_id, conversation_id, detail, at)
             SELECT ?1, ?2, ?3, ?4, ?5
             WHERE (SELECT count(*) FROM alarm WHERE conversation_id = ?3) < ?6
                OR EXISTS (SELECT 1 FROM alarm
                           WHERE kind = ?1 AND account_id = ?2 AND conversation_id = ?3 AND detail = ?4)
             ON CONFLICT (kind, account_id, conversation_id, detail)
                DO UPDATE SET is_settled = 0, at = excluded.at
                WHERE is_settled = 1 AND NOT ?7",
        )?
        .execute(params![
            alarm.kind as i64,
            alarm.account.as_bytes(),
            alarm.conversation.as_bytes(),
            alarm.detail,
            number(alarm.at.as_millis()),
            ALARMS_MAX,
            is_lasting,
        ])?;
    Ok(changed > 0)
}

/// The newest alarm of a conversation that the person has not decided on.
///
/// # Errors
/// When the file cannot be read.
pub fn newest(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<Option<AlarmRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, account_id, conversation_id, detail, at FROM alarm
         WHERE conversation_id = ?1 AND is_settled = 0 ORDER BY alarm DESC LIMIT 1",
    )?;
    super::found(statement.query_row([conversation.as_bytes()], read))
}

/// The accounts whose devices are in question in a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn suspects(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT account_id FROM alarm
         WHERE conversation_id = ?1 AND kind = ?2 AND is_settled = 0",
    )?;
    let accounts = statement
        .query_map(
            params![conversation.as_bytes(), AlarmKind::Device as i64],
            |row| id(row, 0),
        )?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(accounts)
}

/// The person has decided on all alarms of a conversation; answers whether there was one.
///
/// # Errors
/// When the file cannot be written.
pub fn settle(connection: &Connection, conversation: ConversationId) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached(
            "UPDATE alarm SET is_settled = 1 WHERE conversation_id = ?1 AND is_settled = 0",
        )?
        .execute([conversation.as_bytes()])?;
    Ok(changed > 0)
}

/// Alarms that the person has not decided on, of all conversations, at most `limit`: the newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn open(connection: &Connection, limit: usize) -> Result<Vec<AlarmRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, account_id, conversation_id, detail, at FROM alarm
         WHERE is_settled = 0 ORDER BY at DESC, alarm DESC LIMIT ?1",
    )?;
    let rows = statement
        .query_map([number(limit as u64)], read)?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rows)
}
