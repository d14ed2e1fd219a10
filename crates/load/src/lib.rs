//! Load for a real server over real sockets, and the bare client that makes it.
//!
//! [`raw`] speaks the wire protocol and nothing above it: it keeps no history, never reconnects, and
//! sends whatever it is told to, right or wrong. The server's tests use it for that. [`bench`] makes
//! load with it and prints figures, each beside a floor measured in the same run on the same machine.

pub mod bench;
pub mod raw;
