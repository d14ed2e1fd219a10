//! What one message does to another, or to its conversation, without being shown itself: votes, pins, the
//! timer. Each is a control message of its own media type; the message that it is about stands in `inReplyTo`.

use pipit_domain::{MessageId, Timestamp};
use prost::Message as _;

use super::poll::Choice;
use super::{Content, Disposition, Kind, Part, SALT_LEN, v1};

/// Longest time after which messages disappear: a year (the draft calls more suspicious).
pub const TIMER_SECONDS_MAX: u32 = 365 * 24 * 60 * 60;

const VOTE: &str = "application/vnd.pipit.vote";
const POLL_CLOSE: &str = "application/vnd.pipit.poll-close";
const PIN: &str = "application/vnd.pipit.pin";
const TIMER: &str = "application/vnd.pipit.timer";

/// What a control message does to a message or to its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Its sender's whole vote in a poll.
    Vote {
        /// The poll.
        poll: MessageId,
        /// Everything that is chosen.
        choice: Choice,
    },
    /// No more votes count. Only the poll's author may.
    ClosePoll {
        /// The poll.
        poll: MessageId,
    },
    /// Shows a message at the head of the conversation, or takes it down.
    Pin {
        /// The message.
        message: MessageId,
        /// Shown, or taken down.
        is_pinned: bool,
    },
    /// What is sent from now on disappears so long after reading.
    Timer {
        /// 0: it stays. At most [`TIMER_SECONDS_MAX`].
        seconds: u32,
        /// A member tells one who came later what was set before.
        told: Option<ToldTimer>,
    },
}

/// The change that set a timer, for whoever came after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldTimer {
    /// When the server accepted it.
    pub at: Timestamp,
    /// Its own id.
    pub id: MessageId,
}

impl Action {
    /// The message that it is about; `None` when it is about the conversation.
    #[must_use]
    pub const fn target(self) -> Option<MessageId> {
        match self {
            Self::Vote { poll, .. } | Self::ClosePoll { poll } => Some(poll),
            Self::Pin { message, .. } => Some(message),
            Self::Timer { .. } => None,
        }
    }
}

impl Content {
    /// An action. `salt` must be fresh random bytes.
    #[must_use]
    pub fn action(salt: [u8; SALT_LEN], action: Action) -> Self {
        let (media_type, target, body) = match action {
            Action::Vote { poll, choice } => (VOTE, Some(poll), choice.encode()),
            Action::ClosePoll { poll } => (POLL_CLOSE, Some(poll), Vec::new()),
            Action::Pin { message, is_pinned } => {
                let pin = v1::Pin { is_pinned };
                (PIN, Some(message), pin.encode_to_vec())
            }
            Action::Timer { seconds, told } => {
                let timer = v1::Timer {
                    seconds,
                    set_at: told.map_or(0, |told| told.at.as_millis()),
                    set_by: told.map(|told| told.id.to_vec()).unwrap_or_default(),
                };
                (TIMER, None, timer.encode_to_vec())
            }
        };
        Self {
            in_reply_to: target,
            ..Self::new(salt, Part::single(Disposition::SESSION, media_type, &body))
        }
    }

    /// The action that a control message holds; `None` for other control messages, those of a later version,
    /// and those out of bounds.
    #[must_use]
    pub fn as_action(&self) -> Option<Action> {
        let Kind::Control(control) = self.kind() else {
            return None;
        };
        match control.media_type {
            VOTE => Some(Action::Vote {
                poll: self.in_reply_to?,
                choice: Choice::decode(control.body)?,
            }),
            POLL_CLOSE => Some(Action::ClosePoll {
                poll: self.in_reply_to?,
            }),
            PIN => Some(Action::Pin {
                message: self.in_reply_to?,
                is_pinned: v1::Pin::decode(control.body).ok()?.is_pinned,
            }),
            TIMER => {
                let timer = v1::Timer::decode(control.body).ok()?;
                let told = match timer.set_by.is_empty() {
                    true => None,
                    false => Some(ToldTimer {
                        at: Timestamp::from_millis(timer.set_at),
                        id: MessageId::try_from(&timer.set_by[..]).ok()?,
                    }),
                };
                let seconds = timer.seconds;
                (seconds <= TIMER_SECONDS_MAX).then_some(Action::Timer { seconds, told })
            }
            _ => None,
        }
    }
}
