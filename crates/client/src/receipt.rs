//! Reports of reading: whoever wrote something learns that it was read.
//!
//! # Design
//! - How far one has read stands in the conversation, and beside it how far the others have been told. So
//!   nothing is told twice, and what was read just before the process ended is told after its next start.
//! - The device that was read on tells; the others of the account learn of it by the register of reading and
//!   keep silent.
//! - All that was read within [`DELAY_MS`] goes into one report with the id of each message.
//!
//! # Limits
//! Nothing is told, then or later, where this person does not tell such things, and in conversations of more
//! than [`ACCOUNTS_MAX`] accounts, in which nobody looks for it and every report would go to all. Who made a
//! request is told when it is accepted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_domain::Timestamp;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::receipt::{self, UnreportedRow};
use pipit_store::table::{group_member, person};
use pipit_store::{Connection, Transaction};
use pipit_wire::content::{Content, MessageStatus, StatusReport};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::clock::random;
use crate::error::ClientError;
use crate::people::is_request;
use crate::session::Session;
use crate::{control, settings, task};

/// From reading to telling: more is read meanwhile.
const DELAY_MS: u64 = 1_000;
/// Messages in one report. Far fewer than may be, so that no reader has to show a thousand changes at once.
const REPORT_LEN: usize = 200;
/// Conversations dealt with in one transaction.
const PLACES_LEN: usize = 32;
/// Accounts up to which a conversation has reports.
const ACCOUNTS_MAX: u64 = 64;
/// At the longest between two looks: a clock that was set back makes nothing wait for ever.
const PACE: Duration = Duration::from_secs(60);
/// After a failure of this device's own (a full disk).
const PAUSE: Duration = Duration::from_secs(5);
/// Nothing is to be told.
const NEVER: u64 = u64::MAX;

/// When to tell. At the start at once: something may be left of the last time.
#[derive(Debug, Default)]
pub(crate) struct Receipts {
    /// By the server's clock, in milliseconds.
    due_at: AtomicU64,
    pub(crate) wake: Arc<Notify>,
}

impl Receipts {
    /// Something may have to be told. Call it when that is on disk.
    pub(crate) fn note(&self, now: Timestamp) {
        let due_at = now.as_millis().saturating_add(DELAY_MS);
        if self.due_at.fetch_min(due_at, Ordering::SeqCst) == NEVER {
            self.wake.notify_one();
        }
    }
}

/// Starts the task; it ends with the session.
pub(crate) fn spawn(session: &Arc<Session>) {
    let wake = Arc::clone(&session.receipts.wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        while let Some(pause) = look(&session).await {
            // Woken or not, it looks again.
            let _ = timeout(pause, wake.notified()).await;
        }
    });
}

/// Tells what is due; answers how long there is nothing more to do, `None` when the session has ended.
async fn look(session: &Weak<Session>) -> Option<Duration> {
    let session = session.upgrade()?;
    let now = session.server_now().as_millis();
    let due_at = session.receipts.due_at.load(Ordering::SeqCst);
    if due_at == NEVER {
        return Some(PACE);
    }
    if due_at > now && due_at - now <= DELAY_MS {
        return Some(Duration::from_millis(due_at - now));
    }
    // What is read from here on notes it again.
    session.receipts.due_at.store(NEVER, Ordering::SeqCst);
    if let Err(error) = tell(&session).await {
        tracing::error!(%error, "what was read could not be told");
        session.receipts.due_at.store(0, Ordering::SeqCst);
        return Some(PAUSE);
    }
    Some(Duration::ZERO)
}

async fn tell(session: &Arc<Session>) -> Result<(), ClientError> {
    let mut after = 0;
    loop {
        let worker = Arc::clone(session);
        let next = session
            .store
            .write(move |transaction| tell_some(transaction, &worker, after))
            .await?;
        session.outbox_wake.notify_one();
        match next {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}

/// Queues one report each for some conversations above row `after`; answers from where to go on.
fn tell_some(
    transaction: &Transaction<'_>,
    session: &Session,
    after: i64,
) -> Result<Option<i64>, ClientError> {
    let is_on = settings::get(transaction)?.read_receipts;
    let rows = receipt::unreported(transaction, after, PLACES_LEN)?;
    let is_last = rows.len() < PLACES_LEN;
    let mut next = after;
    for row in rows {
        let place = conversation::by_row(transaction, row.conversation)?
            .ok_or(ClientError::UnknownConversation)?;
        let is_done = match telling(transaction, &place, is_on)? {
            Telling::Now => queue(transaction, session, &row)?,
            Telling::Later => true,
            Telling::Never => {
                receipt::set_position(transaction, row.conversation, row.read_position)?;
                true
            }
        };
        if !is_done {
            return Ok(Some(next));
        }
        next = row.conversation;
    }
    Ok((!is_last).then_some(next))
}

/// Queues a report; answers whether it holds everything that was read.
fn queue(
    transaction: &Transaction<'_>,
    session: &Session,
    row: &UnreportedRow,
) -> Result<bool, ClientError> {
    let read = receipt::messages(transaction, row, session.own(), REPORT_LEN)?;
    let is_all = read.len() < REPORT_LEN;
    let told = match read.last() {
        Some((position, _)) if !is_all => *position,
        _ => row.read_position,
    };
    if !read.is_empty() {
        let statuses = read.into_iter().map(|(_, id)| (id, MessageStatus::READ));
        let report = StatusReport {
            statuses: statuses.collect(),
        };
        let content = Content::status_report(random(), &report);
        control::queue(transaction, row.conversation, &content)?;
    }
    receipt::set_position(transaction, row.conversation, told)?;
    Ok(is_all)
}

/// Whether the others of a conversation are told what was read.
enum Telling {
    Now,
    /// When they are accepted, or this device is in the group again.
    Later,
    Never,
}

fn telling(
    connection: &Connection,
    place: &ConversationRow,
    is_on: bool,
) -> Result<Telling, ClientError> {
    let may_tell = is_on
        && match place.kind {
            ConversationKind::OwnDevices => false,
            ConversationKind::Direct => match place.peer {
                Some(peer) => !person::get(connection, peer)?.is_blocked,
                None => false,
            },
            ConversationKind::Group => {
                let group = chat_group::get(connection, place.conversation)?;
                group.is_some_and(|group| group.membership == Membership::In)
                    && group_member::count(connection, place.conversation)? <= ACCOUNTS_MAX
            }
        };
    Ok(match may_tell {
        false => Telling::Never,
        true if place.group.is_none() || is_request(connection, place)? => Telling::Later,
        true => Telling::Now,
    })
}
