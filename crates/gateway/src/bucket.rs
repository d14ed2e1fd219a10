//! Token buckets: pure rate limits, with time as an argument.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use pipit_domain::Timestamp;

/// A rate: so many a period, with a burst.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// Milliseconds in which one token comes back.
    pub(crate) refill_ms: f64,
    /// Tokens at most.
    pub(crate) burst: f64,
}

impl Rate {
    pub(crate) fn per_second(count: u32) -> Self {
        let count = f64::from(count.max(1));
        Self {
            refill_ms: 1000.0 / count,
            burst: count * 4.0,
        }
    }

    pub(crate) fn per_minute(count: u32) -> Self {
        let count = f64::from(count.max(1));
        Self {
            refill_ms: 60_000.0 / count,
            burst: count * 4.0,
        }
    }
}

/// One bucket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    rate: Rate,
    tokens: f64,
    at: Timestamp,
}

impl Bucket {
    pub(crate) fn full(rate: Rate, now: Timestamp) -> Self {
        Self {
            rate,
            tokens: rate.burst,
            at: now,
        }
    }

    /// Takes a token, or says after how many milliseconds there will be one.
    pub(crate) fn take(&mut self, now: Timestamp) -> Result<(), u32> {
        let passed_ms = now.as_millis().saturating_sub(self.at.as_millis());
        self.at = self.at.max(now);
        self.tokens = (self.tokens + passed_ms as f64 / self.rate.refill_ms).min(self.rate.burst);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - self.tokens) * self.rate.refill_ms).ceil().max(1.0) as u32)
    }

    fn is_full(&self, now: Timestamp) -> bool {
        let passed_ms = now.as_millis().saturating_sub(self.at.as_millis());
        self.tokens + passed_ms as f64 / self.rate.refill_ms >= self.rate.burst
    }
}

/// Buckets by key (an address, a device), made when first used and forgotten when full again.
pub(crate) struct Buckets<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

/// Keys with a bucket of their own. Beyond it, full ones are forgotten, then all: a flood of addresses
/// may loosen the limit for a moment, but never takes more memory.
const KEYS_MAX: usize = 50_000;

impl<K: Eq + Hash> Buckets<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token of this key's bucket, or says after how many milliseconds there will be one.
    pub(crate) fn take(&self, key: K, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS_MAX && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| !bucket.is_full(now));
            if buckets.len() >= KEYS_MAX {
                buckets.clear();
            }
        }
        buckets
            .entry(key)
            .or_insert_with(|| Bucket::full(self.rate, now))
            .take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let mut bucket = Bucket::full(Rate::per_second(10), at(0));
        for _ in 0..40 {
            assert_eq!(bucket.take(at(0)), Ok(()));
        }
        assert_eq!(bucket.take(at(0)), Err(100));
        assert_eq!(bucket.take(at(50)), Err(50));
        assert_eq!(bucket.take(at(100)), Ok(()));
        assert_eq!(bucket.take(at(100)), Err(100));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_and_takes_nothing() {
        let mut bucket = Bucket::full(
            Rate {
                refill_ms: 1000.0,
                burst: 1.0,
            },
            at(10_000),
        );
        assert_eq!(bucket.take(at(10_000)), Ok(()));
        assert!(bucket.take(at(0)).is_err());
        assert!(bucket.take(at(10_500)).is_err());
        assert_eq!(bucket.take(at(11_000)), Ok(()));
    }

    #[test]
    fn keys_do_not_share_and_memory_is_bounded() {
        let buckets = Buckets::new(Rate {
            refill_ms: 1000.0,
            burst: 1.0,
        });
        assert!(buckets.take(1, at(0)).is_ok());
        assert!(buckets.take(1, at(0)).is_err());
        for key in 2..(KEYS_MAX as u64 + 100) {
            assert!(buckets.take(key, at(0)).is_ok());
        }
        assert!(buckets.buckets.lock().unwrap().len() <= KEYS_MAX);
    }
}
