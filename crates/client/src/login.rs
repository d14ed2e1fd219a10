//! Log-in on a new device: the password opens the recovery bundle, and the recovery key in it signs
//! this device into the ledger.

use std::sync::Arc;

use pipit_domain::{AccountId, DeviceId, Redacted, Timestamp, Username};
use pipit_e2ee::Identity;
use pipit_ledger::{Ledger, SecretKey};
use pipit_net::{Endpoint, Http, NetError};
use pipit_password::Password;
use pipit_store::table::account::AccountRow;
use pipit_wire::v1::{AppendLedger, Empty, LedgerEntries, ReadLedger, RefusalCode};
use tokio::time::Instant;

use crate::client::{Client, Signing};
use crate::clock::random;
use crate::error::ClientError;
use crate::keys;
use crate::security::{Asking, Proven, prove_password};
use crate::session::ahead_ms;

/// Entries made before devices that come in at the same moment are too many.
const TRIES: usize = 5;

/// The server that an account is signed in to.
pub(crate) struct Entrance {
    pub(crate) http: Http,
    /// Its address.
    server: String,
    pub(crate) server_name: String,
    /// What the server's clock showed, and when that was.
    seen: (Timestamp, Instant),
}

impl Entrance {
    /// The server's clock. Signing in takes a while, and linking minutes, in which this device's clock may be put
    /// right: it is not looked at.
    pub(crate) fn now(&self) -> Timestamp {
        let (time, at) = self.seen;
        let passed = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp::from_millis(time.as_millis().saturating_add(passed))
    }
}

impl Client {
    /// Signs this device in to an existing account, and connects. It joins the account's conversations
    /// as it comes online. The code is of the second factor, where it is on; else empty.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`] when name and password don't fit (or there is no such account); the server's
    /// refusals when a code is missing or wrong, or when there were too many tries.
    pub async fn login(
        &self,
        server: &str,
        username: &str,
        password: &str,
        code: &str,
    ) -> Result<(AccountId, DeviceId), ClientError> {
        let username = Username::parse(username)?;
        let password = Password::enter(password)?;
        let mut signing = self.shared.signing.lock().await;
        let entrance = self.entrance(server).await?;
        let asking = Asking::New(&entrance.http);
        let mut proven = prove_password(&asking, &username, &password, code).await?;
        let device = self.enter(&entrance, &mut proven, &mut signing).await?;
        self.settle(entrance, &username, device, proven.ledger)
            .await
    }

    /// Looks at the server that this device is to be signed in to.
    ///
    /// # Errors
    /// When there is an account on this device already, or no Pipit server answers.
    pub(crate) async fn entrance(&self, server: &str) -> Result<Entrance, ClientError> {
        let endpoint = Endpoint::parse(server)?;
        if self.shared.session().is_some() {
            return Err(ClientError::AlreadySignedIn);
        }
        let http = self.http(server)?;
        let (description, _) = http.describe().await?;
        let time = match description.time {
            // A server of before this field was.
            0 => self.shared.clock.now(),
            time => Timestamp::from_millis(time),
        };
        Ok(Entrance {
            http,
            server: endpoint.to_string(),
            seen: (time, Instant::now()),
            server_name: description.name,
        })
    }

    /// Signs a new device into the ledger, unless the try before has done that and was not answered.
    ///
    /// # Errors
    /// When the server can't be reached or refuses, or the history can't be written.
    pub(crate) async fn enter(
        &self,
        entrance: &Entrance,
        proven: &mut Proven,
        signing: &mut Signing,
    ) -> Result<SecretKey, ClientError> {
        let account = proven.ledger.account();
        let former = signing.device.take().filter(|(of, device)| {
            *of == account && proven.ledger.holds(device.device_id(), &device.public())
        });
        if let Some((_, device)) = former {
            signing.device = Some((account, device.clone()));
            return Ok(device);
        }
        let device = SecretKey::from_seed(&random());
        signing.device = Some((account, device.clone()));
        let mut tries = 0;
        loop {
            tries += 1;
            let before = proven.ledger.clone();
            match self.append_device(entrance, proven, &device).await {
                Ok(()) => return Ok(device),
                // Another device has come in meanwhile: the entry has to follow that one's.
                Err(ClientError::Net(error))
                    if error.refusal() == Some(RefusalCode::InvalidLedger) && tries < TRIES =>
                {
                    proven.ledger = reread(&entrance.http, &before, &proven.ticket).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Signs a device into the ledger, here and at the server.
    async fn append_device(
        &self,
        entrance: &Entrance,
        proven: &mut Proven,
        device: &SecretKey,
    ) -> Result<(), ClientError> {
        let now = entrance.now();
        let recovery = proven.recovery.signing_key();
        let entry = proven
            .ledger
            .add_device(&recovery, device, now)
            .map_err(|_| ClientError::Internal("ledger is full"))?;
        let account = proven.ledger.account();
        let identity = Identity::new(account, device.clone());
        let crypto = Arc::clone(&self.shared.crypto);
        let key_packages = self
            .shared
            .store
            .write(move |transaction| keys::first(transaction, &crypto, &identity, now))
            .await?;
        let body = AppendLedger {
            account_id: account.to_vec(),
            entry: entry.encode(),
            ticket: proven.ticket.clone(),
            key_packages,
        };
        let _: Empty = entrance.http.post("/v1/ledger", &body, None).await?;
        Ok(())
    }

    /// Keeps the account that this device has come into, and connects.
    ///
    /// # Errors
    /// When the history can't be written.
    pub(crate) async fn settle(
        &self,
        entrance: Entrance,
        username: &Username,
        device: SecretKey,
        ledger: Ledger,
    ) -> Result<(AccountId, DeviceId), ClientError> {
        let signed_in = (ledger.account(), device.device_id());
        let clock_offset_ms = ahead_ms(entrance.now(), self.shared.clock.now());
        let name = username.as_str();
        let row = AccountRow {
            account: ledger.account(),
            device,
            server: entrance.server,
            server_name: entrance.server_name,
            username: Redacted(name.to_owned()),
            display_name: Redacted(name.to_owned()),
            recovery: None,
            clock_offset_ms,
        };
        self.keep_account(row, ledger).await?;
        Ok(signed_in)
    }
}

/// The ledger as it is now; it must go on from what was told before.
async fn reread(http: &Http, before: &Ledger, ticket: &[u8]) -> Result<Ledger, ClientError> {
    let account = before.account();
    let body = ReadLedger {
        account_id: account.to_vec(),
        ticket: ticket.to_vec(),
    };
    let answer: Result<LedgerEntries, NetError> = http.post("/v1/ledger/read", &body, None).await;
    let ledger =
        Ledger::decode(account, &answer?.entries).map_err(|_| ClientError::LedgerMismatch)?;
    if ledger.continues(before) {
        Ok(ledger)
    } else {
        Err(ClientError::LedgerMismatch)
    }
}
