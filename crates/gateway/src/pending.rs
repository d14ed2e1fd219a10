//! Things that live for minutes and are used once: log-ins half done, and tickets.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pipit_domain::Timestamp;

/// How many may wait at once; beyond it new ones are refused until old ones run out.
const LEN_MAX: usize = 20_000;

/// A bounded map whose values run out.
pub(crate) struct Pending<K, V> {
    life_ms: u64,
    waiting: Mutex<HashMap<K, (Timestamp, V)>>,
}

/// Too many are waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PendingFull;

impl<K: Eq + Hash, V> Pending<K, V> {
    pub(crate) fn new(life_ms: u64) -> Self {
        Self {
            life_ms,
            waiting: Mutex::default(),
        }
    }

    pub(crate) fn insert(&self, key: K, value: V, now: Timestamp) -> Result<(), PendingFull> {
        let mut waiting = self.lock();
        if waiting.len() >= LEN_MAX {
            waiting.retain(|_, (made, _)| now.distance_ms(*made) < self.life_ms);
            if waiting.len() >= LEN_MAX {
                return Err(PendingFull);
            }
        }
        waiting.insert(key, (now, value));
        Ok(())
    }

    /// Takes a value out; `None` when it was used, has run out, or never was.
    pub(crate) fn take(&self, key: &K, now: Timestamp) -> Option<V> {
        let (made, value) = self.lock().remove(key)?;
        (now.distance_ms(made) < self.life_ms).then_some(value)
    }

    /// Looks at a value without taking it.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<V>
    where
        V: Copy,
    {
        let waiting = self.lock();
        let (made, value) = waiting.get(key)?;
        (now.distance_ms(*made) < self.life_ms).then_some(*value)
    }

    /// Forgets the values for which `is_over` says so.
    pub(crate) fn forget(&self, is_over: impl Fn(&V) -> bool) {
        self.lock().retain(|_, (_, value)| !is_over(value));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, (Timestamp, V)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_used_once_and_run_out() {
        let at = Timestamp::from_millis;
        let pending = Pending::new(1000);
        pending.insert(1, "one", at(0)).unwrap();
        pending.insert(2, "two", at(0)).unwrap();
        assert_eq!(pending.get(&1, at(999)), Some("one"));
        assert_eq!(pending.take(&1, at(999)), Some("one"));
        assert_eq!(pending.take(&1, at(999)), None);
        assert_eq!(pending.take(&2, at(1000)), None);
        pending.insert(3, "three", at(0)).unwrap();
        pending.insert(4, "four", at(0)).unwrap();
        pending.forget(|value| *value == "three");
        assert_eq!(pending.get(&3, at(0)), None);
        assert_eq!(pending.get(&4, at(0)), Some("four"));
    }

    #[test]
    fn memory_is_bounded() {
        let at = Timestamp::from_millis;
        let pending = Pending::new(1000);
        for key in 0..LEN_MAX {
            pending.insert(key, (), at(0)).unwrap();
        }
        assert_eq!(pending.insert(LEN_MAX, (), at(999)), Err(PendingFull));
        assert_eq!(pending.insert(LEN_MAX, (), at(1000)), Ok(()));
    }
}
