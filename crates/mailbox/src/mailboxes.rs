//! The mailboxes port: one payload an envelope, one pointer a recipient device, acknowledge then
//! delete.

use bytes::Bytes;
use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, Timestamp};

use crate::{Answer, DeviceAddress, EnvelopeKind};

/// An application envelope as submitted.
#[derive(Clone)]
pub struct NewEnvelope {
    /// The authenticated device that submits it.
    pub sender: DeviceAddress,
    /// The MLS group named in its header.
    pub group: GroupId,
    /// The epoch named in its header.
    pub epoch: u64,
    /// The sender's id for it.
    pub envelope: EnvelopeId,
    /// The envelope of this sender that must have been accepted before it.
    pub after: Option<EnvelopeId>,
    /// The MLS PrivateMessage.
    pub payload: Bytes,
    /// The server's clock.
    pub now: Timestamp,
}

/// How a submit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// It is durable in the mailbox of every other member device.
    Accepted {
        /// When.
        time: Timestamp,
    },
    /// It was accepted before; nothing was stored again.
    Repeated {
        /// When it was accepted first.
        time: Timestamp,
    },
    /// What it comes after was not accepted.
    TooEarly,
    /// The conversation is in another epoch.
    StaleEpoch(u64),
    /// No conversation has this group.
    UnknownConversation,
    /// The sender has no leaf in it.
    NotAMember,
}

/// Something that waits in a mailbox.
#[derive(Clone)]
pub struct Delivery {
    /// Its number in this mailbox.
    pub sequence: u64,
    /// When it was accepted.
    pub time: Timestamp,
    /// What it is.
    pub kind: EnvelopeKind,
    /// The MLS message.
    pub payload: Bytes,
    /// For a Welcome: the conversation it leads into.
    pub conversation: Option<ConversationId>,
    /// For a Welcome: the MLS ratchet tree; else empty.
    pub tree: Bytes,
    /// For a commit: the id under which it was made.
    pub envelope: Option<EnvelopeId>,
}

/// A part of a mailbox, in order.
#[derive(Clone, Default)]
pub struct MailboxPage {
    /// What waits.
    pub deliveries: Vec<Delivery>,
    /// Whether nothing waits after these.
    pub is_end: bool,
}

/// An account has received an envelope: its first device has acknowledged it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveredTo {
    /// The account that received it.
    pub account: AccountId,
    /// Which envelope.
    pub envelope: EnvelopeId,
}

/// What a round of expiry did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expired {
    /// Mailboxes that were marked expired.
    pub mailboxes: u64,
    /// Remembered submits that were forgotten.
    pub submits: u64,
}

/// What waits for each device.
pub trait Mailboxes: Send + Sync {
    /// Stores an envelope for every other member device of its group, once.
    fn submit(&self, envelope: NewEnvelope) -> Answer<SubmitOutcome>;

    /// Deletes exactly these deliveries of a device (unknown ones are passed over), each payload
    /// with its last delivery, and records which envelopes the account has now received.
    fn acknowledge(&self, device: DeviceAddress, sequences: Vec<u64>) -> Answer<()>;

    /// What waits for a device after a sequence: at most `count`, and at most `bytes` of payload
    /// except that one always fits.
    fn read(&self, device: DeviceId, after: u64, count: usize, bytes: usize)
    -> Answer<MailboxPage>;

    /// Which accounts have received these envelopes of this device or another of its account.
    fn delivery_status(
        &self,
        sender: DeviceId,
        envelopes: Vec<EnvelopeId>,
    ) -> Answer<Vec<DeliveredTo>>;

    /// Whether envelopes were dropped from a device's mailbox since it last said that it knows.
    fn mailbox_expired(&self, device: DeviceId) -> Answer<bool>;

    /// The device knows that envelopes were dropped.
    fn expiry_seen(&self, device: DeviceId) -> Answer<()>;

    /// Empties and marks mailboxes whose oldest envelope is older than
    /// [`pipit_domain::limits::MAILBOX_AGE_MAX_MS`], and forgets submits of that age. Call it again
    /// while it finds something.
    fn expire(&self, now: Timestamp) -> Answer<Expired>;
}
