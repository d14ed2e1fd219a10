//! What follows when the mail that waited has been read: settling, joining, coming back, replenishing. And joining
//! when another device of the account says that this one was left out.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_store::table::message;
use tokio::time::sleep;

use crate::client::Shared;
use crate::clock::random;
use crate::error::ClientError;
use crate::session::Session;
use crate::{delivered, sync, task};

/// After it has failed, before it is tried again: at first, and at most.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// After the first time since the program started, before conversations are looked for once more: whoever was adding
/// this account to one as this device came in did not know of the device.
const SECOND_LOOK: Duration = Duration::from_secs(10);

/// The mail that waited has been read, Welcomes among it; what is missing now has to be fetched. What
/// fails in passing is tried again for as long as this connection is the newest.
///
/// `has_gap`: the server had dropped mail. `newest`: gone when there is a newer connection.
pub(crate) fn start(shared: &Arc<Shared>, session: &Arc<Session>, has_gap: bool, newest: &Arc<()>) {
    let around = Around::new(shared, session, newest);
    task::start(async move {
        if !around.persist(Work::All { has_gap }).await {
            return;
        }
        let is_first = around
            .session
            .upgrade()
            .is_some_and(|session| !session.has_looked_again.swap(true, Ordering::Relaxed));
        if !is_first {
            return;
        }
        sleep(SECOND_LOOK).await;
        if let (Some(shared), Some(session)) = (around.shared.upgrade(), around.session.upgrade())
            && let Err(error) = session.join_missing(&shared).await
        {
            tracing::info!(%error, "conversations are looked for with the next connection");
            session.has_looked_again.store(false, Ordering::Relaxed);
        }
    });
}

/// Another device of the account says that this one may be missing somewhere.
pub(crate) fn look(shared: &Arc<Shared>, session: &Arc<Session>, newest: &Arc<()>) {
    let around = Around::new(shared, session, newest);
    task::start(async move {
        around.persist(Work::Look).await;
    });
}

/// What there is to do.
#[derive(Debug, Clone, Copy)]
enum Work {
    /// All that follows a connection.
    All { has_gap: bool },
    /// Joining conversations without this device.
    Look,
}

/// What a task works with as long as it is there.
struct Around {
    shared: Weak<Shared>,
    session: Weak<Session>,
    newest: Weak<()>,
}

impl Around {
    fn new(shared: &Arc<Shared>, session: &Arc<Session>, newest: &Arc<()>) -> Self {
        Self {
            shared: Arc::downgrade(shared),
            session: Arc::downgrade(session),
            newest: Arc::downgrade(newest),
        }
    }

    /// Does something until it is done, for as long as this connection is the newest; answers whether nothing
    /// hinders for good.
    async fn persist(&self, work: Work) -> bool {
        let mut pause = PAUSE;
        while self.newest.strong_count() > 0
            && let (Some(shared), Some(session)) = (self.shared.upgrade(), self.session.upgrade())
        {
            let done = match work {
                Work::All { has_gap } => catch_up(&shared, &session, has_gap).await,
                Work::Look => session.join_missing(&shared).await.map(drop),
            };
            match done {
                Ok(()) => break,
                Err(ClientError::Net(error)) if error.is_passing() => {
                    tracing::info!(%error, "catching up is tried again");
                }
                Err(error) => {
                    tracing::info!(%error, "catching up is left for the next connection");
                    return false;
                }
            }
            drop((shared, session));
            let [share] = random();
            sleep(pause + pause.mul_f64(f64::from(share) / 256.0)).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        true
    }
}

async fn catch_up(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    has_gap: bool,
) -> Result<(), ClientError> {
    if has_gap {
        session.fill_gap(shared).await?;
    }
    session.settle_commits(shared).await?;
    // A device may have been added or revoked elsewhere.
    session.refresh_ledgers(&[session.own()]).await?;
    let states = session.join_missing(shared).await?;
    session.bring_back_all(shared, &states).await?;
    sync::meet_own_devices(shared, session).await?;
    session.has_joined.store(true, Ordering::Relaxed);
    session.history_wake.notify_one();
    session.replenish_key_packages().await?;
    session.plan_renewals().await?;
    session.group_wake.notify_one();
    ask_undelivered(shared, session).await
}

/// Asks how far own messages are that others have not all received.
///
/// # Errors
/// When the server can't be reached, or the history can't be read.
pub(crate) async fn ask_undelivered(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
) -> Result<(), ClientError> {
    let mut before = i64::MAX;
    loop {
        let page = session
            .store
            .read(move |connection| message::undelivered(connection, before, delivered::ASK_LEN))
            .await?;
        let Some((oldest, _)) = page.last() else {
            return Ok(());
        };
        before = *oldest;
        let envelopes: Vec<_> = page.iter().map(|(_, envelope)| *envelope).collect();
        delivered::ask(shared, session, &envelopes).await?;
    }
}
