//! Guesses at passwords, codes and recovery keys: growing delays per account and per address.
//!
//! Counted in bounded memory; a tally that has come to a delay is kept in the store, too, so that a restart gives
//! nobody fresh guesses. A device in force that proves its password is counted by itself: whoever guesses from
//! elsewhere can keep new devices waiting, and never those in force. A signature by the recovery key can't be
//! guessed; its failures are counted, and a right one never waits for them
//! ([decision 0041](../../../docs/decisions/0041-what-guesses-delay.md)).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use pipit_domain::{AccountId, DeviceId, Timestamp, Username};
use pipit_mailbox::TallyRow;
use sha2::{Digest, Sha256};

use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Delay after the first guess beyond the free ones; it doubles with each further one.
const DELAY_MS: u64 = 1000;
/// The longest delay: five minutes leave 288 guesses a day, and the owner can still get in.
const DELAY_MAX_MS: u64 = 5 * 60 * 1000;
/// Guesses are forgotten after an hour without any.
pub(crate) const FORGET_MS: u64 = 60 * 60 * 1000;
/// Keys remembered.
const KEYS_MAX: usize = 100_000;
/// Guesses at an account's password, code or recovery key before delays begin.
const FREE_PER_ACCOUNT: u32 = 5;
/// Guesses from one address before delays begin: a household or an office.
const FREE_PER_ADDRESS: u32 = 30;

/// What is tried, and who is counted for it.
#[derive(Debug, Clone)]
pub(crate) enum Guess {
    /// The password of this name, by somebody new.
    Password(Username),
    /// The password of its account, or the code, by this device in force.
    Device(DeviceId),
    /// The second factor of this account, by somebody who has its password or recovery key.
    Code(AccountId),
    /// The recovery key of this name.
    Recovery(Username),
    /// Any of them, from this network.
    Address(IpAddr),
}

/// A keyed hash of a guess.
type Key = [u8; 16];

impl Guess {
    const fn free(&self) -> u32 {
        match self {
            Self::Address(_) => FREE_PER_ADDRESS,
            _ => FREE_PER_ACCOUNT,
        }
    }

    fn key(&self, secret: &[u8]) -> Key {
        let hash = Sha256::new().chain_update(secret);
        let hash = match self {
            Self::Password(name) => hash.chain_update([1]).chain_update(name.as_str()),
            Self::Device(device) => hash.chain_update([2]).chain_update(device.as_bytes()),
            Self::Code(account) => hash.chain_update([3]).chain_update(account.as_bytes()),
            Self::Recovery(name) => hash.chain_update([4]).chain_update(name.as_str()),
            Self::Address(IpAddr::V4(at)) => hash.chain_update([5]).chain_update(at.octets()),
            Self::Address(IpAddr::V6(at)) => hash.chain_update([6]).chain_update(at.octets()),
        };
        let hash: [u8; 32] = hash.finalize().into();
        let mut key = Key::default();
        key.copy_from_slice(&hash[..16]);
        key
    }
}

impl Gateway {
    /// Counts a guess, or says how long to wait. Addresses of this machine itself are exempt.
    pub(crate) async fn guess(&self, guess: &Guess) -> Result<(), Refusal> {
        if matches!(guess, Guess::Address(address) if address.is_loopback()) {
            return Ok(());
        }
        let key = guess.key(&self.guess_secret);
        let counted = self.guesses.attempt(key, guess.free(), self.now());
        let kept = counted.map_err(Refusal::too_many_guesses)?;
        if let Some(tally) = kept {
            self.store.keep_tally(tally).await?;
        }
        Ok(())
    }

    /// The guess was right: an account's, or a device's, tally is forgotten. That of an address loses this one, so
    /// that nobody guesses on by being right about an account of their own in between.
    pub(crate) async fn guessed_right(&self, guess: &Guess) -> Result<(), Refusal> {
        let key = guess.key(&self.guess_secret);
        if matches!(guess, Guess::Address(_)) {
            self.guesses.take_back(&key, self.now());
        } else if self.guesses.clear(&key, guess.free()) {
            self.store.forget_tally(key).await?;
        }
        Ok(())
    }
}

/// Attempts by key.
#[derive(Default)]
pub(crate) struct Guesses {
    tallies: Mutex<HashMap<Key, TallyRow>>,
}

impl Guesses {
    /// Goes on with the tallies from before a restart.
    pub(crate) fn load(&self, rows: Vec<TallyRow>) {
        let rows = rows.into_iter().take(KEYS_MAX).map(|row| (row.key, row));
        self.lock().extend(rows);
    }

