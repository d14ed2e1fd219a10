//! Linking a device: codes, and the sealed channel that they open between two devices.
//!
//! # Context
//! One device shows a code, the other enters it; which of the two is the new one does not matter here.
//! Both have a place at the server, where each leaves messages for the other. The server sees the first
//! half of the code, which names the place, and never the second.
//!
//! # Design
//! The second half is the password of a SPAKE2 exchange ([RFC 9382](https://www.rfc-editor.org/rfc/rfc9382),
//! over edwards25519). Whoever stands between (the server, or somebody who takes the place) has one guess at it
//! for each code that is shown, and a wrong one is noticed: 20 bits for what a person types, 128 for what a
//! camera reads. Who learns the code after the exchange learns nothing.
//!
//! ```text
//! entering → showing   version (1) | kind of secret (1) | SPAKE2 (33)
//! showing → entering   version (1) | SPAKE2 (33) | confirmation (32)
//! entering → showing   confirmation (32)
//! then                 ChaCha20-Poly1305, a key for each direction, the nonce counts messages from 0
//!
//! prk  = HKDF-Extract(salt = "pipit link v1", SPAKE2's key)
//! keys = HKDF-Expand(prk, "confirm entering" | "confirm showing" | "key entering" | "key showing")
//! ```
//! SPAKE2's key covers both of its messages, the secret and the two roles.
//!
//! # Limits
//! No I/O: bytes go in and come out. Messages of the channel are at most [`MESSAGE_LEN_MAX`] bytes long.

mod channel;
mod code;

pub use channel::{Channel, Entering, LinkError, MESSAGE_LEN_MAX, Showing};
pub use code::{Code, CodeError, Invitation, PLACES, Secret, SecretKind};
