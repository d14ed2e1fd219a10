//! A member of Pipit conversations that shares no line with our own MLS code: mls-rs instead of
//! OpenMLS, in the classical suite (the post-quantum suites of the two libraries do not fit together).
//!
//! It shows that what we send is MLS and not what one library makes of it. [`member`] is the MLS half,
//! [`line`] signs it up at a real server and connects it there; nothing of our client is in either,
//! only the contract that client and server share. [`program`] starts that server and our client beside
//! it. Tests use this crate, nobody else; the peer keeps its state in memory only.

pub mod line;
pub mod member;
pub mod program;
