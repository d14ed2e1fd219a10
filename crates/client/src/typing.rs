//! Who is typing: said at most every few seconds while keys are pressed, shown until some seconds after the
//! last time, or until the message comes. Whoever does not tell is not told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pipit_domain::{AccountId, ConversationId, Redacted, Timestamp};
use pipit_wire::content::v1::{SignalTyping, signal_body};
use tokio::time::sleep;

use crate::client::{Client, Connection, Shared};
use crate::error::ClientError;
use crate::event::Event;
use crate::session::Session;
use crate::signal::{self, Heard};
use crate::{settings, task};

/// Between two signals of one conversation.
const PACE_MS: u64 = 3_000;
/// From the last signal until nobody types any more: twice the pace, so that one may be lost.
const SHOWN: Duration = Duration::from_secs(6);
/// People shown as typing at once, over all conversations; more change nothing on a screen.
const SHOWN_MAX: usize = 256;

/// Who types, here and elsewhere. Of this process only: nothing of it is kept.
#[derive(Default)]
pub(crate) struct Typing(Mutex<State>);

#[derive(Default)]
struct State {
    /// When this device may say so again.
    next: HashMap<ConversationId, Timestamp>,
    /// Who is shown, with what to call them, and a number that rises with each signal.
    shown: HashMap<(ConversationId, AccountId), (Redacted<String>, u64)>,
    number: u64,
}

impl Typing {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message was sent: the next key may be told at once.
    pub(crate) fn sent(&self, conversation: ConversationId) {
        self.lock().next.remove(&conversation);
    }

    /// Somebody's message has come: they don't type any more.
    pub(crate) fn end(&self, conversation: ConversationId, account: AccountId) -> Option<Event> {
        let (name, _) = self.lock().shown.remove(&(conversation, account))?;
        Some(Event::Typing {
            conversation,
            account,
            name,
            is_typing: false,
        })
    }
}

impl Client {
    /// The person types in a conversation: to be called on each key. The others are told every few seconds,
    /// if this person tells such things at all.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn typing(&self, id: ConversationId) -> Result<(), ClientError> {
        let session = self.session()?;
        if self.shared.connection() != Connection::Online {
            return Ok(());
        }
        let now = session.server_now();
        {
            let mut state = session.typing.lock();
            if state.next.get(&id).is_some_and(|next| *next > now) {
                return Ok(());
            }
            state.next.retain(|_, next| *next > now);
            state.next.insert(id, signal::after(&session, PACE_MS));
        }
        let settings = session
            .store
            .read(|connection| Ok::<_, ClientError>(settings::get(connection)?))
            .await?;
        if settings.typing {
            let said = signal_body::Said::Typing(SignalTyping {});
            session.say(id, said).await?;
        }
        Ok(())
    }
}

/// Somebody types.
pub(crate) fn heard(shared: &Arc<Shared>, session: &Arc<Session>, heard: &Heard) {
    if !heard.settings.typing {
        return;
    }
    let key = (heard.conversation, heard.account);
    let (number, is_new) = {
        let mut state = session.typing.lock();
        if state.shown.len() >= SHOWN_MAX && !state.shown.contains_key(&key) {
            return;
        }
        state.number += 1;
        let number = state.number;
        let before = state.shown.insert(key, (heard.name.clone(), number));
        (number, before.is_none())
    };
    if is_new {
        shared.publish([Event::Typing {
            conversation: heard.conversation,
            account: heard.account,
            name: heard.name.clone(),
            is_typing: true,
        }]);
    }
    let (shared, session) = (Arc::downgrade(shared), Arc::downgrade(session));
    task::start(async move {
        sleep(SHOWN).await;
        let (Some(shared), Some(session)) = (shared.upgrade(), session.upgrade()) else {
            return;
        };
        let is_last = {
            let state = session.typing.lock();
            state
                .shown
                .get(&key)
                .is_some_and(|(_, last)| *last == number)
        };
        if is_last {
            shared.publish(session.typing.end(key.0, key.1));
        }
    });
}
