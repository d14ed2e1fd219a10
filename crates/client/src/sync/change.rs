//! The kinds of registers as types, and their bytes (crates/wire/proto/content.proto).

use pipit_domain::{AccountId, ConversationId, DeviceId, MessageId, Redacted, Timestamp};
use pipit_store::table::sync::SyncRow;
use pipit_wire::content::v1::{self, SyncKind};
use pipit_wire::frame::Message;

use crate::people::Profile;

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
        /// When it was read, by the server's clock, as far as that device tells.
        at: Option<Timestamp>,
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
    /// Its messages up to this one are removed.
    Cleared {
        conversation: ConversationId,
        message: MessageId,
        /// The message's, on the device that cleared it.
        position: u64,
        /// It stays in the list.
        is_listed: bool,
    },
    /// The person agrees to be in this group.
    GroupAccepted { conversation: ConversationId },
    /// What is sent to it disappears so long after reading. Never recorded: every device sets it by itself when
    /// the change comes, and tells the others, since one may come in after it.
    Timer {
        conversation: ConversationId,
        seconds: u32,
        /// When the server accepted the change.
        at: Timestamp,
        /// The change's own id.
        id: MessageId,
    },
    /// This person has deleted a message for themself.
    Deleted {
        message: MessageId,
        is_deleted: bool,
    },
    /// This person has marked a message.
    Starred {
        message: MessageId,
        is_starred: bool,
    },
    /// A setting by its word.
    Setting {
        key: String,
        value: Redacted<String>,
    },
    /// What this person calls somebody; empty: nothing of their own.
    ContactName {
        account: AccountId,
        name: Redacted<String>,
    },
    /// They may write.
    Accepted {
        account: AccountId,
        is_accepted: bool,
    },
    /// Nothing of theirs is shown.
    Blocked {
        account: AccountId,
        is_blocked: bool,
    },
    /// Their safety number was compared and matches.
    Verified {
        account: AccountId,
        is_verified: bool,
    },
    /// What this person calls a device of theirs; empty: nothing.
    DeviceName {
        device: DeviceId,
        name: Redacted<String>,
    },
    /// What this person tells of themself; its version is the register's time.
    Profile(Profile),
}

impl Change {
    /// The number of [`Change::Cleared`].
    pub(crate) const CLEARED: u32 = SyncKind::Cleared as u32;
    /// The number of [`Change::Read`].
    pub(crate) const READ: u32 = SyncKind::Read as u32;
    /// The number of [`Change::Deleted`].
    pub(crate) const DELETED: u32 = SyncKind::Deleted as u32;
    /// The number of [`Change::Starred`].
    pub(crate) const STARRED: u32 = SyncKind::Starred as u32;
    /// The number of [`Change::Timer`].
    pub(crate) const TIMER: u32 = SyncKind::Timer as u32;
    /// The number of [`Change::DeviceName`].
    pub(crate) const DEVICE_NAME: u32 = SyncKind::DeviceName as u32;
    /// The number of [`Change::Setting`].
    pub(crate) const SETTING: u32 = SyncKind::Setting as u32;

    /// The number of its kind, its subject, its value.
    pub(crate) fn encode(&self) -> (u32, Vec<u8>, Vec<u8>) {
        let kind = u32::try_from(i32::from(self.kind())).unwrap_or(0);
        (kind, self.subject(), self.value())
    }

    const fn kind(&self) -> SyncKind {
        match self {
            Self::Read { .. } => SyncKind::Read,
            Self::Draft { .. } => SyncKind::Draft,
            Self::Muted { .. } => SyncKind::Muted,
            Self::Archived { .. } => SyncKind::Archived,
            Self::Pinned { .. } => SyncKind::Pinned,
            Self::MarkedUnread { .. } => SyncKind::MarkedUnread,
            Self::Cleared { .. } => SyncKind::Cleared,
            Self::GroupAccepted { .. } => SyncKind::GroupAccepted,
            Self::Deleted { .. } => SyncKind::Deleted,
            Self::Starred { .. } => SyncKind::Starred,
            Self::Timer { .. } => SyncKind::Timer,
            Self::Setting { .. } => SyncKind::Setting,
            Self::ContactName { .. } => SyncKind::ContactName,
            Self::Accepted { .. } => SyncKind::Accepted,
            Self::Blocked { .. } => SyncKind::Blocked,
            Self::Verified { .. } => SyncKind::Verified,
            Self::DeviceName { .. } => SyncKind::DeviceName,
            Self::Profile(_) => SyncKind::Profile,
        }
    }

