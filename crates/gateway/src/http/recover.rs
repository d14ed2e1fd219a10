//! POST /v1/login/recover: a log-in by the recovery key instead of the password.
//!
//! What is shown is a signature that nobody can guess, so that a right one is let in whatever others have tried
//! before; failures delay further failures of the same name, and everybody at the same address.

use std::sync::Arc;

use axum::extract::State;
use pipit_domain::{Timestamp, Username};
use pipit_ledger::{Ledger, RecoveryProof, TokenError};
use pipit_mailbox::{LedgerRow, StoreError};
use pipit_wire::v1::{LoggedIn, Recover, RefusalCode};

use super::body::{Body, CallerAddress};
use super::username_status::parse_username;
use crate::gateway::Gateway;
use crate::grant::{Grant, Granted};
use crate::guess::Guess;
use crate::refuse::Refusal;
use crate::replay::ReplayError;

pub(crate) async fn recover(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(recover): Body<Recover>,
) -> Result<Body<LoggedIn>, Refusal> {
    gateway.count_request(address)?;
    let username = parse_username(&recover.username)?;
    let proof = RecoveryProof {
        time: Timestamp::from_millis(recover.time),
        nonce: recover.nonce[..]
            .try_into()
            .map_err(|_| Refusal::malformed())?,
        signature: recover.signature[..]
            .try_into()
            .map_err(|_| Refusal::malformed())?,
    };
    let by_address = Guess::Address(address);
    gateway.guess(&by_address).await?;
    let Some(row) = check(&gateway, &username, &proof).await? else {
        gateway.metrics.failed_authentications.inc();
        gateway.guess(&Guess::Recovery(username)).await?;
        return Err(Refusal::new(
            RefusalCode::WrongRecoveryKey,
            "The name or the recovery key is wrong.",
        ));
    };
    let account = row.account;
    gateway
        .check_code(account, &recover.code, &Guess::Code(account))
        .await?;
    gateway.guessed_right(&Guess::Recovery(username)).await?;
    gateway.guessed_right(&by_address).await?;
    let to = Granted::Recovery;
    let ticket = gateway.grant(Grant { account, to })?;
    Ok(Body(LoggedIn {
        account_id: account.to_vec(),
        ticket: ticket.to_vec(),
        recovery_bundle: Vec::new(),
        ledger_entries: row.entries,
    }))
}

/// The account whose recovery key has made the proof; `None` for a wrong one, or a name that nobody has.
async fn check(
    gateway: &Gateway,
    username: &Username,
    proof: &RecoveryProof,
) -> Result<Option<LedgerRow>, Refusal> {
    let Some(account) = gateway.store.find_account(username.clone()).await? else {
        return Ok(None);
    };
    let Some(row) = gateway.store.ledger(account, 0).await? else {
        return Ok(None);
    };
    let first = row.entries.get(..1).unwrap_or_default();
    let ledger = Ledger::decode(account, first).map_err(|_| StoreError::Corrupt)?;
    let now = gateway.now();
    match proof.verify(ledger.recovery(), username, &gateway.config.name, now) {
        Ok(()) => {}
        // A device whose clock is wrong learns how wrong it is, and comes back.
        Err(TokenError::Time) => return Err(Refusal::from(TokenError::Time).at(now)),
        Err(_) => return Ok(None),
    }
    match gateway.replay.take(proof.nonce, now) {
        Ok(()) => Ok(Some(row)),
        Err(ReplayError::Used) => Ok(None),
        Err(ReplayError::Full) => Err(Refusal::slow_down(5000)),
    }
}
