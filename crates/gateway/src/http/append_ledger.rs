//! POST /v1/ledger: one more entry, from a device of the account or with a log-in's ticket.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_domain::AccountId;
use pipit_ledger::{Action, Entry, Ledger, LedgerError};
use pipit_mailbox::{AppendOutcome, DeviceAddress, LedgerChange, NewKeyPackage};
use pipit_wire::v1::{AppendLedger, Empty, KeyPackage, RefusalCode};

use super::body::Body;
use crate::auth::Caller;
use crate::gateway::Gateway;
use crate::grant::Granted;
use crate::key_packages;
use crate::refuse::Refusal;

pub(crate) async fn append_ledger(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(append): Body<AppendLedger>,
) -> Result<Body<Empty>, Refusal> {
    let account = AccountId::try_from(&append.account_id[..]).map_err(|_| Refusal::malformed())?;
    let ticket = append.ticket.clone();
    let has_ticket = !ticket.is_empty();
    let allowed = if has_ticket {
        let grant = gateway.granted(&ticket);
        grant.is_some_and(|grant| {
            grant.account == account && !matches!(grant.to, Granted::Device(_))
        })
    } else {
        gateway.authenticate(&headers).await?.address.account == account
    };
    if !allowed {
        return Err(Refusal::new(
            RefusalCode::Unauthenticated,
            "This change needs a device of the account, or a fresh log-in.",
        ));
    }
    let stored = gateway
        .store
        .ledger(account, 0)
        .await?
        .ok_or_else(Refusal::unknown_account)?;
    if stored.entries.contains(&append.entry) {
        return Ok(Body(Empty {}));
    }
    let len = stored.entries.len();
    let entry = append.entry.clone();
    let (change, key_packages) = tokio::task::spawn_blocking(move || {
        check(account, &stored.entries, &append.entry, append.key_packages)
    })
    .await
    .map_err(|_| Refusal::malformed())??;
    if has_ticket && matches!(change, LedgerChange::Revoke { .. }) {
        return Err(Refusal::new(
            RefusalCode::Unauthenticated,
            "A log-in may add a device, not remove one.",
        ));
    }
    match gateway
        .store
        .append_ledger(account, len, entry, change, key_packages)
        .await?
    {
        AppendOutcome::Appended => {}
        AppendOutcome::Moved => {
            return Err(Refusal::invalid_ledger(
                "The account's devices have changed meanwhile; try again.",
            ));
        }
        AppendOutcome::UnknownAccount => return Err(Refusal::unknown_account()),
        AppendOutcome::AlreadyExists => {
            return Err(Refusal::new(
                RefusalCode::AlreadyExists,
                "This device is known already.",
            ));
        }
    }
    match change {
        LedgerChange::Add { .. } => gateway.came_in(&ticket),
        LedgerChange::Revoke { device } => gateway.bus.revoked(device),
    }
    Ok(Body(Empty {}))
}

/// Verifies the whole ledger with the new entry.
fn check(
    account: AccountId,
    entries: &[Vec<u8>],
    entry: &[u8],
    packages: Vec<KeyPackage>,
) -> Result<(LedgerChange, Vec<NewKeyPackage>), Refusal> {
    let mut ledger = Ledger::decode(account, entries).map_err(|_| {
        tracing::error!("a stored ledger does not verify");
        Refusal::from(pipit_mailbox::StoreError::Corrupt)
    })?;
    let entry = Entry::decode(entry).map_err(LedgerError::from)?;
    let action = entry.action.clone();
    ledger.append(entry)?;
    match action {
        Action::Add { device: key, .. } => {
            let device = key.device_id();
            let caller = Caller {
                address: DeviceAddress { account, device },
                key,
            };
            let change = LedgerChange::Add {
                device,
                key: *key.as_bytes(),
            };
            Ok((change, key_packages::check(caller, packages)?))
        }
        Action::Revoke { device } => Ok((LedgerChange::Revoke { device }, Vec::new())),
        Action::Create { .. } => Err(Refusal::invalid_ledger("A ledger begins only once.")),
    }
}
