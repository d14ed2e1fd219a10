//! What travels: frames, request bodies, message content, refusal codes, and their bounded decoding.
//!
//! The `.proto` files beside this are the contract of client and server; [`frame`] reads them within
//! limits. [`mls_header`] reads the few fields of an MLS message that the server routes by, [`charter`]
//! is what a group's members and the server agree on about roles, and [`content`] is what people wrote,
//! sealed inside. This crate opens no socket and knows no key.

pub mod charter;
pub mod content;
pub mod frame;
pub mod group;
pub mod history;
pub mod mls_header;
mod refusal;

/// The generated message types of `proto/*.proto`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/pipit.v1.rs"));
}

/// The version of the protocol that this build speaks.
pub const PROTOCOL_VERSION: u32 = 1;
