//! POST /v1/login/finish: the second half of OPAQUE's login; its reward is a ticket. A new device is asked for
//! the second factor, too; one in force that proves its password is not.

use std::sync::Arc;

use axum::extract::State;
use pipit_domain::AccountId;
use pipit_mailbox::DeviceAddress;
use pipit_password::server::ServerError;
use pipit_wire::v1::{LoggedIn, LoginFinish, RefusalCode};

use super::body::Body;
use crate::gateway::{Gateway, LoginId, PendingLogin};
use crate::grant::{Grant, Granted};
use crate::guess::Guess;
use crate::refuse::Refusal;

pub(crate) async fn login_finish(
    State(gateway): State<Arc<Gateway>>,
    Body(finish): Body<LoginFinish>,
) -> Result<Body<LoggedIn>, Refusal> {
    let now = gateway.now();
    let login_id = LoginId::try_from(&finish.login_id[..]).map_err(|_| Refusal::malformed())?;
    let pending = gateway.logins.take(&login_id, now).ok_or_else(|| {
        Refusal::new(
            RefusalCode::Unauthenticated,
            "This log-in took too long; begin it again.",
        )
    })?;
    let wrong = || {
        gateway.metrics.failed_authentications.inc();
        Refusal::new(
            RefusalCode::WrongPassword,
            "The name or the password is wrong.",
        )
    };
    let PendingLogin {
        login,
        username,
        address,
        device,
    } = pending;
    login
        .finish(&finish.opaque_finish)
        .map_err(|error| match error {
            ServerError::WrongPassword => wrong(),
            ServerError::Malformed | ServerError::Stored => Refusal::malformed(),
        })?;
    let row = gateway
        .store
        .login(username.clone())
        .await?
        .ok_or_else(wrong)?;
    if device.is_none() {
        gateway.guessed_right(&Guess::Password(username)).await?;
    }
    let (account, to) = (
        row.account,
        admit(&gateway, row.account, device, &finish.code).await?,
    );
    if device.is_none() {
        gateway.guessed_right(&Guess::Address(address)).await?;
    }
    let ledger = gateway
        .store
        .ledger(account, 0)
        .await?
        .ok_or_else(Refusal::unknown_account)?;
    let ticket = gateway.grant(Grant { account, to })?;
    Ok(Body(LoggedIn {
        account_id: account.to_vec(),
        ticket: ticket.to_vec(),
        recovery_bundle: row.recovery_bundle,
        ledger_entries: ledger.entries,
    }))
}

/// What the right password allows: a device in force to change what guards its account, anybody else who has the
/// second factor to add a device.
async fn admit(
    gateway: &Gateway,
    account: AccountId,
    device: Option<DeviceAddress>,
    code: &str,
) -> Result<Granted, Refusal> {
    match device {
        Some(device) if device.account == account => {
            let device = device.device;
            gateway.guessed_right(&Guess::Device(device)).await?;
            Ok(Granted::Device(device))
        }
        Some(_) => Err(Refusal::unknown_account()),
        None => {
            gateway
                .check_code(account, code, &Guess::Code(account))
                .await?;
            Ok(Granted::NewDevice)
        }
    }
}
