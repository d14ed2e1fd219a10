//! Whether a person should be told of a message by the operating system. Pure.

use std::collections::{HashMap, HashSet};

use pipit_domain::{ConversationId, Redacted};
use pipit_store::table::message::MessageKind;
use pipit_store::table::{conversation, state};
use pipit_store::{Connection, StoreError};

use crate::client::Focus;
use crate::content::plain;
use crate::event::Event;
use crate::people::is_request;
use crate::record::MessageRecord;
use crate::settings;

/// What this person wants to be told of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    /// Anything at all.
    pub(crate) is_on: bool,
    /// With who wrote and what.
    pub(crate) shows_text: bool,
    /// Conversations that are muted.
    pub(crate) muted: HashSet<ConversationId>,
    /// Conversations of strangers: what they write is not shown before it is asked for.
    pub(crate) requests: HashSet<ConversationId>,
}

/// Reads what holds for these messages.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn policy(
    connection: &Connection,
    added: &[MessageRecord],
) -> Result<Policy, StoreError> {
    let settings = settings::get(connection)?.notifications;
    let mut policy = Policy {
        is_on: settings.is_on,
        shows_text: settings.shows_text,
        ..Policy::default()
    };
    let places: HashSet<_> = added.iter().map(|message| message.conversation).collect();
    for id in places {
        if state::get(connection, id)?.is_muted {
            policy.muted.insert(id);
        }
        let place = conversation::get(connection, id)?;
        if let Some(place) = place
            && is_request(connection, &place)?
        {
            policy.requests.insert(id);
        }
    }
    Ok(policy)
}

/// Characters of a message in a notification: what the systems' popups show.
const BODY_LEN_MAX: usize = 200;

/// One notification for each conversation in which others wrote, with the newest message, so that
/// mail of a whole week makes no more popups than there are conversations. None while the person
/// looks at the window.
pub(crate) fn notifications(focus: &Focus, policy: &Policy, added: &[MessageRecord]) -> Vec<Event> {
    if focus.is_focused || !policy.is_on {
        return Vec::new();
    }
    let mut newest: HashMap<ConversationId, &MessageRecord> = HashMap::new();
    let may_tell = |message: &&MessageRecord| {
        // Who is called by name hears it in a muted chat, too.
        let is_muted =
            policy.muted.contains(&message.conversation) && !message.row.details.mentions_me;
        !message.is_own && !is_muted && message.row.kind != MessageKind::Deleted
    };
    for message in added.iter().filter(may_tell) {
        let known = newest.entry(message.conversation).or_insert(message);
        if known.row.position <= message.row.position {
            *known = message;
        }
    }
    let mut newest: Vec<_> = newest.into_values().collect();
    newest.sort_by_key(|message| message.row.message);
    newest
        .into_iter()
        .map(|message| notification(policy, message))
        .collect()
}

fn notification(policy: &Policy, message: &MessageRecord) -> Event {
    let is_request = policy.requests.contains(&message.conversation);
    let shows_text = policy.shows_text && !is_request;
    let text = || plain(message.said(), BODY_LEN_MAX);
    Event::Notification {
        conversation: message.conversation,
        message: message.row.id,
        title: if shows_text {
            message.sender_name.clone()
        } else {
            Redacted::default()
        },
        body: Redacted(if shows_text { text() } else { String::new() }),
        is_request,
    }
}

#[cfg(test)]
mod tests {
    use pipit_domain::{AccountId, EnvelopeId, MessageId, Timestamp};
    use pipit_store::table::message::{MessageDetails, MessageRow, MessageState};

    use super::*;

    fn message(conversation: u8, position: u64, is_own: bool, text: &str) -> MessageRecord {
        MessageRecord {
            row: MessageRow {
                message: i64::try_from(position).unwrap(),
                id: MessageId::new([position as u8; 32]),
                conversation: conversation.into(),
                position,
                sender: AccountId::new([7; 32]),
                sent_at: Timestamp::from_millis(position),
                accepted_at: None,
                kind: MessageKind::Text,
                state: MessageState::Received,
                failure: None,
                envelope: EnvelopeId::new([position as u8; 16]),
                text: Redacted(text.to_owned()),
                details: MessageDetails::default(),
            },
            conversation: ConversationId::new([conversation; 16]),
            sender_name: Redacted("ines".to_owned()),
            is_own,
            own: AccountId::new([0; 32]),
            system: None,
            reply_to: None,
            reactions: Vec::new(),
            poll: None,
        }
    }

    fn all() -> Policy {
        Policy {
            is_on: true,
            shows_text: true,
            ..Policy::default()
        }
    }

    fn bodies(events: &[Event]) -> Vec<&str> {
        events
            .iter()
            .map(|event| match event {
                Event::Notification { body, .. } => &body.0[..],
                _ => panic!("only notifications"),
            })
            .collect()
    }

    #[test]
    fn one_for_each_conversation_with_the_newest_message() {
        let added = [
            message(1, 1, false, "a"),
            message(2, 2, false, "b"),
            message(1, 3, false, "c"),
            message(2, 4, true, "own"),
        ];
        let events = notifications(&Focus::default(), &all(), &added);
        assert_eq!(bodies(&events), ["b", "c"]);
    }

    #[test]
    fn muted_chats_are_silent_and_requests_show_nothing() {
        let added = [message(1, 1, false, "a"), message(2, 2, false, "b")];
        let policy = Policy {
            muted: HashSet::from([ConversationId::new([1; 16])]),
            requests: HashSet::from([ConversationId::new([2; 16])]),
            ..all()
        };
        let events = notifications(&Focus::default(), &policy, &added);
        assert_eq!(bodies(&events), [""]);
        let Event::Notification {
            title, is_request, ..
        } = &events[0]
        else {
            panic!("a notification")
        };
        assert!(title.0.is_empty() && *is_request);
        let off = Policy {
            is_on: false,
            ..all()
        };
        assert!(notifications(&Focus::default(), &off, &added).is_empty());
    }

    #[test]
    fn none_while_the_window_has_the_focus() {
        let focus = Focus {
            is_focused: true,
            conversation: None,
        };
        assert!(notifications(&focus, &all(), &[message(1, 1, false, "a")]).is_empty());
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let events = notifications(
            &Focus::default(),
            &all(),
            &[message(1, 1, false, &"ä".repeat(500))],
        );
        assert_eq!(bodies(&events)[0].chars().count(), BODY_LEN_MAX);
    }
}
