//! What may concern the person beside the chats' own order, as the screen shows it.

use data_encoding::HEXLOWER;
use pipit_client::{
    ActivityFilter as Filter, ActivityKindRecord as What, ActivityPlace, ActivityRecord,
};
use pipit_domain::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::{ErrorCode, RpcError};
use crate::message_view::MessageView;
use crate::security_view::{AlarmView, DeviceSigner, mark};

/// Longest text of a place that is looked at: an alarm's has an id of over 100 bytes.
const PLACE_LEN_MAX: usize = 1_024;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ActivityFilter {
    /// Mentions alone.
    Mentions,
    /// New devices and alarms alone.
    Security,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// Where it stands, for `before`; another one when it changes.
    pub place: String,
    /// When it happened.
    pub at: u64,
    /// Since `activity.see`, and nothing else says that the person knows it.
    pub is_new: bool,
    /// What.
    #[serde(flatten)]
    pub what: ActivityKind,
}

/// What happened.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ActivityKind {
    /// A message mentions this account.
    Mention {
        /// The message.
        message: Box<MessageView>,
    },
    /// Others have reacted to an own message.
    Reactions {
        /// The message.
        message: Box<MessageView>,
        /// What to call who did last.
        name: String,
        /// Their account.
        account_id: String,
        /// With what.
        emoji: String,
        /// How many others have.
        others: u64,
    },
    /// The other person of a 1:1 has a new device.
    ContactDevice {
        /// Its line there.
        message: Box<MessageView>,
    },
    /// This account has a new device.
    OwnDevice {
        /// Its id.
        device_id: String,
        /// The first digits of that, to be compared at a glance.
        mark: String,
        /// What the person calls it; empty: nothing yet.
        name: String,
        /// By what it was signed in.
        signer: DeviceSigner,
        /// The person has said that it is theirs.
        is_known: bool,
    },
    /// A stranger has added this account to a group, which is a request.
    Invitation {
        /// The group.
        conversation_id: String,
        /// Its name; may be empty.
        group_name: String,
        /// What to call who did it.
        name: String,
        /// Their account.
        account_id: String,
        /// How many are in it.
        members: u64,
        /// How many of them this person has accepted.
        acquainted: u64,
    },
    /// Keys or changes that must not be, not decided on.
    Alarm {
        /// The alarm.
        alarm: AlarmView,
    },
}

/// What the client is asked for.
pub(crate) const fn filter(only: Option<ActivityFilter>) -> Filter {
    match only {
        None => Filter::All,
        Some(ActivityFilter::Mentions) => Filter::Mentions,
        Some(ActivityFilter::Security) => Filter::Security,
    }
}

/// `time.sort.id` in hexadecimal digits.
fn place_text(place: &ActivityPlace) -> String {
    let id = HEXLOWER.encode(&place.id);
    format!("{:x}.{:x}.{id}", place.at.as_millis(), place.sort)
}

/// The place that a text names.
///
/// # Errors
/// `BAD_REQUEST` for another text.
pub(crate) fn place(text: &str) -> Result<ActivityPlace, RpcError> {
    read_place(text).ok_or_else(|| {
        RpcError::new(
            ErrorCode::BadRequest,
            "before: the place of an entry that activity.list gave.".to_owned(),
        )
    })
}

fn read_place(text: &str) -> Option<ActivityPlace> {
    let is_written_so = |byte: u8| byte == b'.' || byte.is_ascii_hexdigit();
    if text.len() > PLACE_LEN_MAX || !text.bytes().all(is_written_so) {
        return None;
    }
    let mut parts = text.splitn(3, '.');
    let (at, sort, id) = (parts.next()?, parts.next()?, parts.next()?);
    Some(ActivityPlace {
        at: Timestamp::from_millis(u64::from_str_radix(at, 16).ok()?),
        sort: u8::from_str_radix(sort, 16).ok()?,
        id: HEXLOWER.decode(id.as_bytes()).ok()?,
    })
}

impl From<ActivityRecord> for ActivityView {
    fn from(record: ActivityRecord) -> Self {
        Self {
            place: place_text(&record.place),
            at: record.place.at.as_millis(),
            is_new: record.is_new,
            what: record.what.into(),
        }
    }
}

impl From<What> for ActivityKind {
    fn from(what: What) -> Self {
        let view = |message: Box<_>| Box::new(MessageView::from(*message));
        match what {
            What::Mention(message) => Self::Mention {
                message: view(message),
            },
            What::Reactions {
                message,
                person,
                emoji,
                others,
            } => Self::Reactions {
                message: view(message),
                name: person.name.0,
                account_id: person.account.to_string(),
                emoji,
                others,
            },
            What::ContactDevice(message) => Self::ContactDevice {
                message: view(message),
            },
            What::OwnDevice {
                device,
                name,
                signer,
                is_known,
            } => Self::OwnDevice {
                mark: mark(&device.to_string()),
                device_id: device.to_string(),
                name: name.0,
                signer: signer.into(),
                is_known,
            },
            What::Invitation {
                conversation,
                name,
                person,
                members,
                acquainted,
            } => Self::Invitation {
                conversation_id: conversation.to_string(),
                group_name: name.0,
                name: person.name.0,
                account_id: person.account.to_string(),
                members,
                acquainted,
            },
            What::Alarm(alarm) => Self::Alarm {
                alarm: alarm.into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_from_its_text() {
        for id in [vec![], vec![0, 9, 0xff], vec![7; 200]] {
            let there = ActivityPlace {
                at: Timestamp::from_millis(1_764_000_000_123),
                sort: 4,
                id,
            };
            assert_eq!(place(&place_text(&there)).ok(), Some(there));
        }
    }

    #[test]
    fn another_text_is_refused() {
        for text in [
            "", "1", "1.2", "x.1.00", "1.100.00", "1.2.0", "1.2.0g", "1.2.é", "1.2.+1",
        ] {
            assert!(place(text).is_err(), "{text}");
        }
        assert!(place(&format!("1.2.{}", "00".repeat(PLACE_LEN_MAX))).is_err());
    }
}
