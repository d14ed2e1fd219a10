//! What guards an account: password, second factor, recovery key.
//!
//! Whoever changes one of them proves the password first (or signs with the recovery key): a device in force is not
//! enough by itself, so that somebody at an open screen can't lock the owner out. A proof by a device in force is
//! counted by itself and asked for no second factor.

mod password;
mod proof;
mod recover;
mod second_factor;

pub(crate) use proof::{Asking, Proven, prove_password};
pub(crate) use second_factor::Enrolment;
pub use second_factor::{Enrolling, SecurityStatus};
