//! The conversations port: MLS groups in epoch order, their members, and the fan-out of commits.
//!
//! Handshakes come here validated (crate `public-group`); this port makes the order: the first
//! commit that follows an epoch wins, in the same transaction that fans it out.

use bytes::Bytes;
use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, Timestamp};

use crate::{Answer, ConversationKind, DeviceAddress};

/// A Welcome for devices that come into a group.
#[derive(Clone)]
pub struct NewWelcome {
    /// The MLS Welcome.
    pub payload: WelcomePayload,
    /// The MLS ratchet tree of the epoch it leads into.
    pub tree: Bytes,
    /// Whether the tree is kept once, to be fetched ([`Conversations::epoch_tree`]), instead of
    /// travelling with the Welcome.
    pub is_tree_fetched: bool,
}

/// What the devices that come in get.
#[derive(Clone)]
pub enum WelcomePayload {
    /// All of them the same.
    Whole(Bytes),
    /// Each of these its own.
    Sliced(Vec<(DeviceId, Bytes)>),
}

/// A conversation in its first stored epoch.
#[derive(Clone)]
pub struct NewConversation {
    /// Its id.
    pub conversation: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// Its MLS group.
    pub group: GroupId,
    /// The epoch of `group_info`.
    pub epoch: u64,
    /// The MLS GroupInfo.
    pub group_info: Bytes,
    /// The server's view of the group (`public-group`'s bytes).
    pub group_state: Bytes,
    /// The devices of its leaves.
    pub members: Vec<DeviceAddress>,
    /// Who made it.
    pub creator: DeviceAddress,
    /// For all members but the creator.
    pub welcome: Option<NewWelcome>,
    /// The server's clock.
    pub now: Timestamp,
}

/// How a creation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateOutcome {
    /// It exists now, and the Welcome waits in the other members' mailboxes.
    Created,
    /// A conversation with this id or this group exists.
    AlreadyExists,
    /// A member device is not in force.
    NotInForce(DeviceId),
}

/// A validated commit.
#[derive(Clone)]
pub struct NewCommit {
    /// The conversation.
    pub conversation: ConversationId,
    /// The epoch it follows.
    pub epoch: u64,
    /// Who made it: a member, or a device that joins by it.
    pub committer: DeviceAddress,
    /// The committer's id for it: a repeated commit is found by it.
    pub envelope: EnvelopeId,
    /// The MLS PublicMessage.
    pub commit: Bytes,
    /// For the devices that it adds.
    pub welcome: Option<NewWelcome>,
    /// The devices of all leaves after it.
    pub members: Vec<DeviceAddress>,
    /// The MLS GroupInfo after it.
    pub group_info: Bytes,
    /// The server's view of the group after it.
    pub group_state: Bytes,
    /// The server's clock.
    pub now: Timestamp,
}

/// How a commit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It is the one that follows its epoch, and waits in every other device's mailbox.
    Accepted {
        /// When.
        time: Timestamp,
    },
    /// It was accepted before; nothing was stored again.
    Repeated {
        /// When it was accepted first.
        time: Timestamp,
    },
    /// Another commit followed that epoch.
    StaleEpoch(u64),
    /// There is no such conversation.
    UnknownConversation,
    /// A device that it adds is not in force. (One that stays may have been revoked meanwhile.)
    NotInForce(DeviceId),
}

/// A conversation as stored.
#[derive(Clone)]
pub struct ConversationRow {
    /// What it is.
    pub kind: ConversationKind,
    /// Its MLS group.
    pub group: GroupId,
    /// The current epoch.
    pub epoch: u64,
    /// The MLS GroupInfo of that epoch.
    pub group_info: Bytes,
    /// The server's view of the group in that epoch.
    pub group_state: Bytes,
    /// The member devices.
    pub members: Vec<DeviceAddress>,
    /// Accounts that have left: their leaves stay until somebody commits the removal, and they get
    /// nothing and may do nothing any more.
    pub left: Vec<AccountId>,
}

/// What a list of conversations says of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationSummary {
    /// Its id.
    pub conversation: ConversationId,
    /// Its MLS group.
    pub group: GroupId,
    /// The current epoch.
    pub epoch: u64,
    /// Whether the asking device is a member.
    pub is_member: bool,
    /// Whether a commit or a Welcome of it waits in the asking device's mailbox.
    pub has_handshake: bool,
}

/// Conversations and their epochs.
pub trait Conversations: Send + Sync {
    /// Stores a new conversation, and its Welcome in the members' mailboxes.
    fn create(&self, conversation: NewConversation) -> Answer<CreateOutcome>;

    /// Stores a commit if it is the first that follows its epoch, with all that follows from it:
    /// members, GroupInfo, the commit in the mailboxes of all former members but the committer
    /// (removed ones too), and the Welcome in those of the new ones.
    fn commit(&self, commit: NewCommit) -> Answer<CommitOutcome>;

    /// When this device's commit under this envelope id was accepted, if it was.
    fn accepted_commit(
        &self,
        committer: DeviceId,
        envelope: EnvelopeId,
    ) -> Answer<Option<Timestamp>>;

    /// A conversation with its group.
    fn conversation(&self, conversation: ConversationId) -> Answer<Option<ConversationRow>>;

    /// The conversations in which an account has a device, in the order made: at most `count` after
    /// the one named.
    fn conversations_of(
        &self,
        address: DeviceAddress,
        after: Option<ConversationId>,
        count: usize,
    ) -> Answer<Vec<ConversationSummary>>;

    /// The kept ratchet tree of an epoch, when that is not older than mail may be.
    fn epoch_tree(&self, conversation: ConversationId, epoch: u64) -> Answer<Option<Bytes>>;

    /// An account leaves a group: from now on none of its devices gets anything from there. Answers
    /// whether it was a member. Its leaves stay until a commit removes them; a Welcome ends this.
    fn leave(&self, conversation: ConversationId, account: AccountId) -> Answer<bool>;

    /// The member devices of a group other than `device`, if `device` is one (for signals).
    fn peers(&self, group: GroupId, device: DeviceId) -> Answer<Option<Vec<DeviceId>>>;

    /// Whether an account has a device in a conversation.
    fn has_account(&self, conversation: ConversationId, account: AccountId) -> Answer<bool>;
}
