//! The timer of a conversation: what is sent from now on disappears so long after reading.
//!
//! Of two changes the one with the later (time, id) stands. The register that own devices tell each other holds
//! it, by the server's times alone: each sets it when the change comes, and hears from another what it was about to
//! say; a change of this device is shown at once, and counts when it is accepted.

use pipit_domain::{AccountId, ConversationId, DeviceId, MessageId, Timestamp};
use pipit_store::Transaction;
use pipit_store::table::message;
use pipit_store::table::sync::{self, SyncRow};
use pipit_store::table::timer::{self, TimerRow};
use pipit_wire::content::ToldTimer;

use super::{Change, Deed};
use crate::error::ClientError;
use crate::group::{LinePlace, may_edit_info};
use crate::sync::Change as Register;

/// Takes a change that the server has accepted.
pub(super) fn apply(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    seconds: u32,
    change: &mut Change,
) -> Result<(), ClientError> {
    if !may_edit_info(transaction, deed.place, deed.sender)? {
        return Ok(());
    }
    let (place, id) = (deed.place.id, deed.id());
    let before = timer::get(transaction, place)?;
    hold(transaction, place, seconds, deed.at, id)?;
    change.is_place_changed |= timer::get(transaction, place)?.seconds != before.seconds;
    // What this device did has its line since then.
    let is_told = before.seconds == seconds || message::get(transaction, id)?.is_some();
    if !is_told {
        line(transaction, own, deed, seconds, change)?;
    }
    Ok(())
}

/// Shows a change that this device makes.
pub(super) fn begin(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    seconds: u32,
    change: &mut Change,
) -> Result<(), ClientError> {
    let timer = TimerRow {
        seconds,
        at: deed.at,
        op: Some(deed.id()),
    };
    timer::set(transaction, deed.place.id, &timer)?;
    line(transaction, own, deed, seconds, change)
}

/// Takes what a member tells one who came later. Whoever knows a timer knows better.
pub(super) fn learn(
    transaction: &Transaction<'_>,
    deed: &Deed<'_>,
    seconds: u32,
    told: ToldTimer,
    change: &mut Change,
) -> Result<(), ClientError> {
    let place = deed.place.id;
    if timer::get(transaction, place)?.op.is_some() {
        return Ok(());
    }
    change.is_place_changed = true;
    let at = told.at.min(deed.at);
    hold(transaction, place, seconds, at, told.id)
}

/// Keeps a change, and shows the one that stands.
fn hold(
    transaction: &Transaction<'_>,
    place: ConversationId,
    seconds: u32,
    at: Timestamp,
    id: MessageId,
) -> Result<(), ClientError> {
    let register = Register::Timer {
        conversation: place,
        seconds,
        at,
        id,
    };
    let (kind, subject, value) = register.encode();
    let row = SyncRow {
        kind,
        subject,
        time: at.as_millis(),
        device: device_of(id),
        value,
    };
    // A device of this account may come into the conversation after the change.
    let due_at = at.as_millis() + register.delay_ms();
    sync::put(transaction, &row, Some(Timestamp::from_millis(due_at)))?;
    show_standing(transaction, place)
}

/// Shows the change that stands, of those that the server has accepted.
pub(super) fn show_standing(
    transaction: &Transaction<'_>,
    place: ConversationId,
) -> Result<(), ClientError> {
    let standing = sync::get(transaction, Register::TIMER, place.as_bytes())?;
    let timer = match standing.as_ref().and_then(Register::decode) {
        Some(Register::Timer {
            seconds, at, id, ..
        }) => TimerRow {
            seconds,
            at,
            op: Some(id),
        },
        _ => TimerRow {
            seconds: 0,
            at: Timestamp::from_millis(0),
            op: None,
        },
    };
    Ok(timer::set(transaction, place, &timer)?)
}

/// All devices set the register for themselves, so each must name the same one: what tells changes of one time
/// apart is their id.
fn device_of(id: MessageId) -> DeviceId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&id.as_bytes()[..16]);
    DeviceId::new(bytes)
}

fn line(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    seconds: u32,
    change: &mut Change,
) -> Result<(), ClientError> {
    let place = LinePlace {
        transaction,
        conversation: deed.place.conversation,
        own,
        at: deed.at,
    };
    let (word, value) = match seconds {
        0 => ("timer.off", String::new()),
        seconds => ("timer.set", seconds.to_string()),
    };
    let row = place.line_of(deed.id(), word, deed.sender, None, &value)?;
    change.lines.push(row);
    Ok(())
}
