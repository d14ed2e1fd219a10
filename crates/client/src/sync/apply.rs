//! From a register to the tables that the screen reads.

use pipit_domain::{ConversationId, Timestamp, limits};
use pipit_store::Transaction;
use pipit_store::table::sync::SyncRow;
use pipit_store::table::{conversation, message, state};

use super::change::Change;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;

/// Applies a register that stands now; answers what to tell. One that this version does not know changes
/// nothing. May be done again.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn apply(
    transaction: &Transaction<'_>,
    reader: &Reader,
    row: &SyncRow,
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    let Some(change) = Change::decode(row) else {
        return Ok(Vec::new());
    };
    match change {
        Change::Read {
            conversation,
            message,
            position,
        } => {
            let here = message::get(transaction, message)?;
            let position = here.map_or(position, |here| here.position);
            state::set_read_position(transaction, conversation, position)?;
            if let Some(place) = conversation::get(transaction, conversation)? {
                conversation::mark_read(transaction, place.conversation, position, reader.own)?;
            }
            shown(transaction, reader, conversation)
        }
        Change::Draft { conversation, text } => {
            if text.0.len() > limits::TEXT_LEN_MAX {
                return Ok(Vec::new());
            }
            state::set_draft(transaction, conversation, &text.0)?;
            if let Some(place) = conversation::get(transaction, conversation)? {
                conversation::set_draft(transaction, place.conversation, &text.0)?;
            }
            shown(transaction, reader, conversation)
        }
        Change::Muted {
            conversation,
            is_muted,
            until,
        } => {
            let is_muted = is_muted && until.is_none_or(|until| until > now);
            state::set_muted(transaction, conversation, is_muted, until)?;
            shown(transaction, reader, conversation)
        }
        Change::Archived {
            conversation,
            is_archived,
        } => {
            state::set_archived(transaction, conversation, is_archived)?;
            shown(transaction, reader, conversation)
        }
        Change::Pinned {
            conversation,
            order,
        } => {
            state::set_pinned(transaction, conversation, order)?;
            shown(transaction, reader, conversation)
        }
        Change::MarkedUnread {
            conversation,
            is_marked,
        } => {
            state::set_marked_unread(transaction, conversation, is_marked)?;
            shown(transaction, reader, conversation)
        }
    }
}

fn shown(
    transaction: &Transaction<'_>,
    reader: &Reader,
    conversation: ConversationId,
) -> Result<Vec<Event>, ClientError> {
    let row = conversation::get(transaction, conversation)?.map(|row| row.conversation);
    Ok(changed(reader, transaction, row)?)
}
