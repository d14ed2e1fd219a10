//! Who is here, and who was when: asked and answered between the devices, unseen by the server (decision 0010).
//!
//! A device that shows a 1:1 asks the other's devices to be told (*watch*), for a minute, and asks again while
//! it shows it. Those that hear it answer if their person tells this one, and tell what changes while the
//! minute lasts. A device is here while its window has the focus. When it loses the focus, the contacts used
//! last are told too, so that they know later when that was. Whoever does not tell is not told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use pipit_domain::{AccountId, ConversationId, DeviceId, Timestamp};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::person;
use pipit_wire::content::v1::{SignalPresence, SignalWatch, signal_body};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::client::{Client, Connection, Shared};
use crate::error::ClientError;
use crate::event::Event;
use crate::session::Session;
use crate::settings::{self, Settings};
use crate::signal::{self, Heard};
use crate::task;

/// How long one watch is answered.
const LEASE_MS: u64 = 60_000;
/// How often it is asked again: twice in a lease, so that one may be lost.
const PACE: Duration = Duration::from_secs(25);
/// Without a word for so long, a device is no longer here.
const SILENCE: Duration = Duration::from_secs(75);
/// Leases given at once; whoever asks beyond is answered once.
const LEASES_MAX: usize = 64;
/// Contacts that are told when this device loses the focus.
const TOLD_MAX: usize = 20;

/// Of this process only; when others were last seen is kept in the history.
#[derive(Default)]
pub(crate) struct Presence {
    state: Mutex<State>,
    /// Something else is watched, or the connection is back.
    pub(crate) wake: Arc<Notify>,
    /// Held from looking at the settings until what they allow is said, so that nothing which they allowed
    /// before comes after their change was told.
    telling: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    /// Whose presence is on screen.
    watching: Option<ConversationId>,
    /// Who wants to know of this person, until when.
    leases: HashMap<ConversationId, Timestamp>,
    /// Devices of others that are here, with a number that rises with each word of theirs.
    here: HashMap<(AccountId, DeviceId), u64>,
    number: u64,
    is_focused: bool,
    /// When this device was last here.
    seen_at: Option<Timestamp>,
}

impl Presence {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_here(&self, account: AccountId) -> bool {
        self.here.keys().any(|(one, _)| *one == account)
    }
}

impl Client {
    /// Asks to be told when the other person of this 1:1 is here, until another one is named or (`None`) none.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn watch(&self, id: Option<ConversationId>) -> Result<(), ClientError> {
        let session = self.session()?;
        let before = std::mem::replace(&mut session.presence.lock().watching, id);
        if before == id {
            return Ok(());
        }
        if let Some(before) = before {
            let said = signal_body::Said::Watch(SignalWatch { is_watching: false });
            session.say(before, said).await?;
            session.forget(before).await?;
        }
        if let Some(id) = id {
            let known = session.known(id).await?;
            self.shared.publish(known);
        }
        session.presence.wake.notify_one();
        Ok(())
    }
}

impl Session {
    /// Whoever is no longer watched does not say when they go.
    async fn forget(&self, id: ConversationId) -> Result<(), ClientError> {
        let place = self
            .store
            .read(move |connection| Ok::<_, ClientError>(conversation::get(connection, id)?))
            .await?;
        let peer = place.and_then(|place| place.peer);
        self.presence
            .lock()
            .here
            .retain(|(account, _), _| Some(*account) != peer);
        Ok(())
    }

    /// What is known of the other person of a 1:1 before they answer.
    async fn known(self: &Arc<Self>, id: ConversationId) -> Result<Option<Event>, ClientError> {
        let worker = Arc::clone(self);
        self.store
            .read(move |connection| {
                let place = conversation::get(connection, id)?;
                let Some(account) = place.and_then(|place| place.peer) else {
                    return Ok::<_, ClientError>(None);
                };
                let is_contact = person::get(connection, account)?.is_accepted;
                let settings = settings::get(connection)?;
                let is_told = settings.last_seen.has(is_contact);
                let seen_at = person::seen_at(connection, account)?.filter(|_| is_told);
                Ok(Some(Event::Presence {
                    account,
                    is_online: worker.presence.lock().is_here(account),
                    seen_at,
                }))
            })
            .await
    }

