//! The kinds of registers as types, and their bytes (crates/wire/proto/content.proto).

use pipit_domain::{ConversationId, MessageId, Redacted, Timestamp};
use pipit_store::table::sync::SyncRow;
use pipit_wire::content::v1::{self, SyncKind};
use pipit_wire::frame::Message;

/// After a change, before it is told: others may follow at once.
const DELAY_MS: u64 = 200;
/// The same for how far one has read, which changes with every message on screen.
const READ_DELAY_MS: u64 = 700;
/// The same for what is being typed.
const DRAFT_DELAY_MS: u64 = 1_500;

/// A register and what it is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Everything up to this message is read.
    Read {
        conversation: ConversationId,
        message: MessageId,
        /// The message's, on the device that read it.
        position: u64,
    },
    /// Text typed and not sent.
    Draft {
        conversation: ConversationId,
        text: Redacted<String>,
    },
    /// Its messages raise no notification, for ever or until a time.
    Muted {
        conversation: ConversationId,
        is_muted: bool,
        until: Option<Timestamp>,
    },
    /// Out of sight.
    Archived {
        conversation: ConversationId,
        is_archived: bool,
    },
    /// Its place among the pinned ones.
    Pinned {
        conversation: ConversationId,
        order: Option<u64>,
    },
    /// To be come back to.
    MarkedUnread {
        conversation: ConversationId,
        is_marked: bool,
    },
}

impl Change {
    /// The number of [`Change::Read`].
    pub(crate) const READ: u32 = SyncKind::Read as u32;

    /// The number of its kind, its subject, its value.
    pub(crate) fn encode(&self) -> (u32, Vec<u8>, Vec<u8>) {
        let flag = |is_set| v1::SyncFlag { is_set }.encode_to_vec();
        let text = |text: &str| v1::SyncText { text: text.into() }.encode_to_vec();
        let (kind, subject, value) = match self {
            Self::Read {
                conversation,
                message,
                ..
            } => {
                let message_id = message.to_vec();
                let value = v1::SyncRead { message_id }.encode_to_vec();
                (SyncKind::Read, conversation.to_vec(), value)
            }
            Self::Draft {
                conversation,
                text: draft,
            } => (SyncKind::Draft, conversation.to_vec(), text(&draft.0)),
            Self::Muted {
                conversation,
                is_muted,
                until,
            } => {
                let value = v1::SyncMute {
                    is_muted: *is_muted,
                    until: until.map_or(0, |until| until.as_millis()),
                };
                let value = value.encode_to_vec();
                (SyncKind::Muted, conversation.to_vec(), value)
            }
            Self::Archived {
                conversation,
                is_archived,
            } => (
                SyncKind::Archived,
                conversation.to_vec(),
                flag(*is_archived),
            ),
            Self::Pinned {
                conversation,
                order,
            } => {
                let value = v1::SyncPin {
                    is_pinned: order.is_some(),
                    order: order.unwrap_or(0),
                };
                let value = value.encode_to_vec();
                (SyncKind::Pinned, conversation.to_vec(), value)
            }
            Self::MarkedUnread {
                conversation,
                is_marked,
            } => (
                SyncKind::MarkedUnread,
                conversation.to_vec(),
                flag(*is_marked),
            ),
        };
        (u32::try_from(i32::from(kind)).unwrap_or(0), subject, value)
    }

    /// Reads a register; `None` for a kind, a subject or a value that this version does not know.
    pub(crate) fn decode(row: &SyncRow) -> Option<Self> {
        let kind = SyncKind::try_from(i32::try_from(row.kind).ok()?).ok()?;
        let conversation = || ConversationId::try_from(&row.subject[..]).ok();
        Some(match kind {
            SyncKind::Read => Self::Read {
                conversation: conversation()?,
                message: MessageId::try_from(&value::<v1::SyncRead>(row)?.message_id[..]).ok()?,
                position: row.time,
            },
            SyncKind::Draft => Self::Draft {
                conversation: conversation()?,
                text: Redacted(value::<v1::SyncText>(row)?.text),
            },
            SyncKind::Muted => {
                let mute = value::<v1::SyncMute>(row)?;
                Self::Muted {
                    conversation: conversation()?,
                    is_muted: mute.is_muted,
                    until: (mute.until > 0).then(|| Timestamp::from_millis(mute.until)),
                }
            }
            SyncKind::Archived => Self::Archived {
                conversation: conversation()?,
                is_archived: value::<v1::SyncFlag>(row)?.is_set,
            },
            SyncKind::Pinned => {
                let pin = value::<v1::SyncPin>(row)?;
                Self::Pinned {
                    conversation: conversation()?,
                    order: pin.is_pinned.then_some(pin.order),
                }
            }
            SyncKind::MarkedUnread => Self::MarkedUnread {
                conversation: conversation()?,
                is_marked: value::<v1::SyncFlag>(row)?.is_set,
            },
            _ => return None,
        })
    }

    /// What stands in for the time, where a register counts by position.
    pub(crate) const fn position(&self) -> Option<u64> {
        match self {
            Self::Read { position, .. } => Some(*position),
            _ => None,
        }
    }

    /// Milliseconds until the others are told.
    pub(crate) const fn delay_ms(&self) -> u64 {
        match self {
            Self::Read { .. } => READ_DELAY_MS,
            Self::Draft { .. } => DRAFT_DELAY_MS,
            _ => DELAY_MS,
        }
    }
}

fn value<M: Message + Default>(row: &SyncRow) -> Option<M> {
    M::decode(&row.value[..]).ok()
}
