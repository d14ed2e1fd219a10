//! The server's view of MLS groups: handshakes checked without any key, so that a broken or outdated
//! client, or a stranger, cannot upload a commit that the others cannot follow.
//!
//! A group enters by [`open`] (GroupInfo and tree), moves by [`apply`] (a commit and the GroupInfo
//! after it), and is stored between as the bytes of its public state. [`read_key_package`] checks what
//! devices publish, [`check_welcome`] what they send to new members. Who may be in a group is the
//! caller's question: every answer names the leaves.
//!
//! What no server can check are the two parts of a commit that only members can: its membership tag
//! and the path secrets sealed to them. A member's device that lies there can still make an epoch that
//! the others don't reach by its commit; they refuse it, see an alarm, and rejoin from outside.
//!
//! Not here: application messages (nobody on the server can read them) and storage. OpenMLS does the
//! checking (RFC 9420, sections 7.3, 7.9, 12.4); this crate adds that credentials are ours, that the
//! group's charter allows the change, and that the GroupInfo is exactly that of the epoch.

mod charter;
mod error;
mod group;
mod key_package;
mod leaf;
mod message;
mod rules;
mod state;
mod suite;

pub use error::HandshakeError;
pub use group::{Applied, OpenedGroup, apply, open, tree};
pub use key_package::{CheckedKeyPackage, read_key_package};
pub use leaf::Leaf;
pub use message::{check_welcome, slice_welcome};
