//! What follows when the mail that waited has been read: settling, joining, coming back, replenishing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
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
    let (shared, session) = (Arc::downgrade(shared), Arc::downgrade(session));
    let newest = Arc::downgrade(newest);
    task::start(async move {
        let mut pause = PAUSE;
        while newest.strong_count() > 0
            && let (Some(shared), Some(session)) = (shared.upgrade(), session.upgrade())
        {
            match catch_up(&shared, &session, has_gap).await {
                Ok(()) => break,
                Err(ClientError::Net(error)) if error.is_passing() => {
                    tracing::info!(%error, "catching up is tried again");
                }
                Err(error) => {
                    tracing::info!(%error, "catching up is left for the next connection");
                    return;
                }
            }
            drop((shared, session));
            let [share] = random();
            sleep(pause + pause.mul_f64(f64::from(share) / 256.0)).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        let is_first = session
            .upgrade()
            .is_some_and(|session| !session.has_looked_again.swap(true, Ordering::Relaxed));
        if !is_first {
            return;
        }
        sleep(SECOND_LOOK).await;
        if let (Some(shared), Some(session)) = (shared.upgrade(), session.upgrade())
            && let Err(error) = session.join_missing(&shared).await
        {
            tracing::info!(%error, "conversations are looked for with the next connection");
            session.has_looked_again.store(false, Ordering::Relaxed);
        }
    });
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
    session.replenish_key_packages().await?;
    session.plan_renewals().await?;
    session.group_wake.notify_one();
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
