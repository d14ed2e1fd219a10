//! The delivery domain of the server: what it stores, as three ports, and the rules they keep.
//!
//! [`Directory`] holds accounts, ledgers, devices and key packages; [`Conversations`] holds MLS
//! groups in epoch order; [`Mailboxes`] holds what waits for each device. A back end implements all
//! three on one database, so that changes that must agree are one transaction, and passes the suite
//! in `contract`. Nothing here opens a database, a socket or a message: `mailbox-sqlite` does the
//! first, `gateway` the second, and nobody on the server the third.
//!
//! Invariants:
//! - A call that stores answers only when what it stored is durable.
//! - A sequence number is never used twice, and within a mailbox they rise in the order accepted.
//! - An envelope of a device is stored once, however often it is submitted.
//! - After each commit, and only then, the back end tells its [`Announcer`] what changed.
//! - A refusal that a caller can act on is a value; [`StoreError`] means that the back end failed.

mod announce;
#[cfg(feature = "contract")]
pub mod contract;
mod conversations;
mod credentials;
mod directory;
mod error;
mod kinds;
mod mailboxes;
mod window;

pub use announce::Announcer;
pub use conversations::{
    CommitOutcome, ConversationRow, ConversationSummary, Conversations, CreateOutcome, NewCommit,
    NewConversation, NewWelcome, WelcomePayload,
};
pub use credentials::{Credentials, NewSecondFactor, SecondFactorRow, TallyRow};
pub use directory::{
    AppendOutcome, ClaimedKeyPackages, ClaimedPackage, CreateAccountOutcome, DeviceRow, Directory,
    KeyPackageCount, LedgerChange, LedgerRow, LoginRow, NewAccount, NewKeyPackage, NewReport,
};
pub use error::{Answer, StoreError};
pub use kinds::{ConversationKind, EnvelopeKind, Suite};
pub use mailboxes::{
    DeliveredTo, Delivery, Expired, MailboxPage, Mailboxes, NewEnvelope, SubmitOutcome,
};
pub use window::DeliveryWindow;

use pipit_domain::{AccountId, DeviceId};

/// A device and the account it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceAddress {
    /// Whose device it is.
    pub account: AccountId,
    /// Which device.
    pub device: DeviceId,
}

/// A whole back end: the ports on one database.
pub trait Store: Directory + Credentials + Conversations + Mailboxes {
    /// Reads one row, to show that the store answers.
    fn check(&self) -> Answer<()>;
}