    /// Asks the devices of the other person of a 1:1, if this person tells such things themself.
    async fn ask_presence(self: &Arc<Self>, id: ConversationId) -> Result<(), ClientError> {
        let may_ask = self
            .store
            .read(move |connection| {
                let place = conversation::get(connection, id)?;
                let place = place.filter(|place| place.kind == ConversationKind::Direct);
                let Some(account) = place.and_then(|place| place.peer) else {
                    return Ok::<_, ClientError>(false);
                };
                let is_contact = person::get(connection, account)?.is_accepted;
                let settings = settings::get(connection)?;
                Ok(settings.online.has(is_contact) || settings.last_seen.has(is_contact))
            })
            .await?;
        if may_ask {
            let said = signal_body::Said::Watch(SignalWatch { is_watching: true });
            self.say(id, said).await?;
        }
        Ok(())
    }

    /// Tells the other person of a 1:1 what this person lets them know.
    async fn tell_presence(
        self: &Arc<Self>,
        id: ConversationId,
        is_contact: bool,
    ) -> Result<(), ClientError> {
        let _telling = self.presence.telling.lock().await;
        let settings = self
            .store
            .read(|connection| Ok::<_, ClientError>(settings::get(connection)?))
            .await?;
        let (is_online, seen_at) = {
            let state = self.presence.lock();
            let now = state.is_focused.then(|| self.server_now());
            (state.is_focused, now.or(state.seen_at))
        };
        let tells_online = settings.online.has(is_contact);
        let seen_at = seen_at.filter(|_| settings.last_seen.has(is_contact));
        if !tells_online && seen_at.is_none() {
            return Ok(());
        }
        let said = signal_body::Said::Presence(SignalPresence {
            tells_online,
            is_online: tells_online && is_online,
            seen_at: seen_at.map_or(0, Timestamp::as_millis),
        });
        self.say(id, said).await?;
        Ok(())
    }

    /// Tells whoever wants to know now and, at the end of a visit, the contacts used last.
    async fn tell_watchers(self: &Arc<Self>, is_end: bool) -> Result<(), ClientError> {
        let now = self.server_now();
        let leases: Vec<_> = {
            let mut state = self.presence.lock();
            state.leases.retain(|_, until| *until > now);
            state.leases.keys().copied().collect()
        };
        let places = self
            .store
            .read(move |connection| {
                let mut places = Vec::new();
                for place in conversation::list(connection)? {
                    let Some(peer) = place.peer else { continue };
                    let is_contact = person::get(connection, peer)?.is_accepted;
                    let is_recent = is_end && is_contact && places.len() < TOLD_MAX;
                    if is_recent || leases.contains(&place.id) {
                        places.push((place.id, is_contact));
                    }
                }
                Ok::<_, ClientError>(places)
            })
            .await?;
        for (id, is_contact) in places {
            self.tell_presence(id, is_contact).await?;
        }
        Ok(())
    }
}

/// The settings have changed: whoever was told that this person is here, and is no longer to be told, hears
/// nothing but that they are not.
pub(crate) async fn settings_changed(
    session: &Arc<Session>,
    settings: &Settings,
) -> Result<(), ClientError> {
    let _telling = session.presence.telling.lock().await;
    let leases: Vec<_> = session.presence.lock().leases.keys().copied().collect();
    for id in leases {
        let is_contact = session
            .store
            .read(move |connection| {
                let place = conversation::get(connection, id)?;
                let Some(account) = place.and_then(|place| place.peer) else {
                    return Ok::<_, ClientError>(false);
                };
                Ok(person::get(connection, account)?.is_accepted)
            })
            .await?;
        if !settings.online.has(is_contact) {
            let said = signal_body::Said::Presence(SignalPresence::default());
            session.say(id, said).await?;
        }
    }
    Ok(())
}

