//! The command that sets the timer of a conversation, and the clocks that reading starts.

use pipit_domain::{ConversationId, Timestamp};
use pipit_store::table::conversation;
use pipit_store::table::timer;
use pipit_store::{StoreError, Transaction};
use pipit_wire::content::{Action, Content, TIMER_SECONDS_MAX};

use crate::client::Client;
use crate::clock::random;
use crate::content::perform;
use crate::error::ClientError;
use crate::event::Event;
use crate::group::{is_in, may_edit_info};
use crate::message_change::Deeds;
use crate::record::Reader;

/// Messages that are told to have a clock now; a screen shows no more, and reads others with their clocks.
const TOLD_MAX: usize = 200;

impl Client {
    /// Lets what is sent to a conversation from now on disappear so many seconds after reading; 0 takes that
    /// back. What is there stays as it is.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], [`ClientError::TimerLength`] for more than a year,
    /// [`ClientError::NotAllowed`] in a group where this account may not change such things.
    pub async fn set_timer(&self, id: ConversationId, seconds: u32) -> Result<(), ClientError> {
        if seconds > TIMER_SECONDS_MAX {
            return Err(ClientError::TimerLength);
        }
        self.change(move |transaction, session, now| {
            let place =
                conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
            let own = session.own();
            if !is_in(transaction, &place)? || !may_edit_info(transaction, &place, own)? {
                return Err(ClientError::NotAllowed);
            }
            if place.timer == seconds {
                return Ok(Deeds::default());
            }
            let action = Action::Timer {
                seconds,
                told: None,
            };
            let content = Content::action(random(), action);
            let change = perform(transaction, own, &place, now, &content)?;
            Ok(Deeds::here(&place, change))
        })
        .await
    }
}

/// Starts the clocks of what was read up to a position; answers what to tell.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn start_clocks(
    transaction: &Transaction<'_>,
    reader: &Reader,
    conversation: i64,
    position: u64,
    at: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    let started = timer::start(transaction, conversation, position, at)?;
    started
        .into_iter()
        .rev()
        .take(TOLD_MAX)
        .map(|row| {
            Ok(Event::MessageChanged(
                reader.message_by_row(transaction, row)?,
            ))
        })
        .collect()
}

/// Starts the clock of a message that is new here, if it runs by now: an own one's since it was accepted; that of
/// another's, which may have come late, when it has been read before.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn start_clock(
    transaction: &Transaction<'_>,
    message: i64,
    is_own: bool,
    is_unread: bool,
    accepted_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = if is_own {
        accepted_at
    } else {
        (!is_unread).then_some(now)
    };
    match at {
        Some(at) => timer::start_own(transaction, message, at),
        None => Ok(()),
    }
}
