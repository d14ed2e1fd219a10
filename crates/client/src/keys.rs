//! Key packages: enough of them at the server that anybody can start a conversation with this device.

use std::sync::Arc;

use pipit_domain::{Timestamp, limits};
use pipit_e2ee::{Crypto, Identity, KeyPackageError, Provider, Suite, generate_key_packages};
use pipit_store::{Connection, forget_key_packages, mls_storage};
use pipit_wire::v1::{
    self, Empty, KeyPackageCount, PublishKeyPackages, client_frame, server_frame,
};

use crate::error::ClientError;
use crate::session::Session;

/// One-time key packages of each suite that travel with a sign-up: a few, since the first connection
/// brings the rest.
const FIRST: usize = 4;

/// Key packages of last resort live for a year, and are replaced when less than this is left: also by a device
/// that comes by only twice a year.
const LAST_RESORT_REMAINING_MS: u64 = 200 * 24 * 60 * 60 * 1000;

/// The key packages of a new device, with the two of last resort. Those of a device that this one was to be
/// before go: an invitation to both would be taken for the other's.
///
/// # Errors
/// When their private halves can't be stored.
pub(crate) fn first(
    connection: &Connection,
    crypto: &Crypto,
    identity: &Identity,
    now: Timestamp,
) -> Result<Vec<v1::KeyPackage>, ClientError> {
    forget_key_packages(connection)?;
    let mut all = Vec::new();
    for suite in Suite::ALL {
        all.extend(generate(
            connection, crypto, identity, suite, FIRST, true, now,
        )?);
    }
    Ok(all)
}

fn generate(
    connection: &Connection,
    crypto: &Crypto,
    identity: &Identity,
    suite: Suite,
    one_time: usize,
    with_last_resort: bool,
    now: Timestamp,
) -> Result<Vec<v1::KeyPackage>, ClientError> {
    let storage = mls_storage(connection);
    let provider = Provider::new(crypto, &storage);
    let made = generate_key_packages(&provider, identity, suite, one_time, with_last_resort, now)
        .map_err(|_: KeyPackageError| ClientError::Internal("key packages"))?;
    Ok(made
        .into_iter()
        .map(|made| v1::KeyPackage {
            suite: v1::Suite::from(made.suite).into(),
            last_resort: made.is_last_resort,
            key_package: made.bytes,
        })
        .collect())
}

impl Session {
    /// Publishes new key packages when fewer than half are left, and new ones of last resort long before the old
    /// ones expire.
    pub(crate) async fn replenish_key_packages(&self) -> Result<(), ClientError> {
        let request = client_frame::Body::KeyPackageCount(KeyPackageCount {});
        let left = self
            .ask(request, |body| match body {
                server_frame::Body::KeyPackageCount(count) => Some(count),
                _ => None,
            })
            .await?;
        let now = self.server_now();
        let renew_before = now.as_millis() + LAST_RESORT_REMAINING_MS;
        let with_last_resort = left.last_resort_expires < renew_before;
        let wanted = [
            (Suite::Classical, left.classical),
            (Suite::PostQuantum, left.post_quantum),
        ]
        .map(|(suite, left)| {
            let missing = limits::KEY_PACKAGES_KEPT.saturating_sub(left as usize);
            let is_low = missing > limits::KEY_PACKAGES_KEPT / 2;
            (suite, if is_low { missing } else { 0 })
        });
        if !with_last_resort && wanted.iter().all(|(_, missing)| *missing == 0) {
            return Ok(());
        }
        let (crypto, identity) = (Arc::clone(&self.crypto), self.identity.clone());
        let key_packages = self
            .store
            .write(move |transaction| {
                let mut all = Vec::new();
                for (suite, missing) in wanted {
                    all.extend(generate(
                        transaction,
                        &crypto,
                        &identity,
                        suite,
                        missing,
                        with_last_resort,
                        now,
                    )?);
                }
                Ok::<_, ClientError>(all)
            })
            .await?;
        let body = PublishKeyPackages { key_packages };
        let _: Empty = self.post("/v1/key-packages", &body).await?;
        Ok(())
    }
}
