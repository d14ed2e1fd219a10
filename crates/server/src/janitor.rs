//! Lets go what is too old, in small steps.

use std::sync::Arc;
use std::time::Duration;

use pipit_domain::Clock;
use pipit_mailbox::{Expired, Store};
use tokio::time::sleep;

/// Between rounds.
const ROUND: Duration = Duration::from_secs(15 * 60);
/// Between the steps of a round, so that writers get their turns.
const STEP: Duration = Duration::from_millis(50);

/// Runs for ever.
pub(crate) async fn run(store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    loop {
        loop {
            match store.expire(clock.now()).await {
                Ok(expired) if expired == Expired::default() => break,
                Ok(expired) => {
                    if expired.mailboxes > 0 {
                        tracing::info!(count = expired.mailboxes, "mailboxes expired");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "expiry did not finish");
                    break;
                }
            }
            sleep(STEP).await;
        }
        sleep(ROUND).await;
    }
}
