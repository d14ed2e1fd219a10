//! What the devices of an account agree on: how far one has read, what is muted, what one calls people.
//!
//! # Context
//! Every such thing is a *register*: a kind, a subject (a conversation, an account, …) and a value. Setting
//! one ([`record`]) writes it with (time, device), applies it to the tables that the screen reads, and makes
//! it due. The task of [`send`] gathers what is due into control messages of the note to self, whose members
//! are just the devices of the account.
//!
//! # Design
//! - The later (time, device) stands, whatever comes first, so that all devices end with the same. How far
//!   one has read counts by position instead: whoever has read further has read later. Positions differ a little
//!   between devices, so what comes earlier by its number and is further on here counts too.
//! - Registers wait, not messages: what is set ten times before it leaves, leaves once.
//! - A device that comes in later is told everything by the others: the commit that brings it makes all
//!   registers due, at each device after another delay, and whoever hears from another what it was about to
//!   say keeps silent.
//! - A kind that this version does not know is kept and passed on.
//!
//! # Limits
//! With one device in force nothing is sent. Times are the server's, as this device knows them; a register
//! is always set later than it was before.

mod apply;
mod change;
mod receive;
mod send;

use pipit_domain::{DeviceId, Timestamp};
use pipit_store::Transaction;
use pipit_store::table::sync::{self, SyncRow};

pub(crate) use apply::{Origin, apply, person_shown};
pub(crate) use change::Change;
pub(crate) use receive::{device_joined, message_came, receive};
pub(crate) use send::{call_left_out, meet_own_devices, spawn};

use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;
use crate::session::Session;

/// Who has set what devices set for themselves: the same for all of them, so that each hears from another what it was
/// about to say.
const EVERY_DEVICE: DeviceId = DeviceId::new([0; 16]);

/// Sets a register on this device and, soon, on the others; answers what to tell. Wake
/// [`Session::sync_wake`] after the transaction.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn record(
    transaction: &Transaction<'_>,
    session: &Session,
    change: &Change,
) -> Result<Vec<Event>, ClientError> {
    let now = session.server_now();
    let (kind, subject, value) = change.encode();
    let known = sync::get(transaction, kind, &subject)?;
    if known.as_ref().is_some_and(|known| known.value == value) && change.position().is_none() {
        return Ok(Vec::new());
    }
    let time = time_of(change, known.as_ref(), now);
    let row = SyncRow {
        kind,
        subject,
        time,
        device: session.identity.leaf().device,
        value,
    };
    let due_at = now.as_millis() + change.delay_ms();
    if !sync::put(transaction, &row, Some(Timestamp::from_millis(due_at)))? {
        return Ok(Vec::new());
    }
    apply(transaction, &session.reader, &row, Origin::Here, now)
}

/// The time of a register that is set now: after what it held, since positions on another device are a little off from
/// those here, and clocks too.
fn time_of(change: &Change, known: Option<&SyncRow>, now: Timestamp) -> u64 {
    let after = known.map_or(0, |known| known.time.saturating_add(1));
    change.position().unwrap_or(now.as_millis()).max(after)
}

/// Sets a register that devices set for themselves from the same cause, as of the cause's time; what was set later
/// stands. The others are told all the same: the cause may not have come to them, or have met other registers there.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn derive(
    transaction: &Transaction<'_>,
    reader: &Reader,
    change: &Change,
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    let (kind, subject, value) = change.encode();
    let row = SyncRow {
        kind,
        subject,
        time: at.as_millis(),
        device: EVERY_DEVICE,
        value,
    };
    let due_at = now.as_millis() + change.delay_ms();
    if !sync::put(transaction, &row, Some(Timestamp::from_millis(due_at)))? {
        return Ok(Vec::new());
    }
    apply(transaction, reader, &row, Origin::Elsewhere, now)
}

#[cfg(test)]
mod tests {
    use pipit_domain::{ConversationId, MessageId};

    use super::*;

    #[test]
    fn what_is_set_now_is_set_later_than_before() {
        let conversation = ConversationId::new([1; 16]);
        let read = Change::Read {
            conversation,
            message: MessageId::new([2; 32]),
            position: 70,
            at: None,
        };
        let archived = Change::Archived {
            conversation,
            is_archived: true,
        };
        let known = |time| SyncRow {
            kind: 1,
            subject: Vec::new(),
            time,
            device: DeviceId::new([3; 16]),
            value: Vec::new(),
        };
        let now = Timestamp::from_millis(100);
        let times = |change| [50, 500].map(|before| time_of(change, Some(&known(before)), now));
        assert_eq!((time_of(&read, None, now), times(&read)), (70, [70, 501]));
        let archived = (time_of(&archived, None, now), times(&archived));
        assert_eq!(archived, (100, [100, 501]));
    }
}
