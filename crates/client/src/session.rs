//! A signed-in account with its connection and tasks: what everything after sign-up works with.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use pipit_domain::{AccountId, Clock, Timestamp, limits};
use pipit_e2ee::{Crypto, Identity};
use pipit_ledger::Token;
use pipit_net::{Endpoint, Http, Link, LinkConfig, LinkEvent, NetError, Tls};
use pipit_store::Store;
use pipit_store::table::account::{self, AccountRow};
use pipit_wire::frame::Message;
use pipit_wire::v1::{RefusalCode, Refused, ServerDescription, client_frame, server_frame};
use tokio::sync::{Notify, mpsc};

use crate::behind::Behind;
use crate::client::{Connection, Shared};
use crate::clock::random;
use crate::commit::Turns;
use crate::error::ClientError;
use crate::event::Publisher;
use crate::presence::Presence;
use crate::receipt::Receipts;
use crate::record::Reader;
use crate::server_clock::ServerClock;
use crate::typing::Typing;

/// The signed-in account. Shared by commands and tasks.
pub(crate) struct Session {
    pub(crate) account: AccountRow,
    pub(crate) identity: Identity,
    pub(crate) reader: Reader,
    pub(crate) store: Store,
    pub(crate) crypto: Arc<Crypto>,
    /// For what is told from below the tasks.
    pub(crate) publisher: Arc<Publisher>,
    http: Http,
    pub(crate) link: Link,
    /// Something may be waiting in the outbox, or the session has ended.
    pub(crate) outbox_wake: Arc<Notify>,
    /// The next renewal of keys may be due earlier, or the session has ended.
    pub(crate) renewal_wake: Arc<Notify>,
    /// Other devices of the account may have to be told something, or the session has ended.
    pub(crate) sync_wake: Arc<Notify>,
    /// There may be somebody to ask for the history, or the session has ended.
    pub(crate) history_wake: Arc<Notify>,
    /// This device has been in all conversations of the account since the program started.
    pub(crate) has_joined: AtomicBool,
    /// Connected, and the mail that waited has been read.
    pub(crate) is_caught_up: AtomicBool,
    /// Something may be waiting to be done in a group, or the session has ended.
    pub(crate) group_wake: Arc<Notify>,
    /// This device has just revoked another, and takes it out of the conversations at once.
    pub(crate) revokes_now: AtomicBool,
    /// A message may disappear earlier, or the session has ended.
    pub(crate) expiry_wake: Arc<Notify>,
    /// What the others of conversations are still to be told of reading.
    pub(crate) receipts: Receipts,
    /// Who types, here and elsewhere.
    pub(crate) typing: Typing,
    /// Who is here, and who wants to know of this person.
    pub(crate) presence: Presence,
    /// The inbox joined a group or moved one to another epoch.
    pub(crate) group_changed: Notify,
    /// Held while joining from outside: two at once would take each other's keys away.
    pub(crate) joining: tokio::sync::Mutex<()>,
    /// One commit of this device's at a time in each conversation.
    pub(crate) commits: Turns,
    /// Who gives a conversation its group.
    pub(crate) establishing: Turns,
    /// Conversations were looked for once more after the first connection.
    pub(crate) has_looked_again: AtomicBool,
    /// Conversations whose commits this device has missed.
    pub(crate) behind: Behind,
    /// Told when the last of those who work with it has let it go.
    pub(crate) has_ended: Arc<Notify>,
    tokens: Arc<Tokens>,
}

/// Makes tokens; shared with the connection, which needs one for each try.
struct Tokens {
    account: AccountRow,
    clock: ServerClock,
}

impl Tokens {
    fn token(&self) -> String {
        let AccountRow {
            account,
            device,
            server_name,
            ..
        } = &self.account;
        encoded(&Token::sign(
            *account,
            device,
            server_name,
            self.clock.now(),
            random(),
        ))
    }
}

/// A token as headers carry it.
pub(crate) fn encoded(token: &Token) -> String {
    BASE64URL_NOPAD.encode(&token.encode())
}

/// The server's clock minus this one, for a device that is about to get an account: what it signs is
/// refused when its own clock is wrong.
pub(crate) fn offset_ms(here: Timestamp, server: &ServerDescription) -> i64 {
    // A server of before this field was.
    if server.time == 0 {
        return 0;
    }
    ahead_ms(Timestamp::from_millis(server.time), here)
}

/// How far one time is ahead of another.
pub(crate) fn ahead_ms(one: Timestamp, other: Timestamp) -> i64 {
    let millis = |time: Timestamp| i64::try_from(time.as_millis()).unwrap_or(0);
    millis(one) - millis(other)
}

impl Session {
    /// Starts connecting; the events go to the inbox task.
    pub(crate) fn start(
        account: AccountRow,
        store: Store,
        crypto: Arc<Crypto>,
        clock: Arc<dyn Clock>,
        publisher: Arc<Publisher>,
        tls: &Tls,
    ) -> Result<(Arc<Self>, mpsc::Receiver<LinkEvent>), ClientError> {
        let endpoint = Endpoint::parse(&account.server)?;
        let http = Http::new(endpoint.clone(), tls)?;
        let tokens = Arc::new(Tokens {
            account: account.clone(),
            clock: ServerClock::new(clock, account.clock_offset_ms),
        });
        let for_link = Arc::clone(&tokens);
        let (link, events) = Link::start(LinkConfig {
            endpoint,
            tls: tls.clone(),
            token: Box::new(move || for_link.token()),
        });
        let session = Self {
            identity: Identity::new(account.account, account.device.clone()),
            reader: Reader {
                own: account.account,
                own_name: account.display_name.clone(),
            },
            account,
            store,
            crypto,
            publisher,
            http,
            link,
            outbox_wake: Arc::new(Notify::new()),
            renewal_wake: Arc::new(Notify::new()),
            sync_wake: Arc::new(Notify::new()),
            history_wake: Arc::new(Notify::new()),
            has_joined: AtomicBool::new(false),
            is_caught_up: AtomicBool::new(false),
            group_wake: Arc::new(Notify::new()),
            revokes_now: AtomicBool::new(false),
            expiry_wake: Arc::new(Notify::new()),
            receipts: Receipts::default(),
            typing: Typing::default(),
            presence: Presence::default(),
            group_changed: Notify::new(),
            joining: tokio::sync::Mutex::new(()),
            commits: Turns::default(),
            establishing: Turns::default(),
            has_looked_again: AtomicBool::new(false),
            behind: Behind::default(),
            has_ended: Arc::new(Notify::new()),
            tokens,
        };
        Ok((Arc::new(session), events))
    }

