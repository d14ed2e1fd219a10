//! The event stream of one listener.

use pipit_client::{Client, Event, Numbered};
use tokio::sync::broadcast;

use crate::event::{AppEvent, NumberedEvent};

/// Events for one listener, in order. When it falls too far behind, some are left out, and the hole
/// in the numbers says so.
#[derive(Debug)]
pub struct Events {
    start: u64,
    receiver: broadcast::Receiver<Numbered>,
}

impl Events {
    pub(crate) fn new(client: &Client) -> Self {
        let (start, receiver) = client.subscribe();
        Self { start, receiver }
    }

    /// The number before that of the first event.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// The next event; `None` when the profile is closed.
    pub async fn next(&mut self) -> Option<NumberedEvent> {
        loop {
            match self.receiver.recv().await {
                Ok(Numbered { number, event }) => {
                    return Some(NumberedEvent {
                        number,
                        event: event.into(),
                    });
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

impl From<Event> for AppEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Connection(connection) => {
                let (state, retry_at) = crate::convert::connection(connection);
                Self::Connection { state, retry_at }
            }
            Event::DevicesChanged => Self::DevicesChanged,
            Event::History(progress) => Self::HistoryChanged {
                history: progress.into(),
            },
            Event::HistoryFilled(conversation) => Self::HistoryFilled {
                conversation_id: conversation.to_string(),
            },
            Event::Account(status) => Self::AccountChanged {
                status: status.into(),
            },
            Event::Link(state) => Self::LinkChanged { link: state.into() },
            Event::MessageAdded(message) => Self::MessageAdded {
                message: Box::new(message.into()),
            },
            Event::MessageChanged(message) => Self::MessageChanged {
                message: Box::new(message.into()),
            },
            Event::MessageRemoved {
                conversation,
                message,
            } => Self::MessageRemoved {
                conversation_id: conversation.to_string(),
                message_id: message.to_string(),
            },
            Event::ConversationChanged(conversation) => Self::ConversationChanged {
                conversation: Box::new((*conversation).into()),
            },
            Event::Notification {
                conversation,
                message,
                title,
                body,
                is_request,
            } => Self::Notification {
                is_request,
                conversation_id: conversation.to_string(),
                message_id: message.to_string(),
                title: title.0,
                body: body.0,
            },
            Event::ConversationRemoved(conversation) => Self::ConversationRemoved {
                conversation_id: conversation.to_string(),
            },
            Event::ContactChanged(contact) => Self::ContactChanged {
                contact: (*contact).into(),
            },
            Event::ProfileChanged(profile) => Self::ProfileChanged {
                profile: (*profile).into(),
            },
            Event::SettingsChanged(settings) => Self::SettingsChanged {
                settings: settings.into(),
            },
            Event::Typing {
                conversation,
                account,
                name,
                is_typing,
            } => Self::Typing {
                conversation_id: conversation.to_string(),
                account_id: account.to_string(),
                name: name.0,
                is_typing,
            },
            Event::Presence {
                account,
                is_online,
                seen_at,
            } => Self::Presence {
                account_id: account.to_string(),
                is_online,
                last_seen: seen_at.map(|at| at.as_millis()),
            },
            Event::Alarm(alarm) => Self::Alarm {
                alarm: (*alarm).into(),
            },
            Event::ShowConversation(conversation) => Self::ConversationShow {
                conversation_id: conversation.to_string(),
            },
        }
    }
}
