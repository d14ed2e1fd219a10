//! What a device's line does to frames and requests while a storm lasts, drawn from the seed.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use story_tests::{Frame, Proxy, RequestVerdict, Verdict};

use crate::fault::{Counts, Fault};

/// How often each fault happens on a line: one in so many frames or requests, 0 for never.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineFaults {
    pub(crate) drop: u32,
    pub(crate) duplicate: u32,
    pub(crate) reorder: u32,
    pub(crate) delay: u32,
    pub(crate) cut: u32,
    pub(crate) drop_request: u32,
    pub(crate) drop_answer: u32,
}

/// A frame is late by at most this.
const DELAY_MAX_MS: u64 = 120;

impl LineFaults {
    /// Each kind is left out of some seeds, so that rare meetings of the others become likely.
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let mut one_in = |often: u32, rare: u32| match rng.u8(0..3) {
            0 => 0,
            _ => rng.u32(often..rare),
        };
        Self {
            drop: one_in(15, 200),
            duplicate: one_in(2, 12),
            reorder: one_in(2, 10),
            delay: one_in(5, 40),
            cut: one_in(15, 200),
            drop_request: one_in(3, 20),
            drop_answer: one_in(3, 20),
        }
    }

    fn frame(&self, rng: &mut Rng, frame: &Frame) -> Option<(Fault, Verdict)> {
        // One draw each, whatever is chosen: the same seed goes on in the same way.
        let mut hits = |one_in: u32| one_in > 0 && rng.u32(0..one_in) == 0;
        let (drop, cut, duplicate) = (hits(self.drop), hits(self.cut), hits(self.duplicate));
        let (reorder, delay) = (hits(self.reorder), hits(self.delay));
        let delay_ms = rng.u64(1..=DELAY_MAX_MS);
        if drop {
            Some((Fault::Drop, Verdict::Cut))
        } else if cut {
            Some((Fault::Cut, Verdict::Last))
        } else if duplicate && frame.may_repeat() {
            Some((Fault::Duplicate, Verdict::Twice))
        } else if reorder && frame.is_message() {
            Some((Fault::Reorder, Verdict::Overtaken))
        } else if delay {
            Some((Fault::Delay, Verdict::Late(Duration::from_millis(delay_ms))))
        } else {
            None
        }
    }

    fn request(&self, rng: &mut Rng) -> Option<(Fault, RequestVerdict)> {
        let mut hits = |one_in: u32| one_in > 0 && rng.u32(0..one_in) == 0;
        if hits(self.drop_request) {
            Some((Fault::DropRequest, RequestVerdict::Cut))
        } else if hits(self.drop_answer) {
            Some((Fault::DropAnswer, RequestVerdict::LoseAnswer))
        } else {
            None
        }
    }

    /// Begins these faults on a line.
    pub(crate) fn begin(self, line: &Proxy, seed: u64, counts: &Arc<Counts>) {
        let mut rng = Rng::with_seed(seed);
        let counted = Arc::clone(counts);
        line.rule(move |frame| match self.frame(&mut rng, frame) {
            Some((fault, verdict)) => {
                counted.add(fault);
                verdict
            }
            None => Verdict::Pass,
        });
        let mut rng = Rng::with_seed(!seed);
        let counted = Arc::clone(counts);
        line.request_rule(move |_| match self.request(&mut rng) {
            Some((fault, verdict)) => {
                counted.add(fault);
                verdict
            }
            None => RequestVerdict::Pass,
        });
    }
}