    /// Counts an attempt, or says after how many milliseconds one may be made. Answers the tally when it is one to
    /// keep. `free` attempts come without a delay.
    fn attempt(&self, key: Key, free: u32, now: Timestamp) -> Result<Option<TallyRow>, u32> {
        let mut tallies = self.lock();
        if tallies.len() >= KEYS_MAX && !tallies.contains_key(&key) {
            tallies.retain(|_, tally| now.distance_ms(tally.last) < FORGET_MS);
            if tallies.len() >= KEYS_MAX {
                // Those who wait are worth remembering; those who have not come to a delay are not.
                tallies.retain(|_, tally| tally.until > now);
            }
            if tallies.len() >= KEYS_MAX {
                return Err(u32::try_from(DELAY_MAX_MS).unwrap_or(u32::MAX));
            }
        }
        let fresh = TallyRow {
            key,
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
        if tally.count < free {
            return Ok(None);
        }
        let doublings = (tally.count - free).min(16);
        let delay_ms = (DELAY_MS << doublings).min(DELAY_MAX_MS);
        tally.until = Timestamp::from_millis(now.as_millis() + delay_ms);
        Ok(Some(*tally))
    }

    /// Forgets the attempts of a key; answers whether they had come to a delay.
    fn clear(&self, key: &Key, free: u32) -> bool {
        let forgotten = self.lock().remove(key);
        forgotten.is_some_and(|tally| tally.count >= free)
    }

    /// Takes one attempt of a key back, and its delay.
    fn take_back(&self, key: &Key, now: Timestamp) {
        if let Some(tally) = self.lock().get_mut(key) {
            tally.count = tally.count.saturating_sub(1);
            tally.until = now;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, TallyRow>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARA: Key = [1; 16];
    const TOM: Key = [2; 16];

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + ms)
    }

    fn may(guesses: &Guesses, key: Key, ms: u64) -> Result<(), u32> {
        guesses.attempt(key, 3, at(ms)).map(|_| ())
    }

    #[test]
    fn delays_grow_up_to_the_longest_and_end_with_the_right_password() {
        let guesses = Guesses::default();
        for _ in 0..3 {
            assert_eq!(may(&guesses, MARA, 0), Ok(()));
        }
        assert_eq!(may(&guesses, MARA, 0), Err(1000));
        assert_eq!(may(&guesses, TOM, 0), Ok(()));
        assert_eq!(may(&guesses, MARA, 1000), Ok(()));
        assert_eq!(may(&guesses, MARA, 1000), Err(2000));
        let mut now = 1000;
        for _ in 0..20 {
            now += DELAY_MAX_MS;
            assert_eq!(may(&guesses, MARA, now), Ok(()));
        }
        assert_eq!(may(&guesses, MARA, now), Err(300_000));
        assert!(guesses.clear(&MARA, 3));
        assert!(!guesses.clear(&TOM, 3));
        assert_eq!(may(&guesses, MARA, now), Ok(()));
    }

    #[test]
    fn an_hour_without_guesses_is_forgotten() {
        let guesses = Guesses::default();
        for now in [0, FORGET_MS] {
            for _ in 0..3 {
                assert_eq!(may(&guesses, MARA, now), Ok(()));
            }
            assert_eq!(may(&guesses, MARA, now), Err(1000));
        }
    }

    #[test]
    fn what_has_come_to_a_delay_goes_on_after_a_restart() {
        let before = Guesses::default();
        let mut kept = Vec::new();
        for now in [0, 0, 0, 1000] {
            kept.extend(before.attempt(MARA, 3, at(now)).unwrap());
        }
        assert_eq!(kept.len(), 2, "the free ones are not worth a write");
        let after = Guesses::default();
        after.load(vec![kept[1]]);
        assert_eq!(may(&after, MARA, 1000), Err(2000));
        assert_eq!(may(&after, MARA, 3000), Ok(()));
        assert_eq!(may(&after, MARA, 3000), Err(4000));
    }

    #[test]
    fn being_right_takes_back_one_guess_of_an_address() {
        let guesses = Guesses::default();
        for _ in 0..20 {
            assert_eq!(may(&guesses, MARA, 0), Ok(()));
            guesses.take_back(&MARA, at(0));
        }
        for _ in 0..3 {
            assert_eq!(may(&guesses, MARA, 0), Ok(()));
        }
        assert_eq!(may(&guesses, MARA, 0), Err(1000));
    }

    #[test]
    fn memory_is_bounded_and_keeps_those_who_wait() {
        let guesses = Guesses::default();
        for _ in 0..3 {
            may(&guesses, MARA, 0).unwrap();
        }
        for number in 0..KEYS_MAX as u64 {
            let mut key = Key::default();
            key[..8].copy_from_slice(&number.to_be_bytes());
            may(&guesses, key, 0).unwrap();
        }
        assert!(guesses.lock().len() <= KEYS_MAX);
        assert_eq!(may(&guesses, MARA, 0), Err(1000));
    }

    #[test]
    fn guesses_of_different_kinds_and_servers_have_different_keys() {
        let name = Username::parse("mara").unwrap();
        let address = IpAddr::from([127, 0, 0, 1]);
        let all = [
            Guess::Password(name.clone()),
            Guess::Recovery(name),
            Guess::Device(DeviceId::new([7; 16])),
            Guess::Code(AccountId::new([7; 32])),
            Guess::Address(address),
        ];
        let mut keys: Vec<Key> = all.iter().map(|guess| guess.key(&[1; 32])).collect();
        keys.extend(all.iter().map(|guess| guess.key(&[2; 32])));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 10);
    }
}
