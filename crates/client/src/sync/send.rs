//! The task that tells the other devices what is due, and ends what ends by itself.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_domain::{AccountId, DeviceId, Timestamp};
use pipit_e2ee::LeafIdentity;
use pipit_ledger::conversation as derived;
use pipit_store::Transaction;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::sync::{self, SyncRow};
use pipit_store::table::{ledger, message, outbox, state, trash};
use pipit_wire::content::Content;
use pipit_wire::content::sync::{self as body, Op};
use tokio::time::timeout;

use crate::client::Shared;
use crate::clock::random;
use crate::control;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::session::Session;
use crate::task;

/// Messages made in one transaction: a snapshot of thousands of registers goes out in slices.
const MESSAGES_MAX: usize = 8;
/// Messages of a cleared conversation that are removed in one transaction: sending and receiving go on between.
const CLEARED_LEN: usize = 200;
/// Messages of the trash that go for good in one transaction.
const EMPTIED_LEN: usize = 200;
/// At the longest between two looks: a clock that was set back makes nothing wait for ever.
const PACE: Duration = Duration::from_secs(60);
/// After a failure of this device's own (a full disk).
const PAUSE: Duration = Duration::from_secs(5);

/// Starts the task; it ends with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let wake = Arc::clone(&session.sync_wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        loop {
            let (Some(strong), Some(shared)) = (session.upgrade(), shared.upgrade()) else {
                return;
            };
            let wait = match work(&shared, &strong).await {
                Ok(wait) => wait.min(PACE),
                Err(error) => {
                    tracing::error!(%error, "other devices could not be told");
                    PAUSE
                }
            };
            drop((strong, shared));
            // Woken or not, it looks again.
            let _ = timeout(wait, wake.notified()).await;
        }
    });
}

/// Does what is due; answers how long there is nothing more to do.
async fn work(shared: &Shared, session: &Arc<Session>) -> Result<Duration, ClientError> {
    session.check_clock(shared).await;
    let worker = Arc::clone(session);
    // Offline, what is set again takes the place of what was set before; and another device may have said
    // already, in the mail that waits, what this one is about to say.
    let may_tell = session.is_caught_up.load(Ordering::Relaxed);
    let (events, next) = session
        .store
        .write(move |transaction| {
            let now = worker.server_now();
            let mut events = Vec::new();
            for id in state::end_mutes(transaction, now)? {
                let row = conversation::get(transaction, id)?.map(|row| row.conversation);
                events.extend(changed(&worker.reader, transaction, row)?);
            }
            let (removed, has_more) = remove_cleared(transaction, &worker)?;
            events.extend(removed);
            let mut next = state::next_mute_end(transaction)?;
            if has_more {
                next = Some(now);
            }
            trash::empty(transaction, now, EMPTIED_LEN)?;
            next = next.into_iter().chain(trash::next_end(transaction)?).min();
            if may_tell {
                let told = tell(transaction, &worker, now)?;
                next = next.into_iter().chain(told).min();
            }
            Ok::<_, ClientError>((events, next))
        })
        .await?;
    shared.publisher.publish(events);
    session.outbox_wake.notify_one();
    let now = session.server_now();
    Ok(next.map_or(PACE, |next| {
        Duration::from_millis(next.as_millis().saturating_sub(now.as_millis()))
    }))
}

/// Removes a slice of a conversation that was cleared; answers what to tell, and whether there is more.
fn remove_cleared(
    transaction: &Transaction<'_>,
    session: &Session,
) -> Result<(Vec<Event>, bool), ClientError> {
    let Some((id, position)) = state::next_cleared(transaction)? else {
        return Ok((Vec::new(), false));
    };
    let Some(place) = conversation::get(transaction, id)? else {
        state::set_cleared(transaction, id, None)?;
        return Ok((Vec::new(), true));
    };
    let row = place.conversation;
    let below = position.saturating_add(1);
    let slice = message::before(transaction, row, below, CLEARED_LEN)?;
    let mut events = Vec::new();
    for message in &slice {
        if let Some(waiting) = outbox::by_message(transaction, message.message)? {
            outbox::remove(transaction, waiting.outbox)?;
        }
        message::remove(transaction, message.message)?;
        events.push(Event::MessageRemoved {
            conversation: id,
            message: message.id,
        });
    }
    conversation::uncount_messages(transaction, row, slice.len())?;
    if slice.len() < CLEARED_LEN {
        state::set_cleared(transaction, id, None)?;
        let place = conversation::by_row(transaction, row)?;
        if place.is_some_and(|place| !place.is_listed()) {
            events.push(Event::ConversationRemoved(id));
        }
    }
    events.extend(changed(&session.reader, transaction, [row])?);
    Ok((events, true))
}

