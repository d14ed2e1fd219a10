//! When this device renews its keys in a group.
//!
//! | after | the turn is |
//! |---|---|
//! | a Welcome | soon: until then, the leaf has the keys of a package that lay at the server |
//! | a commit of our own, joining from outside among them | later: the leaf is fresh |
//! | a race that was lost | postponed like after a Welcome: nothing is worth a second race |
//!
//! Every time is drawn at random, wide enough that the devices of a group seldom meet; in large groups,
//! where each commit costs everybody, wider and rarer. A leaf from a key package lives for a year, and
//! every turn is well before the half of that. The plan is in the history, so it survives restarts.

use pipit_domain::Timestamp;
use pipit_store::Transaction;
use pipit_store::table::renewal;

use crate::clock::random_between;
use crate::error::ClientError;

/// Devices above which a group is large.
const LARGE: usize = 32;
const MINUTE_MS: u64 = 60 * 1000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// How much time a renewal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The leaf's keys have been outside of this device's hands.
    Soon,
    /// The leaf is fresh.
    Later,
}

impl Urgency {
    /// The earliest and the latest turn, in milliseconds from now.
    const fn window_ms(self, devices: usize) -> (u64, u64) {
        match (self, devices > LARGE) {
            (Self::Soon, false) => (MINUTE_MS, 10 * MINUTE_MS),
            (Self::Soon, true) => (HOUR_MS, 7 * DAY_MS),
            (Self::Later, false) => (30 * DAY_MS, 60 * DAY_MS),
            (Self::Later, true) => (90 * DAY_MS, 150 * DAY_MS),
        }
    }

    fn turn(self, devices: usize, now: Timestamp) -> Timestamp {
        let (earliest, latest) = self.window_ms(devices);
        Timestamp::from_millis(now.as_millis() + random_between(earliest, latest))
    }
}

/// Plans the turn of a conversation anew. Wake the task after the transaction.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn plan(
    transaction: &Transaction<'_>,
    row: i64,
    urgency: Urgency,
    devices: usize,
    now: Timestamp,
) -> Result<(), ClientError> {
    Ok(renewal::set(transaction, row, urgency.turn(devices, now))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_spread_and_rarer_in_large_groups() {
        let now = Timestamp::from_millis(1_000_000);
        for urgency in [Urgency::Soon, Urgency::Later] {
            for devices in [2, LARGE, LARGE + 1, 1_000] {
                let (earliest, latest) = urgency.window_ms(devices);
                let turn = urgency.turn(devices, now).as_millis() - now.as_millis();
                assert!((earliest..=latest).contains(&turn), "{turn} ms");
                // Wide enough that devices seldom meet, and well before half a leaf's life.
                assert!(latest >= 2 * earliest - earliest / 2);
                assert!(latest < pipit_e2ee::KEY_PACKAGE_LIFETIME_MS / 2);
            }
            assert!(urgency.window_ms(LARGE + 1).0 > urgency.window_ms(LARGE).0);
        }
    }
}
