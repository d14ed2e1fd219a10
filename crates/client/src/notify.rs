//! Whether a person should be told of a message by the operating system. Pure.

use std::collections::HashMap;

use pipit_domain::{ConversationId, Redacted};

use crate::client::Focus;
use crate::event::Event;
use crate::record::MessageRecord;

/// Characters of a message in a notification: what the systems' popups show.
const BODY_LEN_MAX: usize = 200;

/// One notification for each conversation in which others wrote, with the newest message, so that
/// mail of a whole week makes no more popups than there are conversations. None while the person
/// looks at the window.
pub(crate) fn notifications(focus: &Focus, added: &[MessageRecord]) -> Vec<Event> {
    if focus.is_focused {
        return Vec::new();
    }
    let mut newest: HashMap<ConversationId, &MessageRecord> = HashMap::new();
    for message in added.iter().filter(|message| !message.is_own) {
        let known = newest.entry(message.conversation).or_insert(message);
        if known.row.position <= message.row.position {
            *known = message;
        }
    }
    let mut newest: Vec<_> = newest.into_values().collect();
    newest.sort_by_key(|message| message.row.message);
    newest.into_iter().map(notification).collect()
}

fn notification(message: &MessageRecord) -> Event {
    Event::Notification {
        conversation: message.conversation,
        message: message.row.id,
        title: message.sender_name.clone(),
        body: Redacted(message.row.text.0.chars().take(BODY_LEN_MAX).collect()),
    }
}

#[cfg(test)]
mod tests {
    use pipit_domain::{AccountId, EnvelopeId, MessageId, Timestamp};
    use pipit_store::table::message::{MessageKind, MessageRow, MessageState};

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
            },
            conversation: ConversationId::new([conversation; 16]),
            sender_name: Redacted("ines".to_owned()),
            is_own,
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
        let events = notifications(&Focus::default(), &added);
        assert_eq!(bodies(&events), ["b", "c"]);
    }

    #[test]
    fn none_while_the_window_has_the_focus() {
        let focus = Focus {
            is_focused: true,
            conversation: None,
        };
        assert!(notifications(&focus, &[message(1, 1, false, "a")]).is_empty());
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let events = notifications(&Focus::default(), &[message(1, 1, false, &"ä".repeat(500))]);
        assert_eq!(bodies(&events)[0].chars().count(), BODY_LEN_MAX);
    }
}