/// Queues what is due; answers when more is.
fn tell(
    transaction: &Transaction<'_>,
    session: &Session,
    now: Timestamp,
) -> Result<Option<Timestamp>, ClientError> {
    if sync::next_due(transaction)?.is_none() {
        return Ok(None);
    }
    if !has_other_devices(transaction, session)? {
        sync::tell_nobody(transaction)?;
        return Ok(None);
    }
    // One that waits for longer than anything ever does was set by a clock that has been set back.
    let far = Timestamp::from_millis(now.as_millis() + FAR_MS);
    for _ in 0..MESSAGES_MAX {
        let mut rows = sync::due(transaction, now, body::OPS_MAX)?;
        if rows.is_empty() && sync::next_due(transaction)?.is_some_and(|next| next > far) {
            sync::tell_all(transaction, now)?;
            rows = sync::due(transaction, now, body::OPS_MAX)?;
        }
        if rows.is_empty() {
            break;
        }
        queue(transaction, session, rows, now)?;
    }
    Ok(sync::next_due(transaction)?)
}

/// Longer than any delay before telling.
const FAR_MS: u64 = 10 * 60 * 1000;

/// Queues as many of these as go into one message.
fn queue(
    transaction: &Transaction<'_>,
    session: &Session,
    rows: Vec<SyncRow>,
    now: Timestamp,
) -> Result<(), ClientError> {
    let mut ops = Vec::new();
    let mut len = 0;
    for row in rows {
        if len > 0 && len + row.value.len() > body::BODY_LEN_WISHED {
            break;
        }
        len += row.value.len() + row.subject.len();
        sync::settle(transaction, &row)?;
        ops.push(Op {
            time: row.time,
            device: row.device,
            kind: row.kind,
            subject: row.subject,
            value: row.value,
        });
    }
    let place = own_devices(transaction, session.own(), now)?;
    let content = Content::control(random(), body::MEDIA_TYPE, &body::encode(&ops));
    control::queue(transaction, place.conversation, &content)
}

/// The conversation of the account's devices: the note to self.
fn own_devices(
    transaction: &Transaction<'_>,
    own: AccountId,
    now: Timestamp,
) -> Result<ConversationRow, ClientError> {
    let id = derived::note_to_self(own);
    let kind = ConversationKind::OwnDevices;
    Ok(conversation::ensure(transaction, id, kind, None, now)?)
}

/// Whoever made or changed a group did not know of all devices of this account, whose members are `members`: a device
/// that came in later, or one without a key package. Those are told to look, and come in by themselves.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn call_left_out(
    transaction: &Transaction<'_>,
    own: AccountId,
    members: &[LeafIdentity],
    now: Timestamp,
) -> Result<(), ClientError> {
    let ledger = ledger::get(transaction, own)?;
    let is_in = |device: &DeviceId| members.iter().any(|leaf| leaf.device == *device);
    if ledger.is_none_or(|ledger| ledger.devices().keys().all(is_in)) {
        return Ok(());
    }
    let place = own_devices(transaction, own, now)?;
    let content = Content::control(random(), body::LOOK, b"");
    control::queue(transaction, place.conversation, &content)
}

fn has_other_devices(
    transaction: &Transaction<'_>,
    session: &Session,
) -> Result<bool, ClientError> {
    let ledger = ledger::get(transaction, session.own())?;
    Ok(ledger.is_some_and(|ledger| ledger.devices().len() > 1))
}

/// Makes sure that the devices of the account have their conversation, when there is more than one: the one
/// that came last makes it, and the others learn of it by that.
///
/// # Errors
/// When the server can't be reached or refuses; the next connection tries again.
pub(crate) async fn meet_own_devices(
    shared: &Shared,
    session: &Arc<Session>,
) -> Result<(), ClientError> {
    let worker = Arc::clone(session);
    let missing = session
        .store
        .write(move |transaction| {
            if !has_other_devices(transaction, &worker)? {
                return Ok::<_, ClientError>(None);
            }
            let place = own_devices(transaction, worker.own(), worker.server_now())?;
            let is_missing = place.group.is_none() || place.pending_create.is_some();
            Ok(is_missing.then_some(place.conversation))
        })
        .await?;
    match missing {
        Some(row) => session.establish(shared, row).await,
        None => Ok(()),
    }
}

impl Session {
    /// Wakes the tasks that may have to tell others, and tells what a change came to.
    pub(crate) fn tell(&self, shared: &Shared, events: Vec<Event>) {
        shared.publish(events);
        self.sync_wake.notify_one();
        self.expiry_wake.notify_one();
        self.receipts.note(self.server_now());
    }
}
