//! Guesses at passwords: growing delays per account and per address, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use pipit_domain::Timestamp;

/// Delay after the first guess beyond the free ones; it doubles with each further one.
const DELAY_MS: u64 = 1000;
/// The longest delay: five minutes leave 288 guesses a day, and the owner can still get in.
const DELAY_MAX_MS: u64 = 5 * 60 * 1000;
/// Guesses are forgotten after an hour without any.
const FORGET_MS: u64 = 60 * 60 * 1000;
/// Keys remembered.
const KEYS_MAX: usize = 100_000;

#[derive(Debug, Clone, Copy)]
struct Tally {
    count: u32,
    last: Timestamp,
    until: Timestamp,
}

/// Attempts by key.
pub(crate) struct Guesses<K> {
    free: u32,
    tallies: Mutex<HashMap<K, Tally>>,
}

impl<K: Eq + Hash> Guesses<K> {
    /// `free` attempts come without a delay.
    pub(crate) fn new(free: u32) -> Self {
        Self {
            free,
            tallies: Mutex::default(),
        }
    }

    /// Counts an attempt, or says after how many milliseconds one may be made.
    pub(crate) fn attempt(&self, key: K, now: Timestamp) -> Result<(), u32> {
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        if tallies.len() >= KEYS_MAX && !tallies.contains_key(&key) {
            tallies.retain(|_, tally| now.distance_ms(tally.last) < FORGET_MS);
            if tallies.len() >= KEYS_MAX {
                return Err(u32::try_from(DELAY_MAX_MS).unwrap_or(u32::MAX));
            }
        }
        let fresh = Tally {
            count: 0,
            last: now,
            until: now,
        };
        let tally = tallies.entry(key).or_insert(fresh);
        if now.distance_ms(tally.last) >= FORGET_MS {
            *tally = fresh;
        }
        if now < tally.until {
            return Err(u32::try_from(tally.until.distance_ms(now)).unwrap_or(u32::MAX));
        }
        tally.count = tally.count.saturating_add(1);
        tally.last = now;
        if tally.count >= self.free {
            let doublings = (tally.count - self.free).min(16);
            let delay_ms = (DELAY_MS << doublings).min(DELAY_MAX_MS);
            tally.until = Timestamp::from_millis(now.as_millis() + delay_ms);
        }
        Ok(())
    }

    /// Forgets the attempts of a key: the password was right.
    pub(crate) fn clear(&self, key: &K) {
        self.tallies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + ms)
    }

    #[test]
    fn delays_grow_up_to_the_longest_and_end_with_the_right_password() {
        let guesses = Guesses::new(3);
        for _ in 0..3 {
            assert_eq!(guesses.attempt("mara", at(0)), Ok(()));
        }
        assert_eq!(guesses.attempt("mara", at(0)), Err(1000));
        assert_eq!(guesses.attempt("tom", at(0)), Ok(()));
        assert_eq!(guesses.attempt("mara", at(1000)), Ok(()));
        assert_eq!(guesses.attempt("mara", at(1000)), Err(2000));
        let mut now = 1000;
        for _ in 0..20 {
            now += DELAY_MAX_MS;
            assert_eq!(guesses.attempt("mara", at(now)), Ok(()));
        }
        assert_eq!(guesses.attempt("mara", at(now)), Err(300_000));
        guesses.clear(&"mara");
        assert_eq!(guesses.attempt("mara", at(now)), Ok(()));
    }

    #[test]
    fn an_hour_without_guesses_is_forgotten() {
        let guesses = Guesses::new(1);
        assert_eq!(guesses.attempt(1, at(0)), Ok(()));
        assert_eq!(guesses.attempt(1, at(0)), Err(1000));
        assert_eq!(guesses.attempt(1, at(FORGET_MS)), Ok(()));
        assert_eq!(guesses.attempt(1, at(FORGET_MS)), Err(1000));
    }
}
