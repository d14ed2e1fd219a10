//! Whose keys are believed, and what happens when something does not fit.
//!
//! # Context
//! An account's id is the hash of its ledger's first entry, so keys can't change under an id: what a lying server
//! can do is to bring in devices that no ledger holds, to show ledgers that are not the ones known, and to lead a
//! username to another account. All of that is refused where it comes in; here it becomes an [`alarm`].
//!
//! # Design
//! - An alarm is a row, shown in the conversation that it concerns and told at once. Whatever this person writes
//!   there waits in the outbox until they have decided.
//! - *Verified* means that the two people have compared their [`safety`] number. It is a register that all devices
//!   of the account have.
//! - A new device that its ledger vouches for is one quiet line in the 1:1 ([`device`]).
//!
//! # Limits
//! What a server can hide without a trace is in docs/threat-model.md.

mod alarm;
pub(crate) mod device;
mod safety;

pub use alarm::AlarmRecord;
pub(crate) use alarm::{Alarm, newest, raise, record};
pub use pipit_ledger::Comparison;
pub use safety::{SafetyRecord, TrustedDevice, TrustedDeviceSigner};
