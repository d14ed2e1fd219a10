//! The system's clock and randomness: the only place of the core that asks for them.

use std::time::{SystemTime, UNIX_EPOCH};

use pipit_domain::{Clock, EnvelopeId, GroupId, Timestamp};
use rand::rngs::OsRng;
use rand::{Rng as _, RngCore as _};

/// The wall clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the adapter of the system's clock"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// A random number from `least` to `most`, both among them.
pub(crate) fn random_between(least: u64, most: u64) -> u64 {
    OsRng.gen_range(least..=most)
}

pub(crate) fn random_envelope() -> EnvelopeId {
    EnvelopeId::new(random())
}

pub(crate) fn random_group() -> GroupId {
    GroupId::new(random())
}
