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
            events.extend(back_in_sight(transaction, reader, &row, now)?);
        } else {
            sync::settle(transaction, &row)?;
            if is_further(transaction, &row)? {
                events.extend(apply(transaction, reader, &row, Origin::Elsewhere, now)?);
            }
        }
    }
    Ok(without_repeats(events))
}

/// Whether a register says that more was read than is known here, by the order of the messages on this device.
fn is_further(transaction: &Transaction<'_>, row: &SyncRow) -> Result<bool, StoreError> {
    let Some(Change::Read {
        conversation,
        message,
        ..
    }) = Change::decode(row)
    else {
        return Ok(false);
    };
    let here = message::get(transaction, message)?;
    let place = conversation::get(transaction, conversation)?;
    Ok(here.zip(place).is_some_and(|(here, place)| {
        here.conversation == place.conversation && here.position > place.read_position
    }))
}

/// A message has come: it may be one that was read on another device already, and an archived conversation
/// is in sight again, unless it is muted.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn message_came(
    transaction: &Transaction<'_>,
    reader: &Reader,
    place: &ConversationRow,
    new: &NewMessage<'_>,
    now: Timestamp,
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
    derive(transaction, reader, &change, at, now)
}

/// What was archived on another device before a message came that is here already is in sight again.
fn back_in_sight(
    transaction: &Transaction<'_>,
    reader: &Reader,
    row: &SyncRow,
    now: Timestamp,
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
    derive(transaction, reader, &change, at, now)
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
    use std::sync::{Arc, Mutex};

    use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted};
    use pipit_store::table::message::{MessageDetails, MessageKind, MessageState};

    use super::*;
    use crate::testing::with_store;

    const CHAT: ConversationId = ConversationId::new([2; 16]);
    const ADA: AccountId = AccountId::new([2; 32]);

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn reader() -> Reader {
        Reader {
            own: AccountId::new([1; 32]),
            own_name: Redacted::default(),
        }
    }

    /// The note to self, and a 1:1.
    fn places(
        transaction: &Transaction<'_>,
    ) -> Result<(ConversationRow, ConversationRow), StoreError> {
        let notes = ConversationId::new([1; 16]);
        let own = ConversationKind::OwnDevices;
        let notes = conversation::ensure(transaction, notes, own, None, at(1))?;
        let kind = ConversationKind::Direct;
        let chat = conversation::ensure(transaction, CHAT, kind, Some(ADA), at(1))?;
        Ok((notes, chat))
    }

    /// What Ada writes at 500.
    fn hello(chat: &ConversationRow) -> NewMessage<'static> {
        NewMessage {
            id: MessageId::new([5; 32]),
            conversation: chat.conversation,
            position: 500,
            sender: ADA,
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
        }
    }

    /// What another device of the account says.
    fn hear(
        transaction: &Transaction<'_>,
        change: &Change,
        time: u64,
    ) -> Result<Vec<Event>, ClientError> {
        let (kind, subject, value) = change.encode();
        let device = DeviceId::new([7; 16]);
        let op = body::Op {
            kind,
            subject,
            time,
            device,
            value,
        };
        let notes = places(transaction)?.0;
        let ops = body::encode(&[op]);
        receive(transaction, &reader(), &notes, &ops, at(1000))
    }

    const ARCHIVED: Change = Change::Archived {
        conversation: CHAT,
        is_archived: true,
    };

    #[tokio::test]
    async fn what_was_archived_before_a_message_came_is_in_sight_whichever_is_heard_of_first() {
        with_store(|transaction| {
            let chat = places(transaction)?.1;
            message::insert(transaction, &hello(&chat))?;
            for (time, is_archived) in [(400, false), (600, true)] {
                hear(transaction, &ARCHIVED, time)?;
                let state = state::get(transaction, CHAT)?;
                assert_eq!(state.is_archived, is_archived, "archived at {time}");
            }
            Ok(())
        })
        .await;
    }

    #[tokio::test]
    async fn who_has_read_further_has_read_it_whatever_the_positions_elsewhere() {
        with_store(|transaction| {
            let chat = places(transaction)?.1;
            let first = hello(&chat);
            let second = NewMessage {
                id: MessageId::new([6; 32]),
                position: 600,
                envelope: EnvelopeId::new([6; 16]),
                ..hello(&chat)
            };
            for new in [&first, &second] {
                message::insert(transaction, new)?;
                conversation::count_message(transaction, chat.conversation, true, at(500))?;
            }
            for (message, position, unread) in [(first.id, 700, 1), (second.id, 650, 0)] {
                let read = Change::Read {
                    conversation: CHAT,
                    message,
                    position,
                    at: None,
                };
                hear(transaction, &read, position)?;
                assert_eq!(places(transaction)?.1.unread, unread);
            }
            Ok(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_chat_back_in_sight_on_one_device_is_so_on_one_that_had_muted_it_before() {
        let come = |transaction: &Transaction<'_>| {
            hear(transaction, &ARCHIVED, 400)?;
            let chat = places(transaction)?.1;
            let new = hello(&chat);
            message::insert(transaction, &new)?;
            message_came(transaction, &reader(), &chat, &new, at(1000))?;
            Ok::<_, ClientError>(state::get(transaction, CHAT)?.is_archived)
        };
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        with_store(move |transaction| {
            assert!(!come(transaction)?);
            let due = sync::due(transaction, at(2000), body::OPS_MAX)?;
            let ops = due.into_iter().map(|row| body::Op {
                time: row.time,
                device: row.device,
                kind: row.kind,
                subject: row.subject,
                value: row.value,
            });
            *tell.lock().unwrap() = body::encode(&ops.collect::<Vec<_>>());
            Ok(())
        })
        .await;
        with_store(move |transaction| {
            let muted = Change::Muted {
                conversation: CHAT,
                is_muted: true,
                until: None,
            };
            hear(transaction, &muted, 450)?;
            assert!(come(transaction)?);
            let notes = places(transaction)?.0;
            let ops = told.lock().unwrap();
            receive(transaction, &reader(), &notes, &ops, at(1000))?;
            assert!(!state::get(transaction, CHAT)?.is_archived);
            assert_eq!(sync::next_due(transaction)?, None, "nobody says it again");
            Ok(())
        })
        .await;
    }
}
