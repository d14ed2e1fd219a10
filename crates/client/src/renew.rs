//! Renewing this device's keys in its groups: a commit that changes nothing else, so that what an
//! intruder may have read of this device's keys is worth nothing afterwards.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_domain::Timestamp;
use pipit_e2ee::Change;
use pipit_store::table::renewal;
use tokio::time::timeout;

use crate::client::{Connection, Shared};
use crate::commit::Making;
use crate::epoch::load;
use crate::error::ClientError;
use crate::renewal_plan::{Urgency, plan};
use crate::session::Session;
use crate::task;

/// How long the task waits at most before it looks at the plan again: the computer may have slept.
const LOOK_MAX: Duration = Duration::from_secs(60 * 60);
/// After a renewal that failed for another reason than the line.
const POSTPONED_MS: u64 = 24 * 60 * 60 * 1000;

/// Starts the task; it ends with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let wake = Arc::clone(&session.renewal_wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        loop {
            let (Some(strong), Some(shared)) = (session.upgrade(), shared.upgrade()) else {
                return;
            };
            let pause = match shared.connection() {
                Connection::Online => strong.renew_due(&shared).await.unwrap_or(LOOK_MAX),
                _ => LOOK_MAX,
            };
            drop((strong, shared));
            let _ = timeout(pause, wake.notified()).await;
        }
    });
}

impl Session {
    /// Plans what has no turn yet, such as a conversation that this device created.
    ///
    /// # Errors
    /// When the history can't be written.
    pub(crate) async fn plan_renewals(&self) -> Result<(), ClientError> {
        let (crypto, now) = (Arc::clone(&self.crypto), self.server_now());
        self.store
            .write(move |transaction| {
                for row in renewal::unplanned(transaction)? {
                    let devices =
                        load(transaction, &crypto, row)?.map_or(0, |group| group.members().len());
                    plan(transaction, row, Urgency::Later, devices, now)?;
                }
                Ok::<_, ClientError>(())
            })
            .await?;
        self.renewal_wake.notify_one();
        Ok(())
    }

    /// Renews what is due; answers how long until the next turn.
    async fn renew_due(&self, shared: &Shared) -> Result<Duration, ClientError> {
        loop {
            let first = self.store.read(renewal::first).await?;
            let Some((row, due)) = first else {
                return Ok(LOOK_MAX);
            };
            let now = self.server_now();
            if due > now {
                let left = due.as_millis() - now.as_millis();
                return Ok(Duration::from_millis(left).min(LOOK_MAX));
            }
            match self.renew(shared, row).await {
                Ok(()) => {}
                Err(ClientError::Net(error)) if error.is_passing() => return Ok(LOOK_MAX),
                Err(error) => {
                    tracing::info!(%error, "keys were not renewed");
                    let later = Timestamp::from_millis(now.as_millis() + POSTPONED_MS);
                    self.store
                        .write(move |transaction| renewal::set(transaction, row, later))
                        .await?;
                }
            }
        }
    }

    /// Renews this device's keys in one group, unless somebody else's commit is first.
    async fn renew(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        let place = self.conversation_row(row).await?;
        if place.group.is_none() || place.pending_create.is_some() {
            return Err(ClientError::UnknownConversation);
        }
        let now = self.server_now();
        let has_tried = AtomicBool::new(false);
        let make = move |making: &Making<'_>| {
            if !has_tried.swap(true, Ordering::Relaxed) {
                return Ok(Some(Change::renew()));
            }
            let devices = making.group.members().len();
            plan(
                making.transaction,
                making.conversation,
                Urgency::Soon,
                devices,
                now,
            )?;
            Ok(None)
        };
        self.commit(shared, row, make).await.map(drop)
    }
}
