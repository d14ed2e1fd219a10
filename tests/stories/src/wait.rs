//! Waiting for a condition with a deadline, which is how stories wait for anything.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// Long enough for a loaded machine with two cores; a failing test waits this long once.
pub const DEADLINE: Duration = Duration::from_secs(40);

/// How often a condition is looked at that tells nobody when it changes.
const PACE: Duration = Duration::from_millis(25);

/// Waits until `condition` gives a value.
///
/// # Panics
/// When it has not within [`DEADLINE`]: says what was waited for.
pub async fn until<T, F>(what: &str, mut condition: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {DEADLINE:?} for {what}");
        sleep(PACE).await;
    }
}

/// Waits until what has been gathered so far gives a value.
pub(crate) async fn gathered<L, T>(
    what: &str,
    log: &watch::Sender<L>,
    mut pick: impl FnMut(&L) -> Option<T>,
) -> T {
    let mut log = log.subscribe();
    let found = async {
        loop {
            if let Some(value) = pick(&log.borrow_and_update()) {
                return value;
            }
            log.changed()
                .await
                .expect("the log lives as long as its owner");
        }
    };
    timeout(DEADLINE, found)
        .await
        .unwrap_or_else(|_| panic!("waited {DEADLINE:?} for {what}"))
}
