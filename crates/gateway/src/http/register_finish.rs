//! POST /v1/register/finish: makes the account with its first device.

use std::sync::Arc;

use axum::extract::State;
use pipit_ledger::{Action, Entry, Ledger, LedgerError, PublicKey};
use pipit_mailbox::{CreateAccountOutcome, DeviceAddress, NewAccount};
use pipit_password::{BUNDLE_LEN_MAX, server};
use pipit_wire::v1::{RefusalCode, RegisterFinish, Registered};

use super::body::{Body, CallerAddress};
use super::register_start::{require_open, username_taken};
use super::username_status::parse_username;
use crate::auth::Caller;
use crate::gateway::Gateway;
use crate::key_packages;
use crate::refuse::Refusal;

pub(crate) async fn register_finish(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(finish): Body<RegisterFinish>,
) -> Result<Body<Registered>, Refusal> {
    gateway.count_sign_up(address)?;
    require_open(&gateway)?;
    let now = gateway.now();
    let account = tokio::task::spawn_blocking(move || check(finish))
        .await
        .map_err(|_| Refusal::malformed())??;
    let (id, first_entry) = (account.account, account.first_entry.clone());
    let outcome = gateway
        .store
        .create_account(NewAccount { now, ..account })
        .await?;
    match outcome {
        CreateAccountOutcome::Created => {}
        CreateAccountOutcome::UsernameTaken => return Err(username_taken()),
        CreateAccountOutcome::AlreadyExists => {
            // The same request again, after its answer was lost, is answered again.
            let stored = gateway.store.ledger(id, 0).await?;
            if stored.is_none_or(|row| row.entries.first() != Some(&first_entry)) {
                return Err(Refusal::new(
                    RefusalCode::AlreadyExists,
                    "This device has an account already.",
                ));
            }
        }
    }
    Ok(Body(Registered {
        account_id: id.to_vec(),
    }))
}

/// Checks everything that does not need the store.
fn check(finish: RegisterFinish) -> Result<NewAccount, Refusal> {
    let username = parse_username(&finish.username)?;
    let password_record =
        server::record(&finish.opaque_upload).map_err(|_| Refusal::malformed())?;
    if finish.recovery_bundle.len() > BUNDLE_LEN_MAX {
        return Err(Refusal::new(
            RefusalCode::TooLarge,
            "The recovery bundle is too large.",
        ));
    }
    let entry = Entry::decode(&finish.ledger_entry).map_err(LedgerError::from)?;
    let key = first_device(&entry)?;
    let ledger = Ledger::begin(entry)?;
    let address = DeviceAddress {
        account: ledger.account(),
        device: key.device_id(),
    };
    let key_packages = key_packages::check(Caller { address, key }, finish.key_packages)?;
    Ok(NewAccount {
        account: address.account,
        username,
        password_record,
        recovery_bundle: finish.recovery_bundle,
        first_entry: finish.ledger_entry,
        device: address.device,
        device_key: *key.as_bytes(),
        key_packages,
        now: pipit_domain::Timestamp::default(),
    })
}

fn first_device(entry: &Entry) -> Result<PublicKey, Refusal> {
    match &entry.action {
        Action::Create { device, .. } => Ok(*device),
        Action::Add { .. } | Action::Revoke { .. } => Err(Refusal::invalid_ledger(
            "This ledger entry does not begin an account.",
        )),
    }
}
