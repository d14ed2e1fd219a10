//! From a register to the tables that the screen reads.

use pipit_domain::{AccountId, ConversationId, Timestamp, limits};
use pipit_ledger::conversation as derived;
use pipit_store::Transaction;
use pipit_store::table::sync::SyncRow;
use pipit_store::table::timer::{self, TimerRow};
use pipit_store::table::{conversation, message, person, state};

use super::change::Change;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::people::profile;
use crate::record::Reader;
use crate::timer::start_clocks;
use crate::{settings, star, trash};

/// Where a register was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// By this person on this device.
    Here,
    /// On another device of the account.
    Elsewhere,
}

/// Applies a register that stands now; answers what to tell. One that this version does not know changes
/// nothing. May be done again.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn apply(
    transaction: &Transaction<'_>,
    reader: &Reader,
    row: &SyncRow,
    origin: Origin,
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    let Some(change) = Change::decode(row) else {
        return Ok(Vec::new());
    };
    match change {
        Change::Setting { .. } => Ok(vec![Event::SettingsChanged(settings::get(transaction)?)]),
        Change::DeviceName { .. } => Ok(vec![Event::DevicesChanged]),
        Change::ContactName { account, name } => {
            // From another version, perhaps one with other bounds.
            if name.0.len() <= limits::DISPLAY_NAME_LEN_MAX {
                person::set_own_name(transaction, account, &name.0)?;
            }
            person_shown(transaction, reader, account)
        }
        Change::Accepted {
            account,
            is_accepted,
        } => {
            person::set_accepted(transaction, account, is_accepted)?;
            person_shown(transaction, reader, account)
        }
        Change::Blocked {
            account,
            is_blocked,
        } => {
            person::set_blocked(transaction, account, is_blocked)?;
            person_shown(transaction, reader, account)
        }
        Change::Verified {
            account,
            is_verified,
        } => {
            let at = is_verified.then(|| Timestamp::from_millis(row.time));
            person::set_verified(transaction, account, at)?;
            person_shown(transaction, reader, account)
        }
        Change::Profile(profile) => {
            profile::keep(transaction, reader, reader.own, profile, row.time)
        }
        Change::Deleted {
            message,
            is_deleted,
        } => trash::apply(transaction, reader, message, is_deleted, now),
        Change::Starred {
            message,
            is_starred,
        } => star::apply(transaction, reader, message, is_starred),
        change => apply_to_conversation(transaction, reader, change, origin, now),
    }
}

fn apply_to_conversation(
    transaction: &Transaction<'_>,
    reader: &Reader,
    change: Change,
    origin: Origin,
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    let mut events = Vec::new();
    let conversation = match change {
        Change::Read {
            conversation,
            message,
            position,
            at,
        } => {
            let here = message::get(transaction, message)?;
            let position = here.map_or(position, |here| here.position);
            state::set_read_position(transaction, conversation, position)?;
            if let Some(place) = conversation::get(transaction, conversation)? {
                // Where it was read, there it is told.
                let is_told = origin == Origin::Elsewhere;
                let row = place.conversation;
                conversation::mark_read(transaction, row, position, reader.own, is_told)?;
                let read_at = at.unwrap_or(now).min(now);
                events = start_clocks(transaction, reader, row, position, read_at)?;
            }
            conversation
        }
        Change::Draft { conversation, text } => {
            if text.0.len() > limits::TEXT_LEN_MAX {
                return Ok(Vec::new());
            }
            state::set_draft(transaction, conversation, &text.0)?;
            if let Some(place) = conversation::get(transaction, conversation)? {
                conversation::set_draft(transaction, place.conversation, &text.0)?;
            }
            conversation
        }
        Change::Muted {
            conversation,
            is_muted,
            until,
        } => {
            let is_muted = is_muted && until.is_none_or(|until| until > now);
            state::set_muted(transaction, conversation, is_muted, until)?;
            conversation
        }
        Change::Archived {
            conversation,
            is_archived,
        } => {
            state::set_archived(transaction, conversation, is_archived)?;
            conversation
        }
        Change::Pinned {
            conversation,
            order,
        } => {
            state::set_pinned(transaction, conversation, order)?;
            conversation
        }
        Change::MarkedUnread {
            conversation,
            is_marked,
        } => {
            state::set_marked_unread(transaction, conversation, is_marked)?;
            conversation
        }
        Change::Timer {
            conversation,
            seconds,
            at,
            id,
        } => {
            let op = Some(id);
            timer::set(transaction, conversation, &TimerRow { seconds, at, op })?;
            conversation
        }
        Change::GroupAccepted { conversation } => {
            state::set_accepted(transaction, conversation)?;
            conversation
        }
        Change::Cleared { .. } => return clear(transaction, reader, change),
        Change::Deleted { .. }
        | Change::Starred { .. }
        | Change::Setting { .. }
        | Change::DeviceName { .. }
        | Change::ContactName { .. }
        | Change::Accepted { .. }
        | Change::Blocked { .. }
        | Change::Verified { .. }
        | Change::Profile(_) => return Ok(Vec::new()),
    };
    events.extend(shown(transaction, reader, conversation)?);
    Ok(events)
}

/// Notes what is to be removed; the task of [`super::send`] removes it in slices.
fn clear(
    transaction: &Transaction<'_>,
    reader: &Reader,
    change: Change,
) -> Result<Vec<Event>, ClientError> {
    let Change::Cleared {
        conversation,
        message,
        position,
        is_listed,
    } = change
    else {
        return Ok(Vec::new());
    };
    let Some(place) = conversation::get(transaction, conversation)? else {
        return Ok(Vec::new());
    };
    let here = message::get(transaction, message)?;
    let mut position = here.map_or(position, |here| here.position);
    if !is_listed && place.is_over {
        // A group that was declined; lines of its end may stand further on here.
        let newest = message::newest(transaction, place.conversation)?;
        position = newest.map_or(position, |newest| newest.position.max(position));
    }
    state::set_cleared(transaction, conversation, Some(position))?;
    conversation::mark_read(transaction, place.conversation, position, reader.own, true)?;
    conversation::set_opened(transaction, place.conversation, is_listed)?;
    Ok(changed(reader, transaction, [place.conversation])?)
}

fn shown(
    transaction: &Transaction<'_>,
    reader: &Reader,
    conversation: ConversationId,
) -> Result<Vec<Event>, ClientError> {
    let row = conversation::get(transaction, conversation)?.map(|row| row.conversation);
    Ok(changed(reader, transaction, row)?)
}

/// The person, and the 1:1 with them.
pub(crate) fn person_shown(
    transaction: &Transaction<'_>,
    reader: &Reader,
    account: AccountId,
) -> Result<Vec<Event>, ClientError> {
    let mut events = vec![Event::ContactChanged(Box::new(
        reader.contact(transaction, account)?,
    ))];
    let chat = derived::direct(reader.own, account);
    events.extend(shown(transaction, reader, chat)?);
    Ok(events)
}
