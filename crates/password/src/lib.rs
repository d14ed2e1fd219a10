//! Passwords that the server never learns: OPAQUE (RFC 9807), both halves, and the recovery bundle
//! that only the password's owner can open.
//!
//! Engine without I/O: every function takes bytes and randomness and returns bytes to send. The
//! client core runs [`client`], the server runs [`server`]; they share this crate so that the suite
//! is written down once ([`suite`](crate) is private: nothing outside can pick another).
//!
//! # The story
//! ```text
//! sign up   client::Registration::start ── request ──▶ server::register
//!           Registration::finish ◀── response ──
//!                                ── upload ──▶ server::record (kept)
//! log in    client::Login::start ── request ──▶ server::Login::start (state kept two minutes)
//!           Login::finish ◀── response ──
//!                                ── finish ──▶ server::Login::finish → SessionKey
//! ```
//! Both sign-up and log-in give the client the same [`ExportKey`], which the server cannot compute;
//! it opens the recovery bundle ([`seal_bundle`], [`open_bundle`]).
//! Beside the password an account may have a second factor: codes of an app ([`TotpSecret`]), or a
//! [`RecoveryCode`] in place of one.
//!
//! # Limits
//! - The username is the OPRF's credential identifier, so a renamed account registers its password anew.
//! - How often somebody may guess is the server's to limit; this crate makes each guess need the server.

mod bundle;
pub mod client;
mod keys;
mod password;
mod second_factor;
pub mod server;
mod suite;

pub use bundle::{BUNDLE_CONTENT_LEN_MAX, BUNDLE_LEN_MAX, BundleError, open_bundle, seal_bundle};
pub use keys::{ExportKey, SessionKey};
pub use password::{Password, PasswordProblem};
pub use second_factor::{CODE_HASH_LEN, RECOVERY_CODES, RecoveryCode, TOTP_SECRET_LEN, TotpSecret};
