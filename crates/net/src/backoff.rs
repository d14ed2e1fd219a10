//! How long to wait before the next try: full jitter, so that the clients of a server that comes back
//! don't come back all at once.

use std::time::Duration;

/// Upper bound of the first wait.
const FIRST: Duration = Duration::from_millis(200);
/// Upper bound of any wait.
const LONGEST: Duration = Duration::from_secs(60);

/// Waits that grow with every failure in a row.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next wait, at random up to a bound that doubles each time.
    pub(crate) fn next(&mut self) -> Duration {
        let bound = FIRST
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        jitter(Duration::ZERO, bound)
    }

    /// The connection stood: start over.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A time between two, at random. Without randomness from the system it is the longer one.
pub(crate) fn jitter(from: Duration, to: Duration) -> Duration {
    let span = to.saturating_sub(from);
    match getrandom::u32() {
        Ok(random) => from + span.mul_f64(f64::from(random) / f64::from(u32::MAX)),
        Err(_) => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_start_over() {
        let mut backoff = Backoff::default();
        assert!(backoff.next() <= FIRST);
        let later: Vec<_> = (0..200).map(|_| backoff.next()).collect();
        assert!(later.iter().all(|wait| *wait <= LONGEST));
        assert!(
            later
                .iter()
                .skip(20)
                .any(|wait| *wait > Duration::from_secs(10))
        );
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
