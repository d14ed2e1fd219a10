//! POST /v1/login/finish: the second half of OPAQUE's login; its reward is a ticket.

use std::sync::Arc;

use axum::extract::State;
use pipit_password::server::ServerError;
use pipit_wire::v1::{LoggedIn, LoginFinish, RefusalCode};

use super::body::Body;
use crate::gateway::{Gateway, LoginId, Ticket, random};
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
    pending
        .login
        .finish(&finish.opaque_finish)
        .map_err(|error| match error {
            ServerError::WrongPassword => wrong(),
            ServerError::Malformed | ServerError::Stored => Refusal::malformed(),
        })?;
    let row = gateway
        .store
        .login(pending.username.clone())
        .await?
        .ok_or_else(wrong)?;
    gateway.account_guesses.clear(&pending.username);
    gateway.address_guesses.clear(&pending.address);
    let ledger = gateway
        .store
        .ledger(row.account, 0)
        .await?
        .ok_or_else(Refusal::unknown_account)?;
    let ticket: Ticket = random();
    gateway
        .tickets
        .insert(ticket, row.account, now)
        .map_err(|_| Refusal::slow_down(10_000))?;
    Ok(Body(LoggedIn {
        account_id: row.account.to_vec(),
        ticket: ticket.to_vec(),
        recovery_bundle: row.recovery_bundle,
        ledger_entries: ledger.entries,
    }))
}