    fn subject(&self) -> Vec<u8> {
        match self {
            Self::Read { conversation, .. }
            | Self::Draft { conversation, .. }
            | Self::Muted { conversation, .. }
            | Self::Archived { conversation, .. }
            | Self::Pinned { conversation, .. }
            | Self::MarkedUnread { conversation, .. }
            | Self::Cleared { conversation, .. }
            | Self::Timer { conversation, .. }
            | Self::GroupAccepted { conversation } => conversation.to_vec(),
            Self::ContactName { account, .. }
            | Self::Accepted { account, .. }
            | Self::Verified { account, .. }
            | Self::Blocked { account, .. } => account.to_vec(),
            Self::Deleted { message, .. } | Self::Starred { message, .. } => message.to_vec(),
            Self::Setting { key, .. } => key.clone().into_bytes(),
            Self::DeviceName { device, .. } => device.to_vec(),
            Self::Profile(_) => Vec::new(),
        }
    }

    fn value(&self) -> Vec<u8> {
        let flag = |is_set: &bool| v1::SyncFlag { is_set: *is_set }.encode_to_vec();
        let text = |text: &str| v1::SyncText { text: text.into() }.encode_to_vec();
        match self {
            Self::Read { message, at, .. } => v1::SyncRead {
                message_id: message.to_vec(),
                read_at: at.map_or(0, |at| at.as_millis()),
            }
            .encode_to_vec(),
            Self::Cleared {
                message, is_listed, ..
            } => v1::SyncCleared {
                message_id: message.to_vec(),
                is_listed: *is_listed,
            }
            .encode_to_vec(),
            Self::Muted {
                is_muted, until, ..
            } => v1::SyncMute {
                is_muted: *is_muted,
                until: until.map_or(0, |until| until.as_millis()),
            }
            .encode_to_vec(),
            Self::Pinned { order, .. } => v1::SyncPin {
                is_pinned: order.is_some(),
                order: order.unwrap_or(0),
            }
            .encode_to_vec(),
            Self::Draft { text: value, .. }
            | Self::Setting { value, .. }
            | Self::DeviceName { name: value, .. }
            | Self::ContactName { name: value, .. } => text(&value.0),
            Self::Timer { seconds, id, .. } => v1::SyncTimer {
                seconds: *seconds,
                message_id: id.to_vec(),
            }
            .encode_to_vec(),
            Self::Archived { is_archived, .. } => flag(is_archived),
            Self::MarkedUnread { is_marked, .. } => flag(is_marked),
            Self::GroupAccepted { .. } => flag(&true),
            Self::Deleted { is_deleted, .. } => flag(is_deleted),
            Self::Starred { is_starred, .. } => flag(is_starred),
            Self::Accepted { is_accepted, .. } => flag(is_accepted),
            Self::Blocked { is_blocked, .. } => flag(is_blocked),
            Self::Verified { is_verified, .. } => flag(is_verified),
            Self::Profile(profile) => profile.encode(0),
        }
    }

    /// Reads a register; `None` for a kind, a subject or a value that this version does not know.
    pub(crate) fn decode(row: &SyncRow) -> Option<Self> {
        let kind = SyncKind::try_from(i32::try_from(row.kind).ok()?).ok()?;
        match kind {
            SyncKind::Setting => Some(Self::Setting {
                key: String::from_utf8(row.subject.clone()).ok()?,
                value: Redacted(value::<v1::SyncText>(row)?.text),
            }),
            SyncKind::DeviceName => Some(Self::DeviceName {
                device: DeviceId::try_from(&row.subject[..]).ok()?,
                name: Redacted(value::<v1::SyncText>(row)?.text),
            }),
            SyncKind::Profile if row.subject.is_empty() => {
                Some(Self::Profile(Profile::decode(&row.value)?.0))
            }
            SyncKind::Deleted | SyncKind::Starred => {
                let message = MessageId::try_from(&row.subject[..]).ok()?;
                let is_set = value::<v1::SyncFlag>(row)?.is_set;
                Some(match kind {
                    SyncKind::Deleted => Self::Deleted {
                        message,
                        is_deleted: is_set,
                    },
                    _ => Self::Starred {
                        message,
                        is_starred: is_set,
                    },
                })
            }
            SyncKind::ContactName | SyncKind::Accepted | SyncKind::Blocked | SyncKind::Verified => {
                Self::decode_person(kind, row)
            }
            _ => Self::decode_conversation(kind, row),
        }
    }

    fn decode_person(kind: SyncKind, row: &SyncRow) -> Option<Self> {
        let account = AccountId::try_from(&row.subject[..]).ok()?;
        Some(match kind {
            SyncKind::ContactName => Self::ContactName {
                account,
                name: Redacted(value::<v1::SyncText>(row)?.text),
            },
            SyncKind::Accepted => Self::Accepted {
                account,
                is_accepted: value::<v1::SyncFlag>(row)?.is_set,
            },
            SyncKind::Blocked => Self::Blocked {
                account,
                is_blocked: value::<v1::SyncFlag>(row)?.is_set,
            },
            SyncKind::Verified => Self::Verified {
                account,
                is_verified: value::<v1::SyncFlag>(row)?.is_set,
            },
            _ => return None,
        })
    }

