//! One profile: its history, its account if it has one, and its events.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use pipit_domain::{AccountId, Clock, ConversationId, DeviceId, Redacted, Timestamp, Username};
use pipit_e2ee::Crypto;
use pipit_keychain::Keychain;
use pipit_ledger::{RecoveryKey, SecretKey};
use pipit_net::{Endpoint, Http, Tls};
use pipit_store::Store;
use pipit_store::table::account::{self, AccountRow};
use tokio::sync::broadcast;

use crate::clock::SystemClock;
use crate::error::ClientError;
use crate::event::{Event, Numbered, Publisher};
use crate::protection::{self, KeyKeeper};
use crate::security::Enrolment;
use crate::session::Session;
use crate::{
    expiry, group, history, inbox, link, outbox, presence, receipt, renew, reread, search, sync,
};

/// What a client is opened with.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The profile's folder; made when it is not there.
    pub folder: PathBuf,
    /// Where the key of the history is put, and asked for; without one, it lies beside the history.
    pub keychain: Option<Arc<dyn Keychain>>,
}

/// How the connection to the server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Trying now.
    Connecting,
    /// It stands.
    Online,
    /// It doesn't.
    Offline {
        /// When the next try is, by this device's clock; `None` without an account.
        retry_at: Option<Timestamp>,
    },
}

/// The account on this device and its connection.
#[derive(Debug, Clone)]
pub struct AccountStatus {
    /// The account, when there is one.
    pub account: Option<SignedIn>,
    /// The connection.
    pub connection: Connection,
}

/// The account on this device.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Its id.
    pub account: AccountId,
    /// This device.
    pub device: DeviceId,
    /// What others find it by.
    pub username: Redacted<String>,
    /// What the person chose to be called.
    pub display_name: Redacted<String>,
    /// Address of its server.
    pub server: String,
    /// The recovery key was not yet confirmed to be saved.
    pub is_recovery_key_pending: bool,
    /// The server says that another device has taken this one out of the account: it neither gets nor sends
    /// anything any more.
    pub is_revoked: bool,
}

/// A fresh account.
#[derive(Debug)]
pub struct Registered {
    /// Its id.
    pub account: AccountId,
    /// This device.
    pub device: DeviceId,
    /// To be shown once.
    pub recovery_key: RecoveryKey,
}

/// What a server says of itself.
#[derive(Debug, Clone)]
pub struct ServerInfo {
    /// Its name.
    pub name: String,
    /// Whether it takes new accounts.
    pub is_open: bool,
    /// How long the answer took.
    pub latency: Duration,
}

/// Where the person looks.
#[derive(Debug, Clone, Default)]
pub struct Focus {
    /// The window has the focus.
    pub is_focused: bool,
    /// The conversation on screen.
    pub conversation: Option<ConversationId>,
}

/// A handle to one profile; cheap to clone. Its tasks end with the last handle.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

/// Signing up and in.
#[derive(Default)]
pub(crate) struct Signing {
    /// The device that the last log-in was to add to an account. When its answer was lost, it may be there.
    pub(crate) device: Option<(AccountId, SecretKey)>,
    /// The second factor that is being turned on.
    pub(crate) enrolment: Option<Enrolment>,
}

pub(crate) struct Shared {
    pub(crate) store: Store,
    key_keeper: KeyKeeper,
    pub(crate) crypto: Arc<Crypto>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tls: Tls,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) focus: Mutex<Focus>,
    pub(crate) searches: search::Boxes,
    connection: Mutex<Connection>,
    session: RwLock<Option<Arc<Session>>>,
    is_recovery_key_pending: Mutex<bool>,
    is_revoked: AtomicBool,
    /// What this person is called, once a profile says so.
    pub(crate) own_name: Mutex<Option<Redacted<String>>>,
    /// A device that is being linked.
    pub(crate) link: Mutex<Option<link::Running>>,
    /// Held while signing up or in, so that two of them don't both win.
    pub(crate) signing: tokio::sync::Mutex<Signing>,
}

