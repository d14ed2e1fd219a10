//! The gateway: the ports and what is remembered between requests.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use pipit_bus::Bus;
use pipit_domain::{Clock, DeviceId, Timestamp, Username};
use pipit_mailbox::{DeviceAddress, Store, StoreError};
use pipit_password::server::{Login, Setup};
use rand::RngCore;
use rand::rngs::OsRng;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::bucket::{Bucket, Buckets, Rate};
use crate::config::GatewayConfig;
use crate::grant::{Grant, Ticket};
use crate::guess::{FORGET_MS, Guesses};
use crate::links::Links;
use crate::metrics::Metrics;
use crate::pending::Pending;
use crate::refuse::Refusal;
use crate::replay::ReplayCache;

/// A log-in must be finished within two minutes.
const LOGIN_LIFE_MS: u64 = 2 * 60 * 1000;
/// A ticket is good for ten minutes.
const TICKET_LIFE_MS: u64 = 10 * 60 * 1000;
/// Look-ups of names by one device: people type them.
const LOOK_UPS_PER_SECOND: u32 = 5;
/// Claims of key packages by one device: one for each conversation that it opens.
const CLAIMS_PER_SECOND: u32 = 2;
/// Reports by one device: people write them.
const REPORTS_PER_MINUTE: u32 = 2;
/// Places for linking opened from one address: people look at each code.
const LINK_SHOWS_PER_MINUTE: u32 = 10;
/// Handshakes checked at once: each can take a core for a second.
const HANDSHAKES_AT_ONCE: usize = 4;

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored password secrets are not what this build wrote.
    #[error("the stored password secrets are damaged; restore the database from a backup")]
    BadSetup,
}

/// A log-in between its two requests.
pub(crate) struct PendingLogin {
    pub(crate) login: Login,
    pub(crate) username: Username,
    pub(crate) address: IpAddr,
    /// The device in force that proves its password by it.
    pub(crate) device: Option<DeviceAddress>,
}

/// Name of a pending log-in.
pub(crate) type LoginId = [u8; 16];

/// Everything that requests and sessions share.
pub struct Gateway {
    pub(crate) config: GatewayConfig,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Metrics,
    pub(crate) setup: Setup,
    pub(crate) replay: ReplayCache,
    pub(crate) logins: Pending<LoginId, PendingLogin>,
    pub(crate) tickets: Pending<Ticket, Grant>,
    pub(crate) guesses: Guesses,
    pub(crate) guess_secret: Vec<u8>,
    pub(crate) look_ups: Buckets<DeviceId>,
    pub(crate) claims: Buckets<DeviceId>,
    pub(crate) reports: Buckets<DeviceId>,
    pub(crate) handshakes: Semaphore,
    pub(crate) links: Links,
    link_shows: Buckets<IpAddr>,
    sign_ups: Buckets<IpAddr>,
    requests: Buckets<IpAddr>,
    admission: Mutex<Bucket>,
    stop: watch::Sender<bool>,
    /// Each session holds a clone; when the last is dropped, `sessions_done` ends.
    sessions: Mutex<Option<mpsc::Sender<()>>>,
    sessions_done: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

impl Gateway {
    /// Joins the ports. Makes the server's password secrets when the store has none.
    ///
    /// # Errors
    /// When the store fails or its secrets are damaged.
    pub async fn start(
        config: GatewayConfig,
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Result<Arc<Self>, StartError> {
        let fresh = Setup::generate(&mut OsRng).to_bytes();
        let stored = store.secret("opaque-setup", fresh.to_vec()).await?;
        let setup = Setup::from_bytes(&stored).map_err(|_| StartError::BadSetup)?;
        let now = clock.now();
        let guess_secret = store.secret("guesses", random::<32>().to_vec()).await?;
        let guesses = Guesses::default();
        let since = Timestamp::from_millis(now.as_millis().saturating_sub(FORGET_MS));
        guesses.load(store.tallies(since).await?);
        let limits = config.limits;
        let (sessions, sessions_done) = mpsc::channel(1);
        Ok(Arc::new(Self {
            config,
            store,
            bus,
            clock,
            metrics,
            setup,
            replay: ReplayCache::default(),
            logins: Pending::new(LOGIN_LIFE_MS),
            tickets: Pending::new(TICKET_LIFE_MS),
            guesses,
            guess_secret,
            look_ups: Buckets::new(Rate::per_second(LOOK_UPS_PER_SECOND)),
            claims: Buckets::new(Rate::per_second(CLAIMS_PER_SECOND)),
            reports: Buckets::new(Rate::per_minute(REPORTS_PER_MINUTE)),
            handshakes: Semaphore::new(HANDSHAKES_AT_ONCE),
            links: Links::default(),
            link_shows: Buckets::new(Rate::per_minute(LINK_SHOWS_PER_MINUTE)),
            sign_ups: Buckets::new(Rate::per_minute(limits.sign_ups_per_minute)),
            requests: Buckets::new(Rate::per_second(limits.requests_per_second)),
            admission: Mutex::new(Bucket::full(
                Rate::per_second(limits.connects_per_second),
                now,
            )),
            stop: watch::Sender::new(false),
            sessions: Mutex::new(Some(sessions)),
            sessions_done: tokio::sync::Mutex::new(sessions_done),
        }))
    }

    /// Tells every session to say good-bye, and waits until all have ended.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        drop(
            self.sessions
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let _ = self.sessions_done.lock().await.recv().await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// A place among the sessions that `stop` waits for; `None` when stopping.
    pub(crate) fn session_guard(&self) -> Option<mpsc::Sender<()>> {
        self.sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Lets a connection in, or says when to come back.
    pub(crate) fn admit(&self) -> Result<(), Refusal> {
        let mut admission = self
            .admission
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        admission.take(self.now()).map_err(|wait_ms| {
            // Spread over a few seconds, so that those told to wait do not come back together.
            Refusal::slow_down(wait_ms + 500 + OsRng.next_u32() % 5000)
        })
    }

    /// Counts a request without authentication.
    pub(crate) fn count_request(&self, address: IpAddr) -> Result<(), Refusal> {
        limit_address(&self.requests, address, self.now())
    }

    /// Counts a place for linking.
    pub(crate) fn count_link(&self, address: IpAddr) -> Result<(), Refusal> {
        limit_address(&self.link_shows, address, self.now())
    }

    /// Counts a sign-up.
    pub(crate) fn count_sign_up(&self, address: IpAddr) -> Result<(), Refusal> {
        limit_address(&self.sign_ups, address, self.now())
    }

    /// Counts a refusal for metrics, and passes it on.
    pub(crate) fn refused(&self, refusal: Refusal) -> Refusal {
        let word = crate::metrics::Word {
            word: refusal.word(),
        };
        self.metrics.refusals.get_or_create(&word).inc();
        refusal
    }
}

fn limit_address(
    buckets: &Buckets<IpAddr>,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), Refusal> {
    if address.is_loopback() {
        return Ok(());
    }
    buckets
        .take(network(address), now)
        .map_err(Refusal::slow_down)
}

/// The network that counts as one caller: an IPv4 address, or the /64 that one IPv6 line has.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => IpAddr::V4(address),
            None => {
                let bits = address.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(bits.into())
            }
        },
    }
}

/// Random bytes for names that must not be guessed.
pub(crate) fn random<const LEN: usize>() -> [u8; LEN] {
    let mut bytes = [0; LEN];
    OsRng.fill_bytes(&mut bytes);
    bytes
}
