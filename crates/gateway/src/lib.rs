//! The server's edge: HTTP and WebSocket, one verb a file.
//!
//! [`Gateway`] joins the ports (store, bus, clock) with limits and refusals; [`router`] is what an
//! HTTP server serves. `http/` holds the requests of sign-up, ledgers, key packages and handshakes;
//! `session/` the frames of a connection. What comes in is decoded within limits, checked here or in
//! `public-group`, and stored by `mailbox`'s ports; nothing here keeps state that a restart may not
//! lose (log-ins half done, tickets, limiters).
//!
//! Who listens, with which certificate and which files is `pipit-server`'s.

mod auth;
mod bucket;
mod config;
mod connect;
mod gateway;
mod grant;
mod guess;
mod http;
mod key_packages;
mod links;
mod metrics;
mod pending;
mod refuse;
mod replay;
mod second_factor;
mod session;

pub use config::{GatewayConfig, Limits};
pub use gateway::{Gateway, StartError};
pub use http::{metrics_router, router};
pub use metrics::Metrics;
