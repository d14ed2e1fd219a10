//! ClaimKeyPackages: one key package of every device of some accounts, each handed out once.

use std::sync::Arc;

use futures_util::future::{FutureExt, ready, try_join_all};
use pipit_domain::{AccountId, DeviceId};
use pipit_mailbox::{ClaimedKeyPackages, Suite};
use pipit_wire::v1::{
    ClaimKeyPackages, ClaimedKeyPackage, KeyPackagesResult, RefusalCode, server_frame,
};

use super::request::Answer;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Accounts in one request.
const ACCOUNTS_MAX: usize = 64;
/// Devices whose key packages fit one frame for sure: 72 of 3.5 KB.
const DEVICES_MAX: usize = 72;

pub(super) fn claim_key_packages(
    gateway: &Arc<Gateway>,
    claimant: DeviceId,
    claim: &ClaimKeyPackages,
) -> Answer {
    let accounts: Result<Vec<AccountId>, _> = claim
        .account_ids
        .iter()
        .map(|id| AccountId::try_from(&id[..]))
        .collect();
    let (Ok(mut accounts), Some(suite)) = (accounts, Suite::from_wire(claim.suite)) else {
        return ready(Err(Refusal::malformed())).boxed();
    };
    accounts.sort_unstable();
    accounts.dedup();
    if accounts.len() > ACCOUNTS_MAX {
        return ready(Err(Refusal::malformed())).boxed();
    }
    if let Err(wait_ms) = gateway.claims.take(claimant, gateway.now()) {
        return ready(Err(Refusal::slow_down(wait_ms))).boxed();
    }
    let gateway = gateway.clone();
    async move {
        let counts = accounts
            .iter()
            .map(|&account| gateway.store.devices_in_force(account));
        let devices: usize = try_join_all(counts).await?.iter().map(Vec::len).sum();
        if devices > DEVICES_MAX {
            return Err(Refusal::new(
                RefusalCode::TooLarge,
                "Too many devices at once; ask for fewer accounts.",
            ));
        }
        let claimed = gateway
            .store
            .claim_key_packages(accounts, suite, claimant)
            .await?;
        Ok(server_frame::Body::KeyPackages(result(claimed)))
    }
    .boxed()
}

fn result(claimed: ClaimedKeyPackages) -> KeyPackagesResult {
    KeyPackagesResult {
        key_packages: claimed
            .packages
            .into_iter()
            .map(|package| ClaimedKeyPackage {
                account_id: package.address.account.to_vec(),
                device_id: package.address.device.to_vec(),
                key_package: package.bytes.to_vec(),
            })
            .collect(),
        devices_without: claimed.without.iter().map(DeviceId::to_vec).collect(),
    }
}
