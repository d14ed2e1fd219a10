//! Linking a device: one shows a code, the other enters it, and the one that has the account signs the other
//! into its ledger when its person agrees ([`pipit_link`] has the code and the channel).
//!
//! | the device with the account | the new one |
//! |---|---|
//! | hello | hello, with its key |
//! | shows the other's name, waits for its person | waits |
//! | offer: account, username, ledger | consent to stand after that ledger's last entry, key packages |
//! | signs the entry, which the server takes | |
//! | added: the entry | keeps the account, connects, joins the conversations from outside |
//!
//! When the ledger has moved meanwhile, the offer is made again. The new device believes no ledger that does not
//! verify, and no entry that does not add its own key.

mod exchange;
mod new_device;
mod own_device;
mod place;

use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use pipit_domain::{DeviceId, Redacted};
use pipit_ledger::SecretKey;
use pipit_link::{Code, Invitation, LinkError};
use pipit_net::NetError;
use rand::rngs::OsRng;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use crate::client::{Client, Shared};
use crate::device::checked_name;
use crate::error::ClientError;
use crate::event::Event;
use crate::task;
use exchange::Opened;
use place::Place;

/// A code is shown for so long; what was begun by then may end.
pub const CODE_LIFE: Duration = Duration::from_secs(5 * 60);

/// How far linking has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// A code is shown, and was not entered yet.
    Shown,
    /// The devices have met; the person of the one with the account is asked.
    Asked {
        /// The other device's name, as it tells.
        name: Redacted<String>,
        /// The new device, where this is the one that asks its person.
        device: Option<DeviceId>,
    },
    /// The new device is being added.
    Adding,
    /// Done: the new device is one of the account's.
    Linked,
    /// It ended without a new device.
    Failed(LinkFailure),
}

/// Why no device was linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFailure {
    /// Nobody entered the code in time, or the other device went away.
    Expired,
    /// Another code was typed, or somebody in between guessed.
    WrongCode,
    /// One of the two has a newer version.
    Newer,
    /// The person did not agree, or ended it.
    Declined,
    /// Both devices have an account, or neither has.
    SameRole,
    /// What came over the channel was not what it must be.
    Broken,
    /// The server could not be reached, or refused.
    Server,
}

/// A code to show.
#[derive(Debug, Clone)]
pub struct LinkCode {
    /// For a person to type: `7KQ4-M2XD`.
    pub text: Redacted<String>,
    /// For a camera, or to be pasted.
    pub invitation: Redacted<String>,
    /// How long it can be entered.
    pub life: Duration,
}

/// What is under way on this device; one at a time.
#[derive(Debug)]
pub(crate) struct Running {
    ended: Arc<Notify>,
    answer: Option<oneshot::Sender<bool>>,
}

impl Client {
    /// Shows a code for another device. `server` is needed on a device without an account. One that was shown
    /// before ends.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses.
    pub async fn show_link(&self, server: &str, name: &str) -> Result<LinkCode, ClientError> {
        let name = checked_name(name)?;
        let (http, address) = self.link_server(Some(server))?;
        let place = Place::show(http).await?;
        let code = Code::draw(place.number(), &mut OsRng).map_err(|_| NetError::NotPipit)?;
        let shown = LinkCode {
            text: Redacted(code.text().to_string()),
            invitation: Redacted(code.invitation(&address).to_string()),
            life: CODE_LIFE,
        };
        self.run_link(
            address,
            name,
            move |place| async move {
                let met = exchange::show(place, &code);
                timeout(CODE_LIFE, met)
                    .await
                    .unwrap_or(Err(LinkFailure::Expired))
            },
            place,
        );
        self.shared.publish([Event::Link(LinkState::Shown)]);
        Ok(shown)
    }

    /// Enters the code that another device shows: typed, or as its camera text. `server` is needed on a device
    /// without an account when the code was typed.
    ///
    /// # Errors
    /// When the text is no code, nothing is shown under it any more, or the server can't be reached.
    pub async fn enter_link(
        &self,
        server: &str,
        text: &str,
        name: &str,
    ) -> Result<(), ClientError> {
        let name = checked_name(name)?;
        let Invitation {
            place,
            secret,
            server: named,
        } = Invitation::parse(text).map_err(|_| ClientError::LinkCode)?;
        let (http, address) = self.link_server(named.as_deref().or(Some(server)))?;
        let place = Place::enter(http, place).await?;
        self.run_link(
            address,
            name,
            move |place| async move { exchange::enter(place, &secret).await },
            place,
        );
        Ok(())
    }

