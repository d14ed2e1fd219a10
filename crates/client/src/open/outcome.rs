//! What opening a delivery comes to.

use std::collections::BTreeSet;

use pipit_domain::{AccountId, ConversationId, EnvelopeId};
use pipit_store::StoreError;

use crate::error::ClientError;
use crate::event::Event;
use crate::trust::Alarm;

/// What a delivery did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Row of a message that it added.
    pub(crate) message: Option<i64>,
    /// Row of a conversation that is new, or whose group changed.
    pub(crate) conversation: Option<i64>,
    /// A group was joined or moved on.
    pub(crate) group_changed: bool,
    /// Registers of the account were set: there may be work for the task of `sync`.
    pub(crate) has_set: bool,
    /// This device may not be in a conversation of the account.
    pub(crate) looks: bool,
    /// What else to tell.
    pub(crate) events: Vec<Event>,
    /// Rows of messages that nobody need be notified of.
    pub(crate) lines: Vec<i64>,
    /// Rows of messages that are no longer as they were.
    pub(crate) changed: BTreeSet<i64>,
}

/// What has to be fetched before a delivery can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missing {
    /// Somebody's ledger.
    Ledger(AccountId),
    /// The tree of an epoch that an invitation leads into.
    Tree(ConversationId, u64),
}

/// Something that only a server that lies, or whoever stands in its place, can have let pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Forbidden {
    /// Where.
    pub(crate) at: Option<ConversationId>,
    /// What the person is told.
    pub(crate) alarm: Alarm,
    /// The conversation that this device stays behind in by refusing it.
    pub(crate) behind: Option<i64>,
}

/// Why a delivery could not be dealt with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// Something has to be fetched first; nothing was changed.
    #[error("something has to be fetched first")]
    Needs {
        /// What.
        missing: Missing,
        /// What it is when it is here and does not help.
        otherwise: Option<Box<Forbidden>>,
    },
    /// It must not be, and the person is told.
    #[error("a delivery was refused: {:?}", .0.alarm)]
    Forbidden(Box<Forbidden>),
    /// It will never open; the person sees a placeholder in this conversation, if it is known.
    #[error("a delivery can't be opened: {why}")]
    Unreadable {
        /// Row of the conversation.
        conversation: i64,
        /// Whose, as far as known: the peer, else nobody's.
        envelope: Option<EnvelopeId>,
        /// For the log.
        why: &'static str,
        /// What comes after it can't be opened either.
        is_behind: bool,
    },
    /// It concerns nothing that a person could be shown.
    #[error("a delivery was dropped: {0}")]
    Dropped(&'static str),
    /// This device's fault: nothing is acknowledged, and it comes again.
    #[error(transparent)]
    Ours(#[from] ClientError),
}

impl DeliveryError {
    /// The conversation that this device is behind in.
    pub(crate) const fn behind(&self) -> Option<i64> {
        match self {
            Self::Unreadable {
                conversation,
                is_behind: true,
                ..
            } => Some(*conversation),
            Self::Forbidden(forbidden)
            | Self::Needs {
                otherwise: Some(forbidden),
                ..
            } => forbidden.behind,
            _ => None,
        }
    }
}

impl From<StoreError> for DeliveryError {
    fn from(error: StoreError) -> Self {
        Self::Ours(error.into())
    }
}