impl Client {
    /// Opens a profile, and connects when it has an account. Waits for the disk, and for a person who is
    /// asked to unlock the keychain.
    ///
    /// # Errors
    /// When the history can't be opened ([`pipit_store::StoreError`] and [`protection::KeyError`] say why and what
    /// to do) or the system's certificates can't be read.
    pub async fn open(config: ClientConfig) -> Result<Self, ClientError> {
        Self::open_with_clock(config, Arc::new(SystemClock)).await
    }

    /// The same with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Client::open`].
    pub async fn open_with_clock(
        config: ClientConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClientError> {
        let ClientConfig { folder, keychain } = config;
        let opening =
            tokio::task::spawn_blocking(move || protection::open(&folder, keychain.as_deref()));
        let (store, key_keeper) = opening
            .await
            .map_err(|_| ClientError::Internal("opening"))??;
        let shared = Arc::new(Shared {
            store,
            key_keeper,
            crypto: Arc::default(),
            clock,
            tls: Tls::of_system().map_err(|_| ClientError::Internal("certificates"))?,
            publisher: Arc::new(Publisher::new()),
            focus: Mutex::default(),
            searches: search::Boxes::default(),
            connection: Mutex::new(Connection::Offline { retry_at: None }),
            session: RwLock::new(None),
            is_recovery_key_pending: Mutex::new(false),
            is_revoked: AtomicBool::new(false),
            own_name: Mutex::default(),
            link: Mutex::default(),
            signing: tokio::sync::Mutex::default(),
        });
        let client = Self { shared };
        let account = client.shared.store.read(account::get).await?;
        if let Some(account) = account {
            client.show_profile(account.account).await?;
            client.shared.sign_in(account)?;
        }
        Ok(client)
    }

    /// The events from now on, and the number of the last one before.
    #[must_use]
    pub fn subscribe(&self) -> (u64, broadcast::Receiver<Numbered>) {
        self.shared.publisher.subscribe()
    }

    /// Who keeps the key of the history.
    #[must_use]
    pub fn key_keeper(&self) -> KeyKeeper {
        self.shared.key_keeper
    }

    /// The account on this device and its connection.
    #[must_use]
    pub fn status(&self) -> AccountStatus {
        self.shared.status()
    }

    /// What answers at an address.
    ///
    /// # Errors
    /// When the address has no such form, or no Pipit server answers.
    pub async fn probe(&self, server: &str) -> Result<ServerInfo, ClientError> {
        let (description, latency) = self.http(server)?.describe().await?;
        Ok(ServerInfo {
            name: description.name,
            is_open: description.registration_open,
            latency,
        })
    }

    /// Whether a username can be had at a server.
    ///
    /// # Errors
    /// When the server can't be asked, or the name has no form of one.
    pub async fn username_is_free(&self, server: &str, name: &str) -> Result<bool, ClientError> {
        let name = Username::parse(name)?;
        Ok(self.http(server)?.username_is_free(name.as_str()).await?)
    }

    /// The recovery key, until it is confirmed to be saved.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] after that.
    pub async fn recovery_key(&self) -> Result<RecoveryKey, ClientError> {
        self.session()?;
        let account = self.shared.store.read(account::get).await?;
        account
            .and_then(|account| account.recovery)
            .ok_or(ClientError::NotFound)
    }

    /// The person has saved the recovery key: it is forgotten here.
    ///
    /// # Errors
    /// When there is no account, or the history can't be written.
    pub async fn confirm_recovery_key(&self) -> Result<(), ClientError> {
        self.session()?;
        self.shared
            .store
            .write(|transaction| Ok::<_, ClientError>(account::forget_recovery(transaction)?))
            .await?;
        *self
            .shared
            .is_recovery_key_pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = false;
        self.shared.publish_status();
        Ok(())
    }

    /// Where the person looks now.
    pub fn set_focus(&self, focus: Focus) {
        let is_focused = focus.is_focused;
        let before = std::mem::replace(
            &mut *self
                .shared
                .focus
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
            focus,
        );
        if let Ok(session) = self.session()
            && before.is_focused != is_focused
        {
            presence::focus_changed(&session, is_focused);
        }
    }

    /// Asks the screen to show a conversation: a notification was clicked.
    pub fn show_conversation(&self, conversation: ConversationId) {
        self.shared
            .publisher
            .publish([Event::ShowConversation(conversation)]);
    }

    /// Tries to connect at once: the network is back, or the person asked.
    pub fn retry_now(&self) {
        if let Ok(session) = self.session() {
            session.link.retry_now();
        }
    }

    pub(crate) fn http(&self, server: &str) -> Result<Http, ClientError> {
        Ok(Http::new(Endpoint::parse(server)?, &self.shared.tls)?)
    }

    pub(crate) fn session(&self) -> Result<Arc<Session>, ClientError> {
        self.shared.session().ok_or(ClientError::SignedOut)
    }
}

impl Shared {
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        self.session
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Lets go of the account on this device; answers what is to end.
    pub(crate) fn end_session(&self) -> Option<Arc<Session>> {
        let ended = self
            .session
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        *self
            .is_recovery_key_pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = false;
        *self.own_name.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.is_revoked.store(false, Ordering::Relaxed);
        *self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Connection::Offline { retry_at: None };
        ended
    }

