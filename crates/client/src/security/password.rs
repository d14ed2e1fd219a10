//! Another password: registered anew, with the recovery key sealed anew, in one step at the server.

use pipit_domain::Username;
use pipit_password::client::Registration;
use pipit_password::{Password, seal_bundle};
use pipit_wire::v1::{ChangePassword, Empty, RegisterStart, RegisterStarted};
use rand::rngs::OsRng;

use super::proof::{Asking, Proven, prove_password};
use crate::client::Client;
use crate::error::ClientError;
use crate::register::{self, internal};

impl Client {
    /// Gives the account another password. Devices in force stay so; the recovery key stays the same.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`] when the old one is wrong, [`ClientError::Password`] when the new one can't be
    /// chosen; and when the server can't be asked.
    pub async fn change_password(&self, old: &str, new: &str) -> Result<(), ClientError> {
        let session = self.session()?;
        let (old, new) = (Password::enter(old)?, Password::choose(new)?);
        let username = Username::parse(&session.account.username.0)?;
        let asking = Asking::Device(&session);
        let proven = prove_password(&asking, &username, &old, "").await?;
        set_password(&asking, &username, &new, &proven).await
    }
}

/// Registers a password and seals the recovery key for it.
///
/// # Errors
/// When the server can't be asked, or refuses; the password is as before then.
pub(super) async fn set_password(
    asking: &Asking<'_>,
    username: &Username,
    password: &Password,
    proven: &Proven,
) -> Result<(), ClientError> {
    let (registration, request) = Registration::start(password, &mut OsRng).map_err(internal)?;
    let start = RegisterStart {
        username: username.as_str().to_owned(),
        opaque_request: request,
    };
    let started: RegisterStarted = asking.post("/v1/password/start", &start).await?;
    let (upload, export_key) = register::finish(registration, started.opaque_response).await?;
    let account = proven.ledger.account();
    let recovery_bundle = seal_bundle(&export_key, account, proven.recovery.secret(), &mut OsRng)
        .map_err(|_| ClientError::Internal("recovery bundle"))?;
    let change = ChangePassword {
        ticket: proven.ticket.clone(),
        opaque_upload: upload,
        recovery_bundle,
    };
    let _: Empty = asking.post("/v1/password/finish", &change).await?;
    Ok(())
}
