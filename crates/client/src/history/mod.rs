//! The history on a device that came to its account later: fetched from another device of the account, end to end
//! encrypted, the newest first.
//!
//! | the device that needs it | one that has all |
//! |---|---|
//! | *ask*, to all | *offer* |
//! | *fetch* the list of conversations | *chats*, page by page |
//! | *fetch* messages below what has come of each | *pages*: as many as fit one envelope |
//!
//! # Design
//! - These are control messages of the note to self, whose members are just the account's devices. So they wait for
//!   a device that is away, come once and in order, and outlive both processes. One question is under way at a time,
//!   and each answer, with the cursor that it moves, is one transaction: it goes on where it was.
//! - First the last messages of every conversation, the one with the newest first; then all the rest.
//! - A message comes with all that was done to it. One that is here is let be, so that what comes twice, or from two
//!   devices, does no harm; what has waited for it is applied as for any other.
//! - A source that says nothing for a while, or is no longer in force, is given up, and all are asked again.
//!
//! # Limits
//! What does not fit an envelope is left out: of one message first reports, then old texts, reactions, and last votes.
//! Messages that are still to be sent, that could not be read, or that have disappeared by now are not given.

mod fetch;
mod give;
mod whole;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_domain::{DeviceId, Timestamp};
use pipit_ledger::conversation as derived;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::history::{self, FetchRow, Stage};
use pipit_store::table::ledger;
use pipit_store::{StoreError, Transaction};
use pipit_wire::content::Content;
use pipit_wire::frame::Message as _;
use pipit_wire::history::{Body, DeviceHistory, MEDIA_TYPE};
use tokio::time::timeout;

use crate::client::{Client, Shared};
use crate::clock::random;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;
use crate::session::Session;
use crate::{catch_up, control, task};

/// Without a word for so long, another device is asked too.
const SILENCE_MS: u64 = 60_000;
/// A question that nobody has answered is asked again: whoever had not all of it then may have it now.
const ASK_AGAIN_MS: u64 = 60 * 60 * 1000;
/// Between two looks at how it is going.
const PACE: Duration = Duration::from_secs(30);
/// After a failure of this device's own (a full disk).
const PAUSE: Duration = Duration::from_secs(5);

/// How far the history of this account is on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryProgress {
    /// Whether something is to come.
    pub state: HistoryState,
    /// Messages that have come.
    pub received: u64,
    /// About as many as there are.
    pub total: u64,
}

/// Whether something of the history is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryState {
    /// All that the account's devices have is here.
    Complete,
    /// Another device has to come online first.
    Waiting,
    /// It is coming.
    Coming,
}

impl Client {
    /// How far the history is on this device.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn history_progress(&self) -> Result<HistoryProgress, ClientError> {
        let session = self.session()?;
        let row = session.store.read(history::fetching).await?;
        Ok(progress(row.as_ref()))
    }
}

fn progress(row: Option<&FetchRow>) -> HistoryProgress {
    let state = match row.map(|row| row.stage) {
        None | Some(Stage::Done) => HistoryState::Complete,
        Some(Stage::Wanted | Stage::Asked) => HistoryState::Waiting,
        Some(Stage::Listing | Stage::Fetching) => HistoryState::Coming,
    };
    HistoryProgress {
        state,
        received: row.map_or(0, |row| row.received),
        total: row.map_or(0, |row| row.total.max(row.received)),
    }
}

/// This device needs what was accepted from `since` on.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn want(transaction: &Transaction<'_>, since: Timestamp) -> Result<(), StoreError> {
    // Whatever was to come goes on to.
    let since = match history::fetching(transaction)? {
        Some(row) if row.stage != Stage::Done => row.since.min(since),
        _ => since,
    };
    let row = FetchRow {
        stage: Stage::Wanted,
        source: None,
        heard_at: Timestamp::from_millis(0),
        listed: 0,
        total: 0,
        received: 0,
        since,
    };
    history::set_fetching(transaction, &row)
}

/// What this device knows of itself and of the moment.
struct Place<'a> {
    transaction: &'a Transaction<'a>,
    reader: &'a Reader,
    device: DeviceId,
    /// The note to self.
    row: i64,
    now: Timestamp,
}