    /// Starts the account's connection and tasks.
    pub(crate) fn sign_in(self: &Arc<Self>, account: AccountRow) -> Result<(), ClientError> {
        let has_recovery = account.recovery.is_some();
        let (session, events) = Session::start(
            account,
            self.store.clone(),
            Arc::clone(&self.crypto),
            Arc::clone(&self.clock),
            Arc::clone(&self.publisher),
            &self.tls,
        )?;
        *self
            .is_recovery_key_pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = has_recovery;
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&session));
        inbox::spawn(Arc::downgrade(self), Arc::downgrade(&session), events);
        outbox::spawn(Arc::downgrade(self), &session);
        renew::spawn(Arc::downgrade(self), &session);
        sync::spawn(Arc::downgrade(self), &session);
        history::spawn(Arc::downgrade(self), &session);
        presence::spawn(Arc::downgrade(self), &session);
        search::spawn(&session);
        receipt::spawn(&session);
        expiry::spawn(Arc::downgrade(self), &session);
        reread::spawn(Arc::downgrade(self), &session);
        group::spawn(Arc::downgrade(self), &session);
        self.publish_status();
        Ok(())
    }

    pub(crate) fn status(&self) -> AccountStatus {
        let pending = *self
            .is_recovery_key_pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let account = self.session().map(|session| SignedIn {
            account: session.account.account,
            device: session.account.device.device_id(),
            username: session.account.username.clone(),
            display_name: self
                .own_name
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
                .unwrap_or_else(|| session.account.display_name.clone()),
            server: session.account.server.clone(),
            is_recovery_key_pending: pending,
            is_revoked: self.is_revoked(),
        });
        AccountStatus {
            account,
            connection: self.connection(),
        }
    }

    /// Tells what has happened. A new profile is a new name in the account's status.
    pub(crate) fn publish(&self, events: impl IntoIterator<Item = Event>) {
        let mut all: Vec<_> = events.into_iter().collect();
        let named = all.iter().rev().find_map(|event| match event {
            Event::ProfileChanged(profile) => Some(profile.name.clone()),
            _ => None,
        });
        if let Some(name) = named {
            self.set_own_name(name);
            all.push(Event::Account(self.status()));
        }
        self.publisher.publish(all);
    }

    pub(crate) fn set_own_name(&self, name: Redacted<String>) {
        *self.own_name.lock().unwrap_or_else(PoisonError::into_inner) = Some(name);
    }

    /// The server has told that this device was taken out of its account.
    pub(crate) fn is_revoked(&self) -> bool {
        self.is_revoked.load(Ordering::Relaxed)
    }

    /// This device was taken out of its account.
    pub(crate) fn set_revoked(&self) {
        if !self.is_revoked.swap(true, Ordering::Relaxed) {
            self.publish_status();
        }
    }

    pub(crate) fn publish_status(&self) {
        self.publisher.publish([Event::Account(self.status())]);
    }

    pub(crate) fn connection(&self) -> Connection {
        *self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_connection(&self, connection: Connection) {
        *self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = connection;
        self.publisher.publish([Event::Connection(connection)]);
    }

    pub(crate) fn focus(&self) -> Focus {
        self.focus
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}
