//! What another device of the account says.

use pipit_domain::{DeviceId, Timestamp, limits};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::message::{self, NewMessage};
use pipit_store::table::sync::{self, SyncRow};
use pipit_store::table::{ledger, state, timer};
use pipit_store::{StoreError, Transaction};
use pipit_wire::content::sync as body;

use super::apply::{Origin, apply};
use super::change::Change;
use super::derive;
use crate::error::ClientError;
use crate::event::{Event, without_repeats};
use crate::record::Reader;

/// After a device came in, before the first of the others tells it everything: it is still busy, and
/// another device may come with it.
const SNAPSHOT_DELAY_MS: u64 = 500;
/// Between that one and the next, who keeps silent when it has heard the first.
const SNAPSHOT_STEP_MS: u64 = 4_000;

/// Takes what another device of the account has set. Anybody else has no say here.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn receive(
    transaction: &Transaction<'_>,
    reader: &Reader,
    place: &ConversationRow,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    if place.kind != ConversationKind::OwnDevices {
        return Ok(Vec::new());
    }
    let ops = match body::decode(bytes) {
        Ok(ops) => ops,
        Err(error) => {
            tracing::warn!(%error, "what another device of this account set was dropped");
            return Ok(Vec::new());
        }
    };
    let mut events = Vec::new();
    for op in ops {
        let row = SyncRow {
            kind: op.kind,
            subject: op.subject,
            time: op.time,
            device: op.device,
            value: op.value,
        };
        if sync::put(transaction, &row, None)? {
            events.extend(apply(transaction, reader, &row, Origin::Elsewhere, now)?);
            events.extend(back_in_sight(transaction, reader, &row)?);
        } else {
            sync::settle(transaction, &row)?;
        }
    }
    Ok(without_repeats(events))
}

/// A message has come: it may be one that was read on another device already, and an archived conversation
/// is in sight again, unless it is muted.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn message_came(
    transaction: &Transaction<'_>,
    reader: &Reader,
    device: DeviceId,
    place: &ConversationRow,
    new: &NewMessage<'_>,
) -> Result<Vec<Event>, ClientError> {
    let read = sync::get(transaction, Change::READ, place.id.as_bytes())?;
    if let Some(row) = read
        && let Some(Change::Read {
            message: read, at, ..
        }) = Change::decode(&row)
        && read == new.id
    {
        let read_at = at.or(new.accepted_at).unwrap_or(new.sent_at);
        let row = place.conversation;
        conversation::mark_read(transaction, row, new.position, reader.own, true)?;
        timer::start(transaction, row, new.position, read_at)?;
    }
    let state = state::get(transaction, place.id)?;
    if new.sender == reader.own || !state.is_archived || state.is_muted {
        return Ok(Vec::new());
    }
    let change = Change::Archived {
        conversation: place.id,
        is_archived: false,
    };
    let at = new.accepted_at.unwrap_or(new.sent_at);
    derive(transaction, reader, device, &change, at)
}

/// What was archived on another device before a message came that is here already is in sight again.
fn back_in_sight(
    transaction: &Transaction<'_>,
    reader: &Reader,
    row: &SyncRow,
) -> Result<Vec<Event>, ClientError> {
    let Some(Change::Archived {
        conversation: id,
        is_archived: true,
    }) = Change::decode(row)
    else {
        return Ok(Vec::new());
    };
    let (Some(place), false) = (
        conversation::get(transaction, id)?,
        state::get(transaction, id)?.is_muted,
    ) else {
        return Ok(Vec::new());
    };
    let Some(at) = message::last_came(transaction, place.conversation)? else {
        return Ok(Vec::new());
    };
    let change = Change::Archived {
        conversation: id,
        is_archived: false,
    };
    derive(transaction, reader, row.device, &change, at)
}

/// A device of the account has come in: it is told everything, by one of the others.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn device_joined(
    transaction: &Transaction<'_>,
    reader: &Reader,
    own_device: DeviceId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let devices = ledger::get(transaction, reader.own)?;
    let rank = devices.map_or(0, |ledger| {
        ledger
            .devices()
            .range(..own_device)
            .count()
            .min(limits::ACCOUNT_DEVICES_MAX)
    });
    let rank = u64::try_from(rank).unwrap_or(0);
    let at = now.as_millis() + SNAPSHOT_DELAY_MS + rank * SNAPSHOT_STEP_MS;
    sync::tell_all(transaction, Timestamp::from_millis(at))
}

#[cfg(test)]
mod tests {
    use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted};
    use pipit_store::table::message::{MessageDetails, MessageKind, MessageState};

    use super::*;
    use crate::testing::with_store;

    #[tokio::test]
    async fn what_was_archived_before_a_message_came_is_in_sight_whichever_is_heard_of_first() {
        with_store(|transaction| {
            let at = Timestamp::from_millis;
            let [own, ada] = [1, 2].map(|n| AccountId::new([n; 32]));
            let reader = Reader {
                own,
                own_name: Redacted::default(),
            };
            let of = |n: u8, kind, peer| {
                conversation::ensure(transaction, ConversationId::new([n; 16]), kind, peer, at(1))
            };
            let notes = of(1, ConversationKind::OwnDevices, None)?;
            let place = of(2, ConversationKind::Direct, Some(ada))?;
            let new = NewMessage {
                id: MessageId::new([5; 32]),
                conversation: place.conversation,
                position: 500,
                sender: ada,
                sent_at: at(500),
                accepted_at: Some(at(500)),
                sequence: 1,
                kind: MessageKind::Text,
                state: MessageState::Received,
                sent_here: false,
                envelope: EnvelopeId::new([5; 16]),
                text: Redacted("hello"),
                content: None,
                details: MessageDetails::default(),
            };
            message::insert(transaction, &new)?;
            for (time, is_archived) in [(400, false), (600, true)] {
                let (kind, subject, value) = Change::Archived {
                    conversation: place.id,
                    is_archived: true,
                }
                .encode();
                let op = body::Op {
                    kind,
                    subject,
                    time,
                    device: DeviceId::new([7; 16]),
                    value,
                };
                let ops = body::encode(&[op]);
                receive(transaction, &reader, &notes, &ops, at(1000))?;
                let state = state::get(transaction, place.id)?;
                assert_eq!(state.is_archived, is_archived, "archived at {time}");
            }
            Ok(())
        })
        .await;
    }
}
