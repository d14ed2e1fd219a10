//! A device with its keys in memory: sign-up, key packages, groups.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use data_encoding::BASE64URL_NOPAD;
use pipit_domain::{AccountId, DeviceId};
use pipit_e2ee::{Crypto, Identity, MemoryStorage, Provider, Suite, generate_key_packages};
use pipit_ledger::{Ledger, RecoveryKey, SecretKey, Token};
use pipit_password::Password;
use pipit_password::client::Registration;
use pipit_wire::v1::{
    self, KeyPackage, RegisterFinish, RegisterStart, RegisterStarted, Registered,
};
use rand::rngs::OsRng;

use super::connection::Connection;
use super::http::Http;
use super::{now, random};

/// One device of one account.
pub struct Device {
    /// The server's HTTP side.
    pub http: Http,
    /// The name that tokens are signed for.
    pub server_name: String,
    /// The account's name.
    pub username: String,
    /// Its secret key.
    pub key: SecretKey,
    /// The account's recovery key.
    pub recovery: SecretKey,
    /// Ledgers by account, its own and fetched ones.
    pub ledgers: HashMap<AccountId, Ledger>,
    account: AccountId,
    crypto: Crypto,
    storage: MemoryStorage,
}

/// How a sign-up is made.
#[derive(Clone, Default)]
pub struct SignUp {
    /// An OPAQUE upload made before: saves a second of password hashing where no log-in follows.
    pub upload: Option<Vec<u8>>,
    /// One-time key packages per suite.
    pub one_time: usize,
}

/// A second device on its way into an account.
pub struct Extra {
    /// The device.
    pub device: Device,
    /// The ledger entry that adds it.
    pub entry: Vec<u8>,
}

impl Device {
    /// Makes keys for a first device that has no account on the server yet.
    #[must_use]
    pub fn unregistered(http: Http, server_name: &str, username: &str) -> Self {
        let key = SecretKey::from_seed(&random());
        let recovery = RecoveryKey::new(random()).signing_key();
        let ledger = Ledger::create(&key, &recovery.public(), now());
        Self::new(http, server_name, username, key, recovery, ledger)
    }

    fn new(
        http: Http,
        server_name: &str,
        username: &str,
        key: SecretKey,
        recovery: SecretKey,
        ledger: Ledger,
    ) -> Self {
        Self {
            http,
            server_name: server_name.to_owned(),
            username: username.to_owned(),
            account: ledger.account(),
            ledgers: HashMap::from([(ledger.account(), ledger)]),
            key,
            recovery,
            crypto: Crypto::default(),
            storage: MemoryStorage::default(),
        }
    }

    /// Signs up with a password that nobody will ask for again.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn sign_up(
        http: Http,
        server_name: &str,
        username: &str,
        how: SignUp,
    ) -> Result<Self> {
        let device = Self::unregistered(http, server_name, username);
        let upload = match how.upload.clone() {
            Some(upload) => upload,
            None => device.opaque_upload("correct horse battery staple").await?,
        };
        let finish = device.register_finish(upload, how.one_time)?;
        let registered: Registered = device
            .http
            .post("/v1/register/finish", None, &finish)
            .await?;
        if registered.account_id != device.account.as_bytes() {
            bail!("the server made another account");
        }
        Ok(device)
    }

    /// Runs OPAQUE's registration up to the upload.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn opaque_upload(&self, password: &str) -> Result<Vec<u8>> {
        let password = Password::choose(password)?;
        let (registration, opaque_request) = Registration::start(&password, &mut OsRng)?;
        let start = RegisterStart {
            username: self.username.clone(),
            opaque_request,
        };
        let started: RegisterStarted = self.http.post("/v1/register/start", None, &start).await?;
        let finished = tokio::task::spawn_blocking(move || {
            registration.finish(&started.opaque_response, &mut OsRng)
        });
        Ok(finished.await??.0)
    }

    /// The last request of a sign-up.
    ///
    /// # Errors
    /// When keys can't be made.
    pub fn register_finish(
        &self,
        opaque_upload: Vec<u8>,
        one_time: usize,
    ) -> Result<RegisterFinish> {
        Ok(RegisterFinish {
            username: self.username.clone(),
            opaque_upload,
            ledger_entry: self.ledger().entries()[0].encode(),
            recovery_bundle: vec![7; 100],
            key_packages: self.key_packages(one_time, true)?,
        })
    }

    /// Another device of the same account, not in the ledger yet.
    ///
    /// # Errors
    /// When the ledger does not take it.
    pub fn extra(&self) -> Result<Extra> {
        let key = SecretKey::from_seed(&random());
        let mut ledger = self.ledger().clone();
        ledger.add_device(&self.key, &key, now())?;
        let entry = ledger
            .entries()
            .last()
            .context("an entry was added")?
            .encode();
        let (http, name) = (self.http.clone(), &self.server_name);
        let recovery = self.recovery.clone();
        let device = Self::new(http, name, &self.username, key, recovery, ledger);
        Ok(Extra { device, entry })
    }

    /// Puts another device into the account, with key packages.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn add_device(&mut self, one_time: usize) -> Result<Self> {
        let Extra { device, entry } = self.extra()?;
        let append = v1::AppendLedger {
            account_id: self.account.to_vec(),
            entry,
            ticket: Vec::new(),
            key_packages: device.key_packages(one_time, true)?,
        };
        let _: v1::Empty = self
            .http
            .post("/v1/ledger", Some(&self.token()), &append)
            .await?;
        self.ledgers.insert(self.account, device.ledger().clone());
        Ok(device)
    }

    /// Its account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        self.key.device_id()
    }

    /// The account's ledger as this device knows it.
    ///
    /// # Panics
    /// Never: a device has its own ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.ledgers
            .get(&self.account)
            .expect("a device has its own ledger")
    }

    /// A fresh `authorization` header.
    #[must_use]
    pub fn token(&self) -> String {
        let token = Token::sign(self.account, &self.key, &self.server_name, now(), random());
        format!("Pipit {}", BASE64URL_NOPAD.encode(&token.encode()))
    }

    /// Connects and says Hello.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn connect(&self) -> Result<Connection> {
        let mut connection = Connection::upgrade(self.http.address, &self.token()).await?;
        connection.hello().await?;
        Ok(connection)
    }

    /// Makes key packages of both suites.
    ///
    /// # Errors
    /// When keys can't be made.
    pub fn key_packages(&self, one_time: usize, last_resort: bool) -> Result<Vec<KeyPackage>> {
        let mut packages = Vec::new();
        for suite in Suite::ALL {
            let (provider, identity) = (self.provider(), self.identity());
            let made =
                generate_key_packages(&provider, &identity, suite, one_time, last_resort, now())?;
            packages.extend(made.into_iter().map(|package| KeyPackage {
                suite: v1::Suite::from(package.suite).into(),
                last_resort: package.is_last_resort,
                key_package: package.bytes,
            }));
        }
        Ok(packages)
    }

    pub(super) fn identity(&self) -> Identity {
        Identity::new(self.account, self.key.clone())
    }

    pub(super) fn provider(&self) -> Provider<'_, MemoryStorage> {
        Provider::new(&self.crypto, &self.storage)
    }
}
