//! The inbox task: what the connection brings, opened in batches, acknowledged after the commit.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_domain::{Timestamp, limits};
use pipit_net::{LinkEvent, NetError};
use pipit_store::table::{message, opened};
use pipit_store::{Transaction, savepoint};
use pipit_wire::mls_header;
use pipit_wire::v1::{
    Acknowledge, Deliver, EnvelopeKind, RefusalCode, ServerHello, client_frame, server_frame,
};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::behind::bring_back;
use crate::client::{Connection, Shared};
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::notify::{Policy, notifications, policy};
use crate::open::{DeliveryError, Forbidden, Missing, Opener, Outcome};
use crate::record::MessageRecord;
use crate::session::Session;
use crate::trust::raise;
use crate::{catch_up, delivered, presence, signal, task};

/// Deliveries opened in one transaction: as many as the server leaves unacknowledged.
const BATCH_LEN: usize = limits::DELIVERIES_IN_FLIGHT_MAX;
/// After a failure of this device's own (a full disk), before it tries again.
const PAUSE: Duration = Duration::from_secs(2);
/// Reports of delivery that wait for their message; those beyond are asked for after the next connection.
const EARLY_LEN: usize = 1024;
/// Tries before a delivery that fails for no reason of the disk's is given up.
const TRIES: u32 = 3;

/// Starts the task; it ends with the session.
pub(crate) fn spawn(
    shared: Weak<Shared>,
    session: Weak<Session>,
    mut events: mpsc::Receiver<LinkEvent>,
) {
    task::start(async move {
        let mut state = State::default();
        let mut waiting = Vec::new();
        while let Some(event) = events.recv().await {
            waiting.push(event);
            while waiting.len() < BATCH_LEN
                && let Ok(event) = events.try_recv()
            {
                waiting.push(event);
            }
            let (Some(shared), Some(session)) = (shared.upgrade(), session.upgrade()) else {
                return;
            };
            handle(&shared, &session, &mut state, std::mem::take(&mut waiting)).await;
        }
    });
}

/// What the task knows of the present connection.
#[derive(Debug, Default)]
struct State {
    /// The server had dropped mail, and has not been told that this is known.
    has_gap: bool,
    /// The mail that waited has been read.
    is_caught_up: bool,
    /// A delivery could not be dealt with before its connection went. It comes again by the next one,
    /// and what followed it on this one must not overtake it.
    is_stopped: bool,
    /// What others have received that another device of the account sent, and that did not come here yet.
    early: VecDeque<delivered::Report>,
    /// Gone when there is a newer connection.
    newest: Arc<()>,
}

/// Deals with events in their order; deliveries in a row become one batch.
async fn handle(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    state: &mut State,
    events: Vec<LinkEvent>,
) {
    let mut batch = Vec::new();
    for event in events {
        match event {
            LinkEvent::Push(server_frame::Body::Deliver(delivery)) => batch.push(delivery),
            other => {
                receive(shared, session, state, std::mem::take(&mut batch)).await;
                other_event(shared, session, state, other).await;
            }
        }
    }
    receive(shared, session, state, batch).await;
}

async fn other_event(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    state: &mut State,
    event: LinkEvent,
) {
    match event {
        LinkEvent::Connecting => shared.set_connection(Connection::Connecting),
        LinkEvent::Offline {
            retry_after,
            reason,
        } => {
            session.is_caught_up.store(false, Ordering::Relaxed);
            presence::lost(shared, session);
            if let Some(reason) = &reason {
                tracing::info!(?reason, "not connected");
            }
            let now = shared.clock.now().as_millis();
            let after = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX);
            let retry_at = Some(Timestamp::from_millis(now.saturating_add(after)));
            shared.set_connection(Connection::Offline { retry_at });
            if let Some(NetError::Refused(refused)) = &reason {
                if refused.code() == RefusalCode::DeviceRevoked {
                    tracing::warn!("this device was removed from its account");
                    shared.set_revoked();
                }
                if session.learn_from(refused).await {
                    session.link.retry_now();
                }
            }
        }
        LinkEvent::Online(hello) => {
            *state = State {
                has_gap: hello.mailbox_expired,
                ..State::default()
            };
            session.behind.forget();
            online(shared, session, &hello).await;
        }
        LinkEvent::Push(server_frame::Body::CaughtUp(_)) if !state.is_caught_up => {
            state.is_caught_up = true;
            session.is_caught_up.store(true, Ordering::Relaxed);
            session.sync_wake.notify_one();
            session.presence.wake.notify_one();
            session.history_wake.notify_one();
            catch_up::start(shared, session, state.has_gap, &state.newest);
        }
        LinkEvent::Push(server_frame::Body::Delivered(delivered)) => {
            let reports = delivered::pairs(&[delivered]).collect();
            state
                .early
                .extend(delivered::note(shared, session, reports).await);
            while state.early.len() > EARLY_LEN {
                state.early.pop_front();
            }
        }
        LinkEvent::Push(server_frame::Body::Signal(pushed)) => {
            signal::receive(shared, session, pushed).await;
        }
        // What this version does not use, or a server's future kinds.
        LinkEvent::Push(_) => {}
    }
}

