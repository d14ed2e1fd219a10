//! The devices of the account: those in force by the ledger, with the names that the account's devices tell each
//! other. A name never leaves the account: the ledger, which everybody reads, holds none.

use std::collections::HashMap;

use pipit_domain::{DeviceId, Redacted, Timestamp, limits};
use pipit_ledger::{Action, Ledger};
use pipit_store::table::{ledger, sync as register};
use pipit_store::{Connection, StoreError};

use crate::client::Client;
use crate::error::ClientError;
use crate::sync::{self, Change};

/// A device in force.
#[derive(Debug, Clone)]
pub struct DeviceRecord {
    /// Its id, by which people compare devices.
    pub device: DeviceId,
    /// What the person calls it; empty: nothing yet.
    pub name: Redacted<String>,
    /// When it came in, by the clock of the device that signed it in.
    pub added_at: Timestamp,
    /// The one that this runs on.
    pub is_own: bool,
}

impl Client {
    /// The devices in force: this one first, then the one that came in last.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn devices(&self) -> Result<Vec<DeviceRecord>, ClientError> {
        let session = self.session()?;
        let (account, own) = (session.own(), session.account.device.device_id());
        // Another device may have come in since this one last looked; what is known is shown without a connection.
        if let Err(error) = session.refresh_ledgers(&[account]).await {
            tracing::info!(%error, "the devices are shown as they were last known");
        }
        session
            .store
            .read(move |connection| {
                let ledger = ledger::get(connection, account)?;
                let ledger = ledger.ok_or(ClientError::Internal("own ledger"))?;
                let names = names(connection)?;
                let mut devices = in_force(&ledger, own, &names);
                devices.sort_by_key(|device| (!device.is_own, std::cmp::Reverse(device.added_at)));
                Ok(devices)
            })
            .await
    }

    /// Calls a device of the account something, for all of its devices.
    ///
    /// # Errors
    /// [`ClientError::UnknownDevice`] when no device in force has this id, [`ClientError::Name`] for a name that is
    /// too long or more than a line.
    pub async fn rename_device(&self, device: DeviceId, name: &str) -> Result<(), ClientError> {
        let session = self.session()?;
        let change = Change::DeviceName {
            device,
            name: checked_name(name)?,
        };
        let worker = std::sync::Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let ledger = ledger::get(transaction, worker.own())?;
                if !ledger.is_some_and(|ledger| ledger.devices().contains_key(&device)) {
                    return Err(ClientError::UnknownDevice);
                }
                sync::record(transaction, &worker, &change)
            })
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }
}

/// What a device may be called.
///
/// # Errors
/// [`ClientError::Name`] for what is too long or more than a line.
pub(crate) fn checked_name(name: &str) -> Result<Redacted<String>, ClientError> {
    let name = name.trim();
    if name.len() > limits::DISPLAY_NAME_LEN_MAX || name.chars().any(char::is_control) {
        return Err(ClientError::Name);
    }
    Ok(Redacted(name.to_owned()))
}

pub(crate) fn in_force(
    ledger: &Ledger,
    own: DeviceId,
    names: &HashMap<DeviceId, Redacted<String>>,
) -> Vec<DeviceRecord> {
    let entries = ledger.entries().iter();
    let added = entries.filter_map(|entry| match &entry.action {
        Action::Create { device, .. } | Action::Add { device, .. } => {
            Some((device.device_id(), entry.time))
        }
        Action::Revoke { .. } => None,
    });
    added
        .filter(|(device, _)| ledger.devices().contains_key(device))
        .map(|(device, added_at)| DeviceRecord {
            device,
            name: names
                .get(&device)
                .cloned()
                .unwrap_or_else(|| Redacted(String::new())),
            added_at,
            is_own: device == own,
        })
        .collect()
}

pub(crate) fn names(
    connection: &Connection,
) -> Result<HashMap<DeviceId, Redacted<String>>, StoreError> {
    let rows = register::of_kind(connection, Change::DEVICE_NAME)?;
    Ok(rows
        .iter()
        .filter_map(|row| match Change::decode(row) {
            Some(Change::DeviceName { device, name }) => Some((device, name)),
            _ => None,
        })
        .collect())
}
