//! The server's clock, reckoned from this device's.
//!
//! # Context
//! Tokens, timers and whatever is due at a time go by the server's clock. This device's may be wrong, and may be put
//! forward or back at any moment, also while a connection stands.
//!
//! # Design
//! What is kept is how far the two are apart. The server tells its time when a connection begins, with refusals and
//! when it is asked ([`Reckoning::learn`]). Other frames bear the time at which something was accepted, which is a
//! bound: it has passed, and what answers a request that was sent just now is not older than that request
//! ([`Reckoning::hear`]). The reckoning moves only when it is outside of these bounds. Where nothing is heard, a wall
//! clock that has not gone on like the steady one was put somewhere else, or the device slept; the server is asked
//! which ([`Reckoning::is_doubtful`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pipit_domain::{Clock, Timestamp};
use tokio::time::Instant;

/// What clocks may differ by before that means anything: lines are slow, and clocks are corrected a little.
const TOLERANCE_MS: u64 = 2_000;
/// A move of the offset from which on it is worth keeping.
const KEPT_MS: u64 = 1_000;

/// One moment, by both clocks of this device.
#[derive(Debug, Clone, Copy)]
struct Moment {
    /// What the wall clock shows.
    wall: Timestamp,
    /// How long the process has run.
    steady: Duration,
}

/// How far the server's clock is ahead of the wall clock, and since when that has been seen to be so.
#[derive(Debug)]
struct Reckoning {
    offset_ms: i64,
    seen: Moment,
}

impl Reckoning {
    fn server(&self, wall: Timestamp) -> Timestamp {
        Timestamp::from_millis(wall.as_millis().saturating_add_signed(self.offset_ms))
    }

    /// It is `server` now. Answers the offset when that moves it.
    fn learn(&mut self, here: Moment, server: Timestamp) -> Option<i64> {
        let wall = i64::try_from(here.wall.as_millis()).unwrap_or(0);
        let offset_ms = i64::try_from(server.as_millis()).unwrap_or(0) - wall;
        let before = std::mem::replace(&mut self.offset_ms, offset_ms);
        self.seen = here;
        (before.abs_diff(offset_ms) > KEPT_MS).then_some(offset_ms)
    }

    /// It was `server` at some moment: not longer than `span` ago, or nobody knows when.
    fn hear(&mut self, here: Moment, server: Timestamp, span: Option<Duration>) -> Option<i64> {
        let (time, now) = (server.as_millis(), self.server(here.wall).as_millis());
        let span = span.map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        let is_behind = time > now.saturating_add(TOLERANCE_MS);
        let is_ahead = span.is_some_and(|span| {
            let latest = time.saturating_add(span).saturating_add(TOLERANCE_MS);
            latest < now
        });
        match is_behind || is_ahead {
            true => self.learn(here, server),
            false => None,
        }
    }

    /// Whether the wall clock has gone on otherwise than time did.
    fn is_doubtful(&self, here: Moment) -> bool {
        let wall = i128::from(here.wall.as_millis()) - i128::from(self.seen.wall.as_millis());
        let steady = here.steady.saturating_sub(self.seen.steady).as_millis();
        let steady = i128::try_from(steady).unwrap_or(i128::MAX);
        wall.abs_diff(steady) > u128::from(TOLERANCE_MS)
    }
}

/// The server's clock, as well as this device knows it. Shared by the session and its connection.
pub(crate) struct ServerClock {
    clock: Arc<dyn Clock>,
    started: Instant,
    reckoning: Mutex<Reckoning>,
}

impl ServerClock {
    /// Goes on with the offset that was known before.
    pub(crate) fn new(clock: Arc<dyn Clock>, offset_ms: i64) -> Self {
        let seen = Moment {
            wall: clock.now(),
            steady: Duration::ZERO,
        };
        Self {
            clock,
            started: Instant::now(),
            reckoning: Mutex::new(Reckoning { offset_ms, seen }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reckoning> {
        self.reckoning
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn here(&self) -> Moment {
        Moment {
            wall: self.clock.now(),
            steady: self.started.elapsed(),
        }
    }

    /// What it shows now.
    pub(crate) fn now(&self) -> Timestamp {
        self.lock().server(self.clock.now())
    }

    /// The server says that this is the time; answers the offset when it moved by so much that it is worth keeping.
    pub(crate) fn learn(&self, server: Timestamp) -> Option<i64> {
        self.lock().learn(self.here(), server)
    }

    /// The server's clock has shown this, not longer than `span` ago (`None`: whenever); answers as
    /// [`ServerClock::learn`].
    pub(crate) fn hear(&self, server: Timestamp, span: Option<Duration>) -> Option<i64> {
        self.lock().hear(self.here(), server, span)
    }

    /// Whether the clock of this device was set, or the device slept, since the server has last told its time.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.lock().is_doubtful(self.here())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const START: u64 = 1_000 * HOUR;

    fn at(wall: u64, steady: u64) -> Moment {
        Moment {
            wall: Timestamp::from_millis(wall),
            steady: Duration::from_millis(steady),
        }
    }

    /// The server is an hour ahead, as was heard when the process had run for a second.
    fn reckoning() -> Reckoning {
        let mut reckoning = Reckoning {
            offset_ms: 0,
            seen: at(START - 1_000, 0),
        };
        let server = Timestamp::from_millis(START + HOUR);
        let moved = reckoning.learn(at(START, 1_000), server);
        assert_eq!(moved, Some(i64::try_from(HOUR).unwrap()));
        reckoning
    }

    #[test]
    fn what_fits_moves_nothing() {
        let mut reckoning = reckoning();
        let here = at(START + 10_000, 11_000);
        let server = reckoning.server(here.wall).as_millis();
        for (time, span) in [
            (server, Some(0)),
            (server + TOLERANCE_MS, Some(0)),
            (server - 8_000, Some(8_000)),
            // Mail that waited for days.
            (server - 48 * HOUR, None),
        ] {
            let span = span.map(Duration::from_millis);
            let moved = reckoning.hear(here, Timestamp::from_millis(time), span);
            assert_eq!(
                (moved, reckoning.server(here.wall).as_millis()),
                (None, server)
            );
        }
        assert!(!reckoning.is_doubtful(here));
    }

    #[test]
    fn a_clock_that_was_put_back_is_noticed_by_any_later_time() {
        let mut reckoning = reckoning();
        let here = at(START - 5 * HOUR, 11_000);
        assert!(reckoning.is_doubtful(here));
        let server = Timestamp::from_millis(START + HOUR + 10_000);
        assert!(reckoning.hear(here, server, None).is_some());
        assert_eq!(reckoning.server(here.wall), server);
        assert!(!reckoning.is_doubtful(here));
    }

    #[test]
    fn a_clock_that_was_put_forward_is_noticed_by_an_answer_and_not_by_old_mail() {
        let mut reckoning = reckoning();
        let here = at(START + 24 * HOUR, 11_000);
        assert!(reckoning.is_doubtful(here));
        let server = Timestamp::from_millis(START + HOUR + 10_000);
        assert_eq!(reckoning.hear(here, server, None), None);
        let span = Some(Duration::from_secs(3));
        assert!(reckoning.hear(here, server, span).is_some());
        assert_eq!(reckoning.server(here.wall), server);
        assert!(!reckoning.is_doubtful(at(START + 24 * HOUR + 50, 11_050)));
    }
}