    fn decode_conversation(kind: SyncKind, row: &SyncRow) -> Option<Self> {
        let conversation = ConversationId::try_from(&row.subject[..]).ok()?;
        Some(match kind {
            SyncKind::Read => {
                let read = value::<v1::SyncRead>(row)?;
                Self::Read {
                    conversation,
                    message: MessageId::try_from(&read.message_id[..]).ok()?,
                    position: row.time,
                    at: (read.read_at > 0).then(|| Timestamp::from_millis(read.read_at)),
                }
            }
            SyncKind::Draft => Self::Draft {
                conversation,
                text: Redacted(value::<v1::SyncText>(row)?.text),
            },
            SyncKind::Muted => {
                let mute = value::<v1::SyncMute>(row)?;
                Self::Muted {
                    conversation,
                    is_muted: mute.is_muted,
                    until: (mute.until > 0).then(|| Timestamp::from_millis(mute.until)),
                }
            }
            SyncKind::Archived => Self::Archived {
                conversation,
                is_archived: value::<v1::SyncFlag>(row)?.is_set,
            },
            SyncKind::Pinned => {
                let pin = value::<v1::SyncPin>(row)?;
                Self::Pinned {
                    conversation,
                    order: pin.is_pinned.then_some(pin.order),
                }
            }
            SyncKind::MarkedUnread => Self::MarkedUnread {
                conversation,
                is_marked: value::<v1::SyncFlag>(row)?.is_set,
            },
            SyncKind::Cleared => {
                let cleared = value::<v1::SyncCleared>(row)?;
                Self::Cleared {
                    conversation,
                    message: MessageId::try_from(&cleared.message_id[..]).ok()?,
                    position: row.time,
                    is_listed: cleared.is_listed,
                }
            }
            SyncKind::GroupAccepted => Self::GroupAccepted { conversation },
            SyncKind::Timer => {
                let timer = value::<v1::SyncTimer>(row)?;
                Self::Timer {
                    conversation,
                    seconds: timer.seconds,
                    at: Timestamp::from_millis(row.time),
                    id: MessageId::try_from(&timer.message_id[..]).ok()?,
                }
            }
            _ => return None,
        })
    }

    /// What stands in for the time, where a register counts by position.
    pub(crate) const fn position(&self) -> Option<u64> {
        match self {
            Self::Read { position, .. } | Self::Cleared { position, .. } => Some(*position),
            Self::Timer { at, .. } => Some(at.as_millis()),
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

#[cfg(test)]
mod tests {
    use pipit_domain::DeviceId;

    use super::*;

    fn every_change() -> Vec<Change> {
        let (conversation, account) = (ConversationId::new([1; 16]), AccountId::new([2; 32]));
        let message = MessageId::new([3; 32]);
        let text = |text: &str| Redacted(text.to_owned());
        vec![
            Change::Read {
                conversation,
                message,
                position: 7,
                at: Some(Timestamp::from_millis(8)),
            },
            Change::Draft {
                conversation,
                text: text("half a sent"),
            },
            Change::Muted {
                conversation,
                is_muted: true,
                until: Some(Timestamp::from_millis(9)),
            },
            Change::Muted {
                conversation,
                is_muted: true,
                until: None,
            },
            Change::Archived {
                conversation,
                is_archived: true,
            },
            Change::Pinned {
                conversation,
                order: Some(4),
            },
            Change::Pinned {
                conversation,
                order: None,
            },
            Change::MarkedUnread {
                conversation,
                is_marked: true,
            },
            Change::Cleared {
                conversation,
                message,
                position: 8,
                is_listed: true,
            },
            Change::GroupAccepted { conversation },
            Change::Timer {
                conversation,
                seconds: 60,
                at: Timestamp::from_millis(6),
                id: message,
            },
            Change::Deleted {
                message,
                is_deleted: true,
            },
            Change::Starred {
                message,
                is_starred: false,
            },
            Change::Setting {
                key: "typing".into(),
                value: text("false"),
            },
            Change::ContactName {
                account,
                name: text("Ines"),
            },
            Change::Accepted {
                account,
                is_accepted: true,
            },
            Change::Blocked {
                account,
                is_blocked: false,
            },
            Change::Verified {
                account,
                is_verified: true,
            },
            Change::Profile(Profile {
                name: text("Ines"),
                about: text("away"),
                picture: Redacted(Vec::new()),
            }),
        ]
    }

    #[test]
    fn every_change_comes_back_as_it_was() {
        for change in every_change() {
            let (kind, subject, value) = change.encode();
            let row = SyncRow {
                kind,
                subject,
                time: change.position().unwrap_or(5),
                device: DeviceId::new([9; 16]),
                value,
            };
            assert_eq!(Change::decode(&row), Some(change));
            let unknown = SyncRow {
                kind: 9_999,
                ..row.clone()
            };
            assert_eq!(Change::decode(&unknown), None);
            let short = SyncRow {
                subject: vec![0xff; 3],
                ..row
            };
            assert_eq!(Change::decode(&short), None, "no subject");
        }
    }
}
