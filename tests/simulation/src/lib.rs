//! The seeded simulation: a few people with one or two devices each, a real server and real client
//! cores with real files, lines that lose, repeat, reorder and delay, crashes of everything, and clocks
//! that jump, all drawn from a seed; and an oracle that says what must be true when it is calm again.
//!
//! # Design
//! A seed makes a [plan](plan): who takes part, what each does when, and what befalls whom. A run of it
//! is two *storms*, each followed by a *calm*: all faults end, everything that is on its way arrives, and
//! the [oracle] compares what every device shows with what the [model] says that people did. Then
//! everybody writes to everybody and in every group once more, and it compares again.
//!
//! Whoever was in a conversation for sure must have everything that was said there, in the order of each
//! device that said it, and see the same edits, reactions, votes, pins and deletions. Who was asked in or out during
//! a storm is owed nothing of that storm, but nothing twice, out of order or after having gone either; the calm tells
//! who is in. What several people wrote in one millisecond stands in the same order wherever it was received. Members see the same group and timer, and a person's devices the same settings, unread messages, marks
//! and deletions for themselves.
//!
//! What disappears by itself is compared where it still is, and must go when its time is over; what a person has
//! deleted for themself is missing on their own devices and nowhere else.
//!
//! # Limits
//! The plan of a seed is always the same; the run is not, because the parts are real threads, processes
//! and sockets. A seed that has failed is likely, not certain, to fail again. Processes are killed for
//! good, but the machine is not switched off: what the operating system has taken is kept.

mod action;
mod calm;
mod clock;
mod core;
mod device;
mod fault;
mod hand;
mod line;
mod model;
mod oracle;
mod plan;
mod run;
mod storm;
mod world;

pub use fault::{Counts, FAULTS, Fault};
pub use run::{Outcome, run};