/// Starts the task that asks while something is watched; it ends with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let wake = Arc::clone(&session.presence.wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        loop {
            let (Some(strong), Some(profile)) = (session.upgrade(), shared.upgrade()) else {
                return;
            };
            let watching = strong.presence.lock().watching;
            if let Some(id) = watching
                && profile.connection() == Connection::Online
                && let Err(error) = strong.ask_presence(id).await
            {
                tracing::warn!(%error, "presence could not be asked");
            }
            drop((profile, strong));
            // Woken or not, it looks again.
            let _ = timeout(PACE, wake.notified()).await;
        }
    });
}

/// The window of this device got the focus, or lost it.
pub(crate) fn focus_changed(session: &Arc<Session>, is_focused: bool) {
    {
        let mut state = session.presence.lock();
        state.is_focused = is_focused;
        state.seen_at = Some(session.server_now());
    }
    let session = Arc::clone(session);
    task::start(async move {
        if let Err(error) = session.tell_watchers(!is_focused).await {
            tracing::warn!(%error, "presence could not be told");
        }
    });
}

/// Somebody wants to know of this person.
pub(crate) async fn watched(session: &Arc<Session>, heard: &Heard, is_watching: bool) {
    if heard.kind != ConversationKind::Direct {
        return;
    }
    let until = signal::after(session, LEASE_MS);
    {
        let now = session.server_now();
        let mut state = session.presence.lock();
        state.leases.retain(|_, until| *until > now);
        if !is_watching {
            state.leases.remove(&heard.conversation);
            return;
        }
        if state.leases.len() < LEASES_MAX || state.leases.contains_key(&heard.conversation) {
            state.leases.insert(heard.conversation, until);
        }
    }
    let told = session.tell_presence(heard.conversation, heard.is_contact);
    if let Err(error) = told.await {
        tracing::warn!(%error, "presence could not be told");
    }
}

/// Somebody tells whether they are here, or when they were.
pub(crate) async fn told(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    heard: &Heard,
    told: &SignalPresence,
) {
    if heard.kind != ConversationKind::Direct {
        return;
    }
    let (account, is_contact) = (heard.account, heard.is_contact);
    let now = session.server_now().as_millis();
    let wants_seen = heard.settings.last_seen.has(is_contact) && told.seen_at > 0;
    let seen_at = wants_seen.then(|| Timestamp::from_millis(told.seen_at.min(now)));
    if let Some(at) = seen_at {
        let kept = session
            .store
            .write(move |transaction| {
                let before = person::seen_at(transaction, account)?;
                if before.is_none_or(|before| before < at) {
                    person::set_seen_at(transaction, account, at)?;
                }
                Ok::<_, ClientError>(())
            })
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "when somebody was seen could not be kept");
        }
    }
    let is_here = told.tells_online && told.is_online && heard.settings.online.has(is_contact);
    let (number, is_online) = {
        let mut state = session.presence.lock();
        state.number += 1;
        let number = state.number;
        if is_here {
            state.here.insert((account, heard.device), number);
        } else {
            state.here.remove(&(account, heard.device));
        }
        (number, state.is_here(account))
    };
    shared.publish([Event::Presence {
        account,
        is_online,
        seen_at,
    }]);
    if is_here {
        end_in_silence(shared, session, account, heard.device, number);
    }
}

/// A device that says nothing for long is no longer here.
fn end_in_silence(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    account: AccountId,
    device: DeviceId,
    number: u64,
) {
    let (shared, session) = (Arc::downgrade(shared), Arc::downgrade(session));
    task::start(async move {
        sleep(SILENCE).await;
        let (Some(shared), Some(session)) = (shared.upgrade(), session.upgrade()) else {
            return;
        };
        let is_online = {
            let mut state = session.presence.lock();
            if state.here.get(&(account, device)) != Some(&number) {
                return;
            }
            state.here.remove(&(account, device));
            state.is_here(account)
        };
        shared.publish([Event::Presence {
            account,
            is_online,
            seen_at: None,
        }]);
    });
}

/// Without a connection nobody is known to be here.
pub(crate) fn lost(shared: &Shared, session: &Session) {
    let here = std::mem::take(&mut session.presence.lock().here);
    let mut accounts: Vec<_> = here.into_keys().map(|(account, _)| account).collect();
    accounts.sort();
    accounts.dedup();
    shared.publish(accounts.into_iter().map(|account| Event::Presence {
        account,
        is_online: false,
        seen_at: None,
    }));
}
