//! Tokens used once: the nonces seen while their tokens are still in time.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use pipit_domain::{Timestamp, limits};
use pipit_ledger::NONCE_LEN;

/// Nonces in one span: at 500 connections a second a span of two minutes holds 60,000.
const NONCES_MAX: usize = 1_000_000;
/// A token is in time from one minute before to one minute after, so what is older than two spans of
/// this length can be forgotten.
const SPAN_MS: u64 = 2 * limits::TOKEN_AGE_MAX_MS;

/// Why a nonce was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplayError {
    /// It was used before.
    Used,
    /// Too many came in a short time.
    Full,
}

#[derive(Default)]
struct Spans {
    began: Timestamp,
    current: HashSet<[u8; NONCE_LEN]>,
    previous: HashSet<[u8; NONCE_LEN]>,
}

/// The nonces of two spans.
#[derive(Default)]
pub(crate) struct ReplayCache(Mutex<Spans>);

impl ReplayCache {
    /// Takes the nonce of a token whose signature is right.
    pub(crate) fn take(&self, nonce: [u8; NONCE_LEN], now: Timestamp) -> Result<(), ReplayError> {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age_ms = now.as_millis().saturating_sub(spans.began.as_millis());
        if age_ms >= SPAN_MS {
            let current = std::mem::take(&mut spans.current);
            spans.previous = if age_ms < 2 * SPAN_MS {
                current
            } else {
                HashSet::new()
            };
            spans.began = now;
        }
        if spans.current.contains(&nonce) || spans.previous.contains(&nonce) {
            return Err(ReplayError::Used);
        }
        if spans.current.len() >= NONCES_MAX {
            return Err(ReplayError::Full);
        }
        spans.current.insert(nonce);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_taken_once_for_as_long_as_its_token_is_in_time() {
        let cache = ReplayCache::default();
        let at = |ms| Timestamp::from_millis(1_000_000 + ms);
        assert_eq!(cache.take([1; 16], at(0)), Ok(()));
        // The token may have been made a minute ahead, so it is in time for two minutes.
        for ms in [0, 1000, SPAN_MS - 1, SPAN_MS, SPAN_MS + 1] {
            assert_eq!(cache.take([1; 16], at(ms)), Err(ReplayError::Used), "{ms}");
        }
        assert_eq!(cache.take([2; 16], at(SPAN_MS)), Ok(()));
        assert_eq!(cache.take([1; 16], at(3 * SPAN_MS)), Ok(()));
    }
}
