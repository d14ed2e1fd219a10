//! Log-in on a new device: the password opens the recovery bundle, and the recovery key in it signs
//! this device into the ledger.

use std::sync::Arc;

use pipit_domain::{AccountId, DeviceId, Redacted, Timestamp, Username};
use pipit_e2ee::Identity;
use pipit_ledger::{Ledger, RECOVERY_SECRET_LEN, RecoveryKey, SecretKey};
use pipit_net::{Endpoint, Http, NetError};
use pipit_password::client::{LoggedIn as Proof, Login};
use pipit_password::{Password, open_bundle};
use pipit_store::table::account::AccountRow;
use pipit_wire::v1::{
    AppendLedger, Empty, LoggedIn, LoginFinish, LoginStart, LoginStarted, RefusalCode,
};
use rand::rngs::OsRng;

use crate::client::{Client, Signing};
use crate::clock::random;
use crate::error::ClientError;
use crate::keys;
use crate::register::internal;
use crate::session::offset_ms;

/// Log-ins before devices that come in at the same moment are too many.
const TRIES: usize = 5;

impl Client {
    /// Signs this device in to an existing account, and connects. It joins the account's conversations
    /// as it comes online.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`] when name and password don't fit (or there is no such account).
    pub async fn login(
        &self,
        server: &str,
        username: &str,
        password: &str,
    ) -> Result<(AccountId, DeviceId), ClientError> {
        let username = Username::parse(username)?;
        let password = Password::enter(password)?;
        let endpoint = Endpoint::parse(server)?;
        let mut signing = self.shared.signing.lock().await;
        if self.shared.session().is_some() {
            return Err(ClientError::AlreadySignedIn);
        }
        let http = self.http(server)?;
        let (description, _) = http.describe().await?;
        let clock_offset_ms = offset_ms(self.shared.clock.now(), &description);
        let mut tries = 0;
        let (row, ledger) = loop {
            tries += 1;
            let now = self.shared.clock.now().as_millis();
            let now = Timestamp::from_millis(now.saturating_add_signed(clock_offset_ms));
            let added = self.add_device(&http, &username, &password, now, &mut signing);
            match added.await {
                // Another device has come in meanwhile: the entry has to follow that one's.
                Err(ClientError::Net(error))
                    if error.refusal() == Some(RefusalCode::InvalidLedger) && tries < TRIES => {}
                added => break added?,
            }
        };
        let row = AccountRow {
            server: endpoint.to_string(),
            server_name: description.name,
            clock_offset_ms,
            ..row
        };
        let signed_in = (row.account, row.device.device_id());
        self.keep_account(row, ledger).await?;
        Ok(signed_in)
    }

    /// Proves the password, and signs a new device into the ledger, at this time of the server's, unless the
    /// log-in before has done that and was not answered. The row's server is left empty.
    async fn add_device(
        &self,
        http: &Http,
        username: &Username,
        password: &Password,
        now: Timestamp,
        signing: &mut Signing,
    ) -> Result<(AccountRow, Ledger), ClientError> {
        let (login, request) = Login::start(password, &mut OsRng).map_err(internal)?;
        let start = LoginStart {
            username: username.as_str().to_owned(),
            opaque_request: request,
        };
        let started: LoginStarted = http.post("/v1/login/start", &start, None).await?;
        let proof = finish(login, started.opaque_response).await?;
        let body = LoginFinish {
            login_id: started.login_id,
            opaque_finish: proof.finish,
        };
        let answer: LoggedIn =
            http.post("/v1/login/finish", &body, None)
                .await
                .map_err(|error| match error.refusal() {
                    Some(RefusalCode::WrongPassword) => ClientError::WrongPassword,
                    _ => error.into(),
                })?;

        let account =
            AccountId::try_from(&answer.account_id[..]).map_err(|_| NetError::NotPipit)?;
        let mut ledger = Ledger::decode(account, &answer.ledger_entries)
            .map_err(|_| ClientError::LedgerMismatch)?;
        let secret = open_bundle(&proof.export_key, account, &answer.recovery_bundle)
            .map_err(|_| ClientError::LedgerMismatch)?;
        let secret: [u8; RECOVERY_SECRET_LEN] = secret[..]
            .try_into()
            .map_err(|_| ClientError::LedgerMismatch)?;
        let recovery = RecoveryKey::new(secret).signing_key();
        if recovery.public() != *ledger.recovery() {
            return Err(ClientError::LedgerMismatch);
        }
        let former = signing.device.take().filter(|(of, device)| {
            *of == account && ledger.holds(device.device_id(), &device.public())
        });
        let device = match former {
            Some((_, device)) => device,
            None => {
                let device = SecretKey::from_seed(&random());
                signing.device = Some((account, device.clone()));
                self.append_device(http, &mut ledger, &recovery, &device, answer.ticket, now)
                    .await?;
                device
            }
        };
        let row = AccountRow {
            account,
            device,
            server: String::new(),
            server_name: String::new(),
            username: Redacted(username.as_str().to_owned()),
            display_name: Redacted(username.as_str().to_owned()),
            recovery: None,
            clock_offset_ms: 0,
        };
        Ok((row, ledger))
    }

    /// Signs a device into the ledger, here and at the server.
    async fn append_device(
        &self,
        http: &Http,
        ledger: &mut Ledger,
        recovery: &SecretKey,
        device: &SecretKey,
        ticket: Vec<u8>,
        now: Timestamp,
    ) -> Result<(), ClientError> {
        let entry = ledger
            .add_device(recovery, device, now)
            .map_err(|_| ClientError::Internal("ledger is full"))?;
        let account = ledger.account();
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
            ticket,
            key_packages,
        };
        let _: Empty = http.post("/v1/ledger", &body, None).await?;
        Ok(())
    }
}

async fn finish(login: Login, response: Vec<u8>) -> Result<Proof, ClientError> {
    let work = move || login.finish(&response, &mut OsRng);
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ClientError::Internal("password"))?
        .map_err(internal)
}