    /// The person has looked at the new device, and wants it or not.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when nobody waits for that.
    pub fn answer_link(&self, is_wanted: bool) -> Result<(), ClientError> {
        let mut running = self
            .shared
            .link
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let answer = running.as_mut().and_then(|running| running.answer.take());
        let answer = answer.ok_or(ClientError::NotFound)?;
        answer.send(is_wanted).map_err(|_| ClientError::NotFound)
    }

    /// Ends what is under way.
    pub fn cancel_link(&self) {
        let running = self
            .shared
            .link
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(running) = running {
            running.ended.notify_one();
        }
    }

    /// The server where the two meet: this account's own, else the one that was named.
    fn link_server(&self, named: Option<&str>) -> Result<(pipit_net::Http, String), ClientError> {
        let address = match self.shared.session() {
            Some(session) => session.account.server.clone(),
            None => named.unwrap_or_default().to_owned(),
        };
        Ok((self.http(&address)?, address))
    }

    fn run_link<M, F>(&self, address: String, name: Redacted<String>, meet: M, place: Place)
    where
        M: FnOnce(Place) -> F + Send + 'static,
        F: Future<Output = Result<Opened, LinkFailure>> + Send,
    {
        self.cancel_link();
        let ended = Arc::new(Notify::new());
        *self
            .shared
            .link
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Running {
            ended: Arc::clone(&ended),
            answer: None,
        });
        let shared = Arc::downgrade(&self.shared);
        let end = place.clone();
        task::start(async move {
            let link = Link {
                shared: Weak::clone(&shared),
                ended: Arc::clone(&ended),
                address,
                name,
            };
            let done = async {
                let opened = meet(place).await?;
                link.add(opened).await
            };
            let failure = tokio::select! {
                done = done => done.err(),
                () = ended.notified() => Some(LinkFailure::Declined),
            };
            end.end().await;
            if let Some(shared) = shared.upgrade() {
                link.forget(&shared);
                let failed = failure.map(LinkState::Failed);
                shared.publish(failed.map(Event::Link));
            }
        });
    }
}

/// One run of linking.
struct Link {
    shared: Weak<Shared>,
    ended: Arc<Notify>,
    address: String,
    name: Redacted<String>,
}

impl Link {
    /// The devices have met: whichever has no account is added to the other's.
    async fn add(&self, mut opened: Opened) -> Result<(), LinkFailure> {
        let client = self.client()?;
        match client.shared.session() {
            Some(session) => {
                let hello = opened.greet(&self.name, None).await?;
                own_device::add(self, &client, &session, &mut opened, hello).await
            }
            None => {
                let device = SecretKey::from_seed(&crate::clock::random());
                let hello = opened.greet(&self.name, Some(device.public())).await?;
                new_device::add(self, &client, &mut opened, hello, device).await
            }
        }
    }

    fn client(&self) -> Result<Client, LinkFailure> {
        let shared = self.shared.upgrade().ok_or(LinkFailure::Declined)?;
        Ok(Client { shared })
    }

    fn tell(&self, client: &Client, state: LinkState) {
        client.shared.publish([Event::Link(state)]);
    }

    /// Waits for [`Client::answer_link`].
    async fn ask(&self, client: &Client, state: LinkState) -> Result<bool, LinkFailure> {
        let (answer, answered) = oneshot::channel();
        {
            let mut running = client
                .shared
                .link
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            match running.as_mut().filter(|running| self.is(running)) {
                Some(running) => running.answer = Some(answer),
                None => return Err(LinkFailure::Declined),
            }
        }
        self.tell(client, state);
        answered.await.map_err(|_| LinkFailure::Declined)
    }

    fn is(&self, running: &Running) -> bool {
        Arc::ptr_eq(&running.ended, &self.ended)
    }

    fn forget(&self, shared: &Shared) {
        let mut running = shared.link.lock().unwrap_or_else(PoisonError::into_inner);
        if running.as_ref().is_some_and(|running| self.is(running)) {
            *running = None;
        }
    }
}

impl From<LinkError> for LinkFailure {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::WrongCode => Self::WrongCode,
            LinkError::Newer => Self::Newer,
            LinkError::Malformed | LinkError::Forged | LinkError::TooLong => Self::Broken,
        }
    }
}

impl From<NetError> for LinkFailure {
    fn from(error: NetError) -> Self {
        match error.refusal() {
            Some(pipit_wire::v1::RefusalCode::LinkGone) => Self::Expired,
            _ => Self::Server,
        }
    }
}

impl From<ClientError> for LinkFailure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Net(error) => error.into(),
            error => {
                tracing::warn!(%error, "linking failed");
                Self::Broken
            }
        }
    }
}
