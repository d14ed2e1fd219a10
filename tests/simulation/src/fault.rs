//! Kinds of faults, and how many of each were injected.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A frame is lost, and its connection with it.
    Drop,
    /// A frame comes twice.
    Duplicate,
    /// A message is overtaken by the next.
    Reorder,
    /// A frame comes later, and all behind it.
    Delay,
    /// A frame arrives, and then the connection is lost.
    Cut,
    /// An HTTP request is lost.
    DropRequest,
    /// The answer to an HTTP request is lost.
    DropAnswer,
    /// A device has no network for a while.
    Disconnect,
    /// A core in the simulation's process is ended at any of its awaits.
    Abort,
    /// A client's process is killed.
    Kill,
    /// The server's process is killed.
    KillServer,
    /// A device's clock goes forwards or back.
    ClockJump,
}

/// All kinds, with their names in reports.
pub const FAULTS: [(Fault, &str); 12] = [
    (Fault::Drop, "frame dropped"),
    (Fault::Duplicate, "frame duplicated"),
    (Fault::Reorder, "message reordered"),
    (Fault::Delay, "frame delayed"),
    (Fault::Cut, "line cut after a frame"),
    (Fault::DropRequest, "HTTP request dropped"),
    (Fault::DropAnswer, "HTTP answer dropped"),
    (Fault::Disconnect, "device disconnected"),
    (Fault::Abort, "client aborted"),
    (Fault::Kill, "client process killed"),
    (Fault::KillServer, "server killed"),
    (Fault::ClockJump, "clock jumped"),
];

/// How many faults of each kind were injected.
#[derive(Debug, Default)]
pub struct Counts([AtomicU64; FAULTS.len()]);

impl Counts {
    /// Counts one.
    pub fn add(&self, fault: Fault) {
        self.0[fault as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts what another has counted.
    pub fn add_all(&self, other: &Self) {
        for (all, more) in self.0.iter().zip(&other.0) {
            all.fetch_add(more.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// How many of a kind.
    #[must_use]
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize].load(Ordering::Relaxed)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = FAULTS.map(|(fault, name)| format!("{name} {}", self.of(fault)));
        f.write_str(&all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_counter_of_its_own() {
        let counts = Counts::default();
        for (place, (fault, _)) in FAULTS.into_iter().enumerate() {
            assert_eq!(fault as usize, place);
            assert_eq!(counts.of(fault), 0);
            counts.add(fault);
            assert_eq!(counts.of(fault), 1);
        }
    }
}