impl Place<'_> {
    /// Queues something for a device, or for all.
    fn say(&self, to: Option<DeviceId>, body: Body) -> Result<(), ClientError> {
        let said = DeviceHistory {
            to: to.map_or_else(Vec::new, |to| to.to_vec()),
            from: self.device.to_vec(),
            body: Some(body),
        };
        let content = Content::control(random(), MEDIA_TYPE, &said.encode_to_vec());
        control::queue(self.transaction, self.row, &content)
    }
}

/// Takes what another device of the account says of the history; answers what to tell. Anybody else has no say.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn receive(
    transaction: &Transaction<'_>,
    reader: &Reader,
    device: DeviceId,
    notes: &ConversationRow,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    if notes.kind != ConversationKind::OwnDevices {
        return Ok(Vec::new());
    }
    let place = Place {
        transaction,
        reader,
        device,
        row: notes.conversation,
        now,
    };
    let Ok(said) = pipit_wire::history::decode(bytes) else {
        tracing::warn!("what another device of this account says of the history was dropped");
        return Ok(Vec::new());
    };
    let Ok(from) = DeviceId::try_from(&said.from[..]) else {
        return Ok(Vec::new());
    };
    if from == device || !(said.to.is_empty() || said.to == device.as_bytes()) {
        return Ok(Vec::new());
    }
    match said.body {
        Some(Body::Ask(_)) => give::offer(&place, from).map(|()| Vec::new()),
        Some(Body::Fetch(wanted)) => give::answer(&place, from, &wanted).map(|()| Vec::new()),
        Some(Body::Offer(offer)) => fetch::offered(&place, from, &offer),
        Some(Body::Chats(chats)) => fetch::take_chats(&place, from, &chats),
        Some(Body::Pages(pages)) => fetch::take_pages(&place, from, &pages),
        None => Ok(Vec::new()),
    }
}

/// Starts the task that asks; it ends with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let wake = Arc::clone(&session.history_wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        let mut was_wanted = false;
        loop {
            let (Some(strong), Some(shared)) = (session.upgrade(), shared.upgrade()) else {
                return;
            };
            let wait = match look(&shared, &strong).await {
                Ok(is_wanted) => {
                    if was_wanted && !is_wanted {
                        all_is_here(&shared, &strong).await;
                    }
                    was_wanted = is_wanted;
                    PACE
                }
                Err(error) => {
                    tracing::error!(%error, "the history could not be asked for");
                    PAUSE
                }
            };
            drop((strong, shared));
            // Woken or not, it looks again.
            let _ = timeout(wait, wake.notified()).await;
        }
    });
}

/// Who has received a message may have been told between its being given and its coming. After a crash the next
/// connection asks.
async fn all_is_here(shared: &Arc<Shared>, session: &Arc<Session>) {
    if let Err(error) = catch_up::ask_undelivered(shared, session).await {
        tracing::info!(%error, "who has received what is asked for with the next connection");
    }
}

/// Asks, or asks again, when nothing is under way; answers whether something is still to come.
async fn look(shared: &Shared, session: &Arc<Session>) -> Result<bool, ClientError> {
    // First what is written now, then what was.
    let is_ready = &[&session.is_caught_up, &session.has_joined];
    let is_ready = is_ready.iter().all(|is_so| is_so.load(Ordering::Relaxed));
    let is_wanted = session
        .store
        .read(|connection| {
            Ok::<_, ClientError>(match history::fetching(connection)? {
                None => false,
                Some(row) if row.stage == Stage::Done => {
                    !history::cursors(connection, 1)?.is_empty()
                }
                Some(_) => true,
            })
        })
        .await?;
    if !is_wanted || !is_ready {
        return Ok(is_wanted);
    }
    let worker = Arc::clone(session);
    let events = session
        .store
        .write(move |transaction| {
            let own = worker.own();
            let notes = conversation::get(transaction, derived::note_to_self(own))?;
            // Until the device is in it, there is nobody to ask.
            let Some(notes) = notes.filter(|notes| notes.group.is_some()) else {
                return Ok(Vec::new());
            };
            let Some(ledger) = ledger::get(transaction, own)? else {
                return Ok(Vec::new());
            };
            let place = Place {
                transaction,
                reader: &worker.reader,
                device: worker.identity.leaf().device,
                row: notes.conversation,
                now: worker.server_now(),
            };
            let others = ledger.devices().keys();
            let others = others
                .copied()
                .filter(|other| *other != place.device)
                .collect();
            fetch::go_on(&place, &others)
        })
        .await?;
    session.outbox_wake.notify_one();
    shared.publish(events);
    Ok(true)
}
