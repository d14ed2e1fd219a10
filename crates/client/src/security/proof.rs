//! Proving a password to the server: by somebody new, or by a device in force.

use pipit_domain::{AccountId, Timestamp, Username};
use pipit_ledger::{Ledger, RECOVERY_SECRET_LEN, RecoveryKey, SecretKey, Token};
use pipit_net::{Http, NetError};
use pipit_password::client::{LoggedIn as Proof, Login};
use pipit_password::{ExportKey, Password, open_bundle};
use pipit_wire::frame::Message;
use pipit_wire::v1::{LoggedIn, LoginFinish, LoginStart, LoginStarted, RefusalCode};
use rand::rngs::OsRng;

use crate::clock::random;
use crate::error::ClientError;
use crate::register::internal;
use crate::session::{Session, encoded};

/// Who asks.
pub(crate) enum Asking<'a> {
    /// Somebody without a device of the account.
    New(&'a Http),
    /// A device in force.
    Device(&'a Session),
    /// A device that has come into force a moment ago, and has no session yet.
    Entering {
        http: &'a Http,
        account: AccountId,
        device: &'a SecretKey,
        server_name: &'a str,
        now: Timestamp,
    },
}

impl Asking<'_> {
    /// Sends a body and reads the answer.
    ///
    /// # Errors
    /// When the server doesn't answer, or refuses.
    pub(crate) async fn post<R: Message + Default>(
        &self,
        path: &str,
        body: &impl Message,
    ) -> Result<R, NetError> {
        match self {
            Self::New(http) => http.post(path, body, None).await,
            Self::Device(session) => session.post(path, body).await,
            Self::Entering {
                http,
                account,
                device,
                server_name,
                now,
            } => {
                let token = Token::sign(*account, device, server_name, *now, random());
                http.post(path, body, Some(&encoded(&token))).await
            }
        }
    }
}

/// What a right password, or recovery key, gives.
pub(crate) struct Proven {
    /// The account's ledger, as the server tells it.
    pub(crate) ledger: Ledger,
    /// The key that signs new devices in.
    pub(crate) recovery: RecoveryKey,
    /// What the server allows for it.
    pub(crate) ticket: Vec<u8>,
}

impl Proven {
    /// Checks what the server has answered.
    ///
    /// # Errors
    /// [`ClientError::LedgerMismatch`] when the ledger does not verify, or is not of this recovery key.
    pub(crate) fn check(answer: LoggedIn, recovery: RecoveryKey) -> Result<Self, ClientError> {
        let account = account_of(&answer)?;
        let ledger = Ledger::decode(account, &answer.ledger_entries)
            .map_err(|_| ClientError::LedgerMismatch)?;
        if recovery.signing_key().public() != *ledger.recovery() {
            return Err(ClientError::LedgerMismatch);
        }
        Ok(Self {
            ledger,
            recovery,
            ticket: answer.ticket,
        })
    }
}

fn account_of(answer: &LoggedIn) -> Result<AccountId, ClientError> {
    AccountId::try_from(&answer.account_id[..]).map_err(|_| NetError::NotPipit.into())
}

/// Proves a password. The code is of the second factor: asked of somebody new, where it is on.
///
/// # Errors
/// [`ClientError::WrongPassword`] when name and password don't fit, and the server's other refusals.
pub(crate) async fn prove_password(
    asking: &Asking<'_>,
    username: &Username,
    password: &Password,
    code: &str,
) -> Result<Proven, ClientError> {
    let (login, request) = Login::start(password, &mut OsRng).map_err(internal)?;
    let start = LoginStart {
        username: username.as_str().to_owned(),
        opaque_request: request,
    };
    let started: LoginStarted = asking.post("/v1/login/start", &start).await?;
    let proof = finish(login, started.opaque_response).await?;
    let body = LoginFinish {
        login_id: started.login_id,
        opaque_finish: proof.finish,
        code: code.to_owned(),
    };
    let answer: LoggedIn =
        asking
            .post("/v1/login/finish", &body)
            .await
            .map_err(|error| match error.refusal() {
                Some(RefusalCode::WrongPassword) => ClientError::WrongPassword,
                _ => error.into(),
            })?;
    let recovery = open_recovery(&proof.export_key, &answer)?;
    Proven::check(answer, recovery)
}

fn open_recovery(key: &ExportKey, answer: &LoggedIn) -> Result<RecoveryKey, ClientError> {
    let secret = open_bundle(key, account_of(answer)?, &answer.recovery_bundle)
        .map_err(|_| ClientError::LedgerMismatch)?;
    let secret: [u8; RECOVERY_SECRET_LEN] = secret[..]
        .try_into()
        .map_err(|_| ClientError::LedgerMismatch)?;
    Ok(RecoveryKey::new(secret))
}

/// Hashing a password takes a good part of a second: it has a thread of its own.
async fn finish(login: Login, response: Vec<u8>) -> Result<Proof, ClientError> {
    let work = move || login.finish(&response, &mut OsRng);
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ClientError::Internal("password"))?
        .map_err(internal)
}
