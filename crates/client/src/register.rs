//! Sign-up: the password never leaves, the ledger begins, the recovery key is made.

use std::sync::Arc;

use pipit_domain::{Redacted, Timestamp, Username, limits};
use pipit_e2ee::Identity;
use pipit_ledger::{Ledger, RECOVERY_SECRET_LEN, RecoveryKey, SecretKey};
use pipit_net::{Endpoint, NetError};
use pipit_password::client::{ClientError as OpaqueError, Registration};
use pipit_password::{ExportKey, Password, seal_bundle};
use pipit_store::table::account::{self, AccountRow};
use pipit_store::table::{contact, ledger};
use pipit_wire::v1::{
    RefusalCode, RegisterFinish, RegisterStart, RegisterStarted, Registered as Answer,
};
use rand::rngs::OsRng;

use crate::client::{Client, Registered};
use crate::clock::random;
use crate::error::ClientError;
use crate::history;
use crate::keys;
use crate::people::ProfileChange;
use crate::session::offset_ms;

impl Client {
    /// Creates an account with this device as its first, and connects.
    ///
    /// # Errors
    /// Says what to change: the name is taken or has no form of one, the password is too short, the
    /// server can't be reached or takes no new accounts.
    pub async fn register(
        &self,
        server: &str,
        username: &str,
        password: &str,
        display_name: Option<&str>,
    ) -> Result<Registered, ClientError> {
        let username = Username::parse(username)?;
        let password = Password::choose(password)?;
        let display_name = shown_name(display_name, &username);
        let endpoint = Endpoint::parse(server)?;
        let _signing = self.shared.signing.lock().await;
        if self.shared.session().is_some() {
            return Err(ClientError::AlreadySignedIn);
        }
        let http = self.http(server)?;
        let (description, _) = http.describe().await?;
        if !http.username_is_free(username.as_str()).await? {
            return Err(NetError::Refused(taken()).into());
        }
        let (registration, request) =
            Registration::start(&password, &mut OsRng).map_err(internal)?;
        let start = RegisterStart {
            username: username.as_str().to_owned(),
            opaque_request: request,
        };
        let started: RegisterStarted = http.post("/v1/register/start", &start, None).await?;
        let (upload, export_key) = finish(registration, started.opaque_response).await?;

        let clock_offset_ms = offset_ms(self.shared.clock.now(), &description);
        let now = self.shared.clock.now().as_millis();
        let now = Timestamp::from_millis(now.saturating_add_signed(clock_offset_ms));
        let device = SecretKey::from_seed(&random());
        let recovery = RecoveryKey::new(random::<RECOVERY_SECRET_LEN>());
        let ledger = Ledger::create(&device, &recovery.signing_key().public(), now);
        let recovery_bundle =
            seal_bundle(&export_key, ledger.account(), recovery.secret(), &mut OsRng)
                .map_err(|_| ClientError::Internal("recovery bundle"))?;
        let identity = Identity::new(ledger.account(), device.clone());
        let crypto = Arc::clone(&self.shared.crypto);
        let key_packages = self
            .shared
            .store
            .write(move |transaction| keys::first(transaction, &crypto, &identity, now))
            .await?;
        let body = RegisterFinish {
            username: username.as_str().to_owned(),
            opaque_upload: upload,
            ledger_entry: ledger.entries()[0].encode(),
            recovery_bundle,
            key_packages,
        };
        let answer: Answer = http.post("/v1/register/finish", &body, None).await?;
        if answer.account_id != ledger.account().as_bytes() {
            return Err(ClientError::LedgerMismatch);
        }
        let row = AccountRow {
            account: ledger.account(),
            device,
            server: endpoint.to_string(),
            server_name: description.name,
            username: Redacted(username.as_str().to_owned()),
            display_name: Redacted(display_name),
            recovery: Some(recovery.clone()),
            clock_offset_ms,
        };
        let registered = Registered {
            account: row.account,
            device: row.device.device_id(),
            recovery_key: recovery,
        };
        let is_named = row.display_name != row.username;
        let name = row.display_name.0.clone();
        self.keep_account(row, ledger).await?;
        if is_named {
            // From now on it is the account's, not this device's.
            let profile = ProfileChange {
                name: Some(name),
                ..ProfileChange::default()
            };
            if let Err(error) = self.set_profile(profile).await {
                tracing::warn!(%error, "the name is not shared between devices yet");
            }
        }
        Ok(registered)
    }

    /// Writes the account and its ledger, and connects.
    pub(crate) async fn keep_account(
        &self,
        row: AccountRow,
        ledger: Ledger,
    ) -> Result<(), ClientError> {
        let kept = row.clone();
        self.shared
            .store
            .write(move |transaction| {
                account::insert(transaction, &kept)?;
                ledger::put(transaction, &ledger)?;
                contact::put(transaction, kept.account, &kept.username.0)?;
                // Those that were here before have the history.
                if ledger.devices().len() > 1 {
                    history::want(transaction, Timestamp::from_millis(0))?;
                }
                Ok::<_, ClientError>(())
            })
            .await?;
        self.shared.sign_in(row)
    }
}

/// Hashing a password takes a good part of a second: it has a thread of its own.
pub(crate) async fn finish(
    registration: Registration,
    response: Vec<u8>,
) -> Result<(Vec<u8>, ExportKey), ClientError> {
    let work = move || registration.finish(&response, &mut OsRng);
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ClientError::Internal("password"))?
        .map_err(internal)
}

pub(crate) fn internal(error: OpaqueError) -> ClientError {
    match error {
        OpaqueError::WrongPassword => ClientError::WrongPassword,
        OpaqueError::Malformed => NetError::NotPipit.into(),
        OpaqueError::Stretch => ClientError::Internal("not enough memory for the password"),
    }
}

pub(crate) fn shown_name(wanted: Option<&str>, username: &Username) -> String {
    let wanted = wanted.unwrap_or_default().trim();
    if wanted.is_empty() {
        return username.as_str().to_owned();
    }
    let end = wanted.floor_char_boundary(limits::DISPLAY_NAME_LEN_MAX);
    wanted[..end].to_owned()
}

fn taken() -> pipit_wire::v1::Refused {
    pipit_wire::v1::Refused::new(
        RefusalCode::AlreadyExists,
        "This username is taken; choose another.",
    )
}
