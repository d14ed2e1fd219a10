//! Conversations as MLS groups (RFC 9420): who is in them, sealing and opening, joining, commits.
//!
//! # Context
//! A conversation is one MLS group whose leaves are the devices of its members. This crate is the
//! only one that knows OpenMLS on the client. It does no I/O: it is generic over the [`Storage`] that
//! the caller passes, so that the store can give it one database transaction and commit ratchet state
//! and its own rows together.
//!
//! # Design
//! - **A [`Group`] is consumed by every operation that changes it**, and given back only on success.
//!   After an error, or after the caller rolls its transaction back, there is no object left whose
//!   memory could have run ahead of storage: load it again. Keep a returned group in a cache only once
//!   its transaction has committed, and only one per conversation.
//! - **Whose leaf is it** is answered by ledgers, through [`Roster`]. A leaf whose key no ledger holds
//!   is refused before any state changes ([`Refusal::UnknownLeaf`]); fetch that account's ledger and
//!   try again; a leaf still unknown then is an alarm for the person.
//! - **Who may do what** stands in the charter, an extension of the group context, and is judged before
//!   a commit is made or applied ([`Refusal::Breach`]).
//! - Handshakes are PublicMessages, which the server validates; application messages are always
//!   PrivateMessages and carry the envelope id as authenticated data.
//! - Commits are two steps: [`Group::commit`] leaves it pending, the server orders it, then
//!   [`Group::confirm`] or [`Group::abandon`]. Opening somebody else's commit drops a pending one.
//!
//! # Bytes
//! Key packages, Welcomes, GroupInfos, commits and envelopes are MLSMessages (RFC 9420, section 6);
//! the ratchet tree is the bare `optional<Node> ratchet_tree<V>` (section 12.4.3.3).
//!
//! # Limits
//! OpenMLS reads the system clock when it checks lifetimes of key packages; all else that depends on
//! time takes it as an argument. Randomness is [`Crypto`]'s own generator, seeded by the system.

mod charter;
mod commit;
mod config;
mod create;
mod crypto;
mod group;
mod identity;
mod join;
mod key_package;
mod open;
mod roster;
mod seal;
mod signal;
mod suite;

pub use commit::{Change, Commit, CommitError};
pub use config::{ADDS_PER_COMMIT_MAX, KEY_PACKAGE_LIFETIME_MS};
pub use create::{CreateError, Created};
pub use crypto::{Crypto, Provider, Storage, StorageFailure};
pub use group::{ExportError, Group, SECRET_LEN};
pub use identity::{Identity, LeafIdentity};
pub use join::{JoinError, Joined, accounts_of_tree};
pub use key_package::{KeyPackageError, NewKeyPackage, NewLeaf, generate_key_packages};
pub use open::{Application, Committed, OpenError, Opened};
pub use openmls_rust_crypto::MemoryStorage;
pub use pipit_wire::charter::{Allowed, Breach, Charter, Role};
pub use roster::{Refusal, Roster, Standing};
pub use seal::SealError;
pub use signal::{SIGNAL_LEN_MAX, SignalError};
pub use suite::{Suite, UnknownSuite};
