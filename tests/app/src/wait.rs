//! Waiting for a condition with a deadline, which is how tests here wait for anything.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// Long enough for a loaded machine with two cores; a failing test waits this long once.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// How often the condition is looked at.
const PACE: Duration = Duration::from_millis(50);

/// Waits until `condition` gives a value.
///
/// # Errors
/// When it has not within [`DEADLINE`]; the error says what was waited for, and the condition's last
/// error.
pub async fn until<T, F>(what: &str, mut condition: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let deadline = Instant::now() + DEADLINE;
    loop {
        let last = match condition().await {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        if Instant::now() >= deadline {
            match last {
                Some(error) => bail!("waited {DEADLINE:?} for {what}; last: {error:#}"),
                None => bail!("waited {DEADLINE:?} for {what}"),
            }
        }
        tokio::time::sleep(PACE).await;
    }
}