async fn online(shared: &Arc<Shared>, session: &Arc<Session>, hello: &ServerHello) {
    session.note_clock(Timestamp::from_millis(hello.time)).await;
    shared.set_connection(Connection::Online);
    session.outbox_wake.notify_one();
}

/// What a transaction over a batch came to.
#[derive(Default)]
struct Opened {
    /// To be acknowledged.
    sequences: Vec<u64>,
    added: Vec<MessageRecord>,
    policy: Policy,
    events: Vec<Event>,
    group_changed: bool,
    /// Registers of the account were set.
    has_set: bool,
    /// This device may not be in a conversation of the account.
    looks: bool,
    /// Conversations that this device is behind in.
    behind: BTreeSet<i64>,
    /// The delivery at this place needs something first.
    stopped: Option<(usize, Missing)>,
}

async fn receive(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    state: &mut State,
    mut batch: Vec<Deliver>,
) {
    if state.is_stopped {
        return;
    }
    if let Some(newest) = batch.iter().map(|delivery| delivery.time).max() {
        session
            .hear_clock(Timestamp::from_millis(newest), None)
            .await;
    }
    let mut tried = BTreeSet::new();
    let mut failures = 0;
    while !batch.is_empty() {
        let deliveries = Arc::new(std::mem::take(&mut batch));
        let (work, worker) = (Arc::clone(&deliveries), Arc::clone(session));
        let (was_tried, gives_up) = (tried.clone(), failures >= TRIES);
        let opened = session
            .store
            .write(move |transaction| open_all(transaction, &worker, &work, &was_tried, gives_up))
            .await;
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                // Nothing was acknowledged: the server delivers again after a new connection, and
                // this batch is tried again until then.
                tracing::error!(%error, "received mail could not be kept");
                failures += 1;
                sleep(PAUSE).await;
                batch = take(deliveries);
                continue;
            }
        };
        acknowledge(session, opened.sequences).await;
        if opened.group_changed {
            session.group_changed.notify_waiters();
            session.outbox_wake.notify_one();
            session.renewal_wake.notify_one();
            session.group_wake.notify_one();
            session.history_wake.notify_one();
        }
        if opened.group_changed || opened.has_set {
            session.sync_wake.notify_one();
            session.history_wake.notify_one();
        }
        // Until the mail that waited has been read, it looks after that anyway.
        if opened.looks && state.is_caught_up {
            catch_up::look(shared, session, &state.newest);
        }
        // Clocks may have been started.
        session.expiry_wake.notify_one();
        bring_back(shared, session, opened.behind);
        for message in &opened.added {
            let ended = session.typing.end(message.conversation, message.row.sender);
            shared.publish(ended);
        }
        let notices = notifications(&shared.focus(), &opened.policy, &opened.added);
        shared.publish(opened.events.into_iter().chain(notices));
        if !state.early.is_empty() && opened.added.iter().any(|added| added.is_own) {
            let early = std::mem::take(&mut state.early).into();
            state.early = delivered::note(shared, session, early).await.into();
        }
        let Some((place, missing)) = opened.stopped else {
            return;
        };
        batch = take(deliveries).split_off(place);
        match fetch(session, missing, &mut batch[0]).await {
            Ok(()) | Err(ClientError::UnknownAccount | ClientError::LedgerMismatch) => {
                tried.insert(missing);
            }
            // The server delivers the rest again.
            Err(ClientError::Net(NetError::Disconnected)) => {
                state.is_stopped = true;
                return;
            }
            // It does not have it: the delivery has to do without.
            Err(ClientError::Net(error)) if error.refusal().is_some() && !error.is_passing() => {
                tried.insert(missing);
            }
            Err(error) => {
                tracing::info!(%error, "what a delivery needs could not be fetched");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Fetches what a delivery needs before it can be opened.
async fn fetch(
    session: &Session,
    missing: Missing,
    delivery: &mut Deliver,
) -> Result<(), ClientError> {
    match missing {
        Missing::Ledger(account) => {
            // Of a group's members all ledgers at once, not one after the other.
            session.learn_members(&delivery.tree).await?;
            session.refresh_ledgers(&[account]).await
        }
        Missing::Tree(conversation, epoch) => {
            delivery.tree = session.fetch_tree(conversation, epoch).await?;
            Ok(())
        }
    }
}

fn take(deliveries: Arc<Vec<Deliver>>) -> Vec<Deliver> {
    Arc::try_unwrap(deliveries).unwrap_or_else(|shared| shared.to_vec())
}

fn open_all(
    transaction: &Transaction<'_>,
    session: &Session,
    deliveries: &[Deliver],
    tried: &BTreeSet<Missing>,
    gives_up: bool,
) -> Result<Opened, ClientError> {
    let opener = Opener {
        transaction,
        crypto: &session.crypto,
        identity: &session.identity,
        reader: &session.reader,
        own: session.own(),
        now: session.server_now(),
        confirmed: RefCell::default(),
    };
    let mut all = Opened::default();
    let mut conversations = BTreeSet::new();
    for (place, delivery) in deliveries.iter().enumerate() {
        let outcome = match savepoint(transaction, || opener.open(delivery)) {
            Ok(outcome) => outcome,
            Err(DeliveryError::Needs { missing, .. }) if !tried.contains(&missing) => {
                all.stopped = Some((place, missing));
                break;
            }
            // One delivery that trips us up must not hold up all others for ever.
            Err(DeliveryError::Ours(error @ ClientError::Internal(_))) if gives_up => {
                tracing::error!(%error, "a delivery was given up");
                Outcome::default()
            }
            Err(DeliveryError::Ours(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "a delivery was not opened");
                all.behind.extend(error.behind());
                not_opened(transaction, &opener, error, delivery)?
            }
        };
        remember(transaction, delivery)?;
        all.sequences.push(delivery.sequence);
        all.group_changed |= outcome.group_changed;
        for row in outcome.changed {
            // It may have gone again in the same batch.
            if message::by_row(transaction, row)?.is_some() {
                let record = session.reader.message_by_row(transaction, row)?;
                all.events.push(Event::MessageChanged(record));
            }
        }
        conversations.extend(outcome.conversation);
        all.events.extend(outcome.events);
        all.has_set |= outcome.has_set;
        all.looks |= outcome.looks;
        if let Some(row) = outcome.message {
            let record = session.reader.message_by_row(transaction, row)?;
            all.events.push(Event::MessageAdded(record.clone()));
            all.added.push(record);
        }
        for line in outcome.lines {
            let record = session.reader.message_by_row(transaction, line)?;
            conversations.insert(record.row.conversation);
            all.events.push(Event::MessageAdded(record));
        }
    }
    opened::forget_old(transaction)?;
    all.policy = policy(transaction, &all.added)?;
    all.events
        .extend(changed(&session.reader, transaction, conversations)?);
    Ok(all)
}

/// It may come again when the keys that would say so are gone.
fn remember(transaction: &Transaction<'_>, delivery: &Deliver) -> Result<(), ClientError> {
    if delivery.kind() == EnvelopeKind::Application
        && let Ok(header) = mls_header::read_application(&delivery.payload)
    {
        opened::put(transaction, delivery.sequence, header.envelope)?;
    }
    Ok(())
}

/// What the person is shown instead.
fn not_opened(
    transaction: &Transaction<'_>,
    opener: &Opener<'_>,
    error: DeliveryError,
    delivery: &Deliver,
) -> Result<Outcome, ClientError> {
    let (conversation, envelope) = match error {
        DeliveryError::Unreadable {
            conversation,
            envelope,
            ..
        } => (conversation, envelope),
        DeliveryError::Forbidden(forbidden)
        | DeliveryError::Needs {
            otherwise: Some(forbidden),
            ..
        } => {
            let Forbidden { at, alarm, .. } = *forbidden;
            return Ok(Outcome {
                events: raise(transaction, opener.reader, at, alarm, opener.now)?,
                ..Outcome::default()
            });
        }
        _ => return Ok(Outcome::default()),
    };
    match savepoint(transaction, || {
        opener.keep_unreadable(conversation, envelope, delivery)
    }) {
        Ok(outcome) => Ok(outcome),
        Err(DeliveryError::Ours(error)) => Err(error),
        Err(_) => Ok(Outcome::default()),
    }
}

async fn acknowledge(session: &Session, sequences: Vec<u64>) {
    for sequences in sequences.chunks(limits::ACKNOWLEDGE_LEN_MAX) {
        let acknowledge = Acknowledge {
            sequences: sequences.to_vec(),
            ..Acknowledge::default()
        };
        session
            .link
            .send(client_frame::Body::Acknowledge(acknowledge))
            .await;
    }
}
