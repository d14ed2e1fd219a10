//! A signed-in account with its connection and tasks: what everything after sign-up works with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use data_encoding::BASE64URL_NOPAD;
use pipit_domain::{AccountId, Clock, Timestamp};
use pipit_e2ee::{Crypto, Identity};
use pipit_ledger::Token;
use pipit_net::{Endpoint, Http, Link, LinkConfig, LinkEvent, NetError, Tls};
use pipit_store::Store;
use pipit_store::table::account::AccountRow;
use pipit_wire::v1::{RefusalCode, client_frame, server_frame};
use tokio::sync::{Notify, mpsc};

use crate::behind::Behind;
use crate::clock::random;
use crate::commit::Turns;
use crate::error::ClientError;
use crate::record::Reader;

/// The signed-in account. Shared by commands and tasks.
pub(crate) struct Session {
    pub(crate) account: AccountRow,
    pub(crate) identity: Identity,
    pub(crate) reader: Reader,
    pub(crate) store: Store,
    pub(crate) crypto: Arc<Crypto>,
    pub(crate) http: Http,
    pub(crate) link: Link,
    /// Something may be waiting in the outbox, or the session has ended.
    pub(crate) outbox_wake: Arc<Notify>,
    /// The next renewal of keys may be due earlier, or the session has ended.
    pub(crate) renewal_wake: Arc<Notify>,
    /// Other devices of the account may have to be told something, or the session has ended.
    pub(crate) sync_wake: Arc<Notify>,
    /// Connected, and the mail that waited has been read.
    pub(crate) is_caught_up: AtomicBool,
    /// The inbox joined a group or moved one to another epoch.
    pub(crate) group_changed: Notify,
    /// Held while joining from outside: two at once would take each other's keys away.
    pub(crate) joining: tokio::sync::Mutex<()>,
    /// One commit of this device's at a time in each conversation.
    pub(crate) commits: Turns,
    /// Conversations whose commits this device has missed.
    pub(crate) behind: Behind,
    tokens: Arc<Tokens>,
}

/// Makes tokens; shared with the connection, which needs one for each try.
struct Tokens {
    account: AccountRow,
    clock: Arc<dyn Clock>,
    offset_ms: AtomicI64,
}

impl Tokens {
    fn now(&self) -> Timestamp {
        let now = self.clock.now().as_millis();
        Timestamp::from_millis(now.saturating_add_signed(self.offset_ms.load(Ordering::Relaxed)))
    }

    fn token(&self) -> String {
        let AccountRow {
            account,
            device,
            server_name,
            ..
        } = &self.account;
        let token = Token::sign(*account, device, server_name, self.now(), random());
        BASE64URL_NOPAD.encode(&token.encode())
    }
}

impl Session {
    /// Starts connecting; the events go to the inbox task.
    pub(crate) fn start(
        account: AccountRow,
        store: Store,
        crypto: Arc<Crypto>,
        clock: Arc<dyn Clock>,
        tls: &Tls,
    ) -> Result<(Arc<Self>, mpsc::Receiver<LinkEvent>), ClientError> {
        let endpoint = Endpoint::parse(&account.server)?;
        let http = Http::new(endpoint.clone(), tls)?;
        let offset_ms = AtomicI64::new(account.clock_offset_ms);
        let tokens = Arc::new(Tokens {
            account: account.clone(),
            clock,
            offset_ms,
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
            http,
            link,
            outbox_wake: Arc::new(Notify::new()),
            renewal_wake: Arc::new(Notify::new()),
            sync_wake: Arc::new(Notify::new()),
            is_caught_up: AtomicBool::new(false),
            group_changed: Notify::new(),
            joining: tokio::sync::Mutex::new(()),
            commits: Turns::default(),
            behind: Behind::default(),
            tokens,
        };
        Ok((Arc::new(session), events))
    }

    pub(crate) fn own(&self) -> AccountId {
        self.account.account
    }

    /// The server's clock, as well as this device knows it.
    pub(crate) fn server_now(&self) -> Timestamp {
        self.tokens.now()
    }

    /// Learns the server's clock; answers the offset when it moved by more than a second.
    pub(crate) fn learn_clock(&self, server: Timestamp) -> Option<i64> {
        let here = i64::try_from(self.tokens.clock.now().as_millis()).unwrap_or(0);
        let offset = i64::try_from(server.as_millis()).unwrap_or(0) - here;
        let before = self.tokens.offset_ms.swap(offset, Ordering::Relaxed);
        (before.abs_diff(offset) > 1000).then_some(offset)
    }

    /// A fresh token for one HTTPS request.
    pub(crate) fn token(&self) -> String {
        self.tokens.token()
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
    }
}

/// The word that a failed message keeps: stable, and known to the API.
pub(crate) fn failure_word(code: RefusalCode) -> &'static str {
    code.as_str_name()
}