    pub(crate) fn own(&self) -> AccountId {
        self.account.account
    }

    /// The server's clock, as well as this device knows it.
    pub(crate) fn server_now(&self) -> Timestamp {
        self.tokens.clock.now()
    }

    /// Learns the server's clock and keeps the offset; answers whether it moved.
    pub(crate) async fn note_clock(&self, server: Timestamp) -> bool {
        let moved = self.tokens.clock.learn(server);
        self.keep_offset(moved).await
    }

    /// Hears that the server's clock has shown this, not longer than `span` ago (`None`: whenever), and corrects
    /// what is known of it where that does not fit.
    pub(crate) async fn hear_clock(&self, server: Timestamp, span: Option<Duration>) {
        let moved = self.tokens.clock.hear(server, span);
        self.keep_offset(moved).await;
    }

    /// Asks the server for its time when the clock of this device may have been set. For whoever is about to do what
    /// is due at a time. Without a connection the clock is believed: a device that slept is the commoner case.
    pub(crate) async fn check_clock(&self, shared: &Shared) {
        if !self.tokens.clock.is_doubtful() || shared.connection() != Connection::Online {
            return;
        }
        match self.http.describe().await {
            Ok((server, _)) if server.time > 0 => {
                self.note_clock(Timestamp::from_millis(server.time)).await;
            }
            // A server of before this field was: the next connection tells.
            Ok(_) => {}
            Err(error) => tracing::info!(%error, "the server could not be asked for its time"),
        }
    }

    async fn keep_offset(&self, moved: Option<i64>) -> bool {
        let Some(offset) = moved else {
            return false;
        };
        let kept = self
            .store
            .write(move |transaction| {
                Ok::<_, ClientError>(account::set_clock_offset(transaction, offset)?)
            })
            .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "the server's clock could not be noted");
        }
        // What is due by it may be due at another moment.
        self.expiry_wake.notify_one();
        self.sync_wake.notify_one();
        self.renewal_wake.notify_one();
        true
    }

    /// Whether a refusal came of a clock that was wrong and is now right: this device's clock was put
    /// forward or back since it has last heard the server's.
    pub(crate) async fn learn_from(&self, refused: &Refused) -> bool {
        refused.code() == RefusalCode::Unauthenticated
            && refused.time > 0
            && self.note_clock(Timestamp::from_millis(refused.time)).await
    }

    /// Whether a request that was refused is worth another try. Of several that meet a wrong clock at once, the first
    /// refusal puts the reckoning right; the others, whose tokens were made before that, see it right already.
    async fn may_ask_again(&self, refused: &Refused, asked_at: Timestamp) -> bool {
        let is_off = Timestamp::from_millis(refused.time).distance_ms(asked_at)
            > limits::TOKEN_AGE_MAX_MS / 2;
        let is_of_clock = refused.code() == RefusalCode::Unauthenticated && refused.time > 0;
        self.learn_from(refused).await || (is_of_clock && is_off)
    }

    /// Fetches a body as this device.
    ///
    /// # Errors
    /// When the server doesn't answer, or refuses.
    pub(crate) async fn get<R: Message + Default>(&self, path: &str) -> Result<R, NetError> {
        let asked_at = self.server_now();
        match self.http.get(path, &self.tokens.token()).await {
            Err(NetError::Refused(refused)) if self.may_ask_again(&refused, asked_at).await => {
                self.http.get(path, &self.tokens.token()).await
            }
            answer => answer,
        }
    }

    /// Sends a body as this device and reads the answer.
    ///
    /// # Errors
    /// When the server doesn't answer, or refuses.
    pub(crate) async fn post<R: Message + Default>(
        &self,
        path: &str,
        body: &impl Message,
    ) -> Result<R, NetError> {
        let asked_at = self.server_now();
        match self.http.post(path, body, Some(&self.tokens.token())).await {
            Err(NetError::Refused(refused)) if self.may_ask_again(&refused, asked_at).await => {
                self.http.post(path, body, Some(&self.tokens.token())).await
            }
            answer => answer,
        }
    }

    /// A request over the connection whose answer must be of one kind.
    pub(crate) async fn ask<T>(
        &self,
        request: client_frame::Body,
        pick: impl FnOnce(server_frame::Body) -> Option<T>,
    ) -> Result<T, NetError> {
        let answer = self.link.request(request).await?;
        pick(answer).ok_or(NetError::NotPipit)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.outbox_wake.notify_one();
        self.renewal_wake.notify_one();
        self.sync_wake.notify_one();
        self.history_wake.notify_one();
        self.group_wake.notify_one();
        self.presence.wake.notify_one();
        self.receipts.wake.notify_one();
        self.expiry_wake.notify_one();
        self.has_ended.notify_one();
    }
}

/// The word that a failed message keeps: stable, and known to the API.
pub(crate) fn failure_word(code: RefusalCode) -> &'static str {
    code.as_str_name()
}
