//! `pipit-server` as a library: what the binary composes, and what its tests and fuzz targets call.
//!
//! The server itself is in `gateway`, `mailbox` and the crates below them. Here are the choices of
//! whoever runs it ([`config`]), the listeners and the way to an orderly end ([`run`]).

pub mod cli;
mod clock;
pub mod config;
mod janitor;
mod metrics;
mod platform;
pub mod run;
mod tls;
