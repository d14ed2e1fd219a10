//! A device's wall clock that can be wrong, and can become wrong while the device runs.

use std::sync::atomic::{AtomicI64, Ordering};

use pipit_client::SystemClock;
use pipit_domain::{Clock, Timestamp};

/// The system's clock and how far off this device is.
#[derive(Debug, Default)]
pub(crate) struct JumpingClock {
    offset_ms: AtomicI64,
}

impl JumpingClock {
    /// Moves the clock: forwards, or back when negative.
    pub(crate) fn jump(&self, by_ms: i64) {
        self.offset_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        let offset = self.offset_ms.load(Ordering::Relaxed);
        let now = SystemClock.now().as_millis();
        Timestamp::from_millis(now.saturating_add_signed(offset))
    }
}
