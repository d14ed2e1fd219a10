//! Safety numbers: showing them, comparing, and remembering that they match.

use std::sync::Arc;

use pipit_domain::{AccountId, DeviceId, Redacted, Timestamp};
use pipit_ledger::{Action, Comparison, Ledger, SafetyNumber};
use pipit_store::Transaction;
use pipit_store::table::{alarm, ledger, person};

use super::device::signer_of;
use crate::client::Client;
use crate::error::ClientError;
use crate::sync::{self, Change};

/// What signed a device in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustedDeviceSigner {
    /// It began the account.
    Itself,
    /// Another device of the account.
    Device,
    /// The recovery key: typed, or opened by the password.
    RecoveryKey,
}

impl TrustedDeviceSigner {
    /// The word of a line.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Device => "device",
            Self::RecoveryKey => "recovery",
        }
    }
}

/// A device in force, as its account's ledger has it.
#[derive(Debug, Clone, Copy)]
pub struct TrustedDevice {
    /// Which.
    pub device: DeviceId,
    /// When it was signed in, by the signer's clock.
    pub added_at: Timestamp,
    /// By what.
    pub signer: TrustedDeviceSigner,
}

/// What two people compare.
#[derive(Debug, Clone)]
pub struct SafetyRecord {
    /// Whose.
    pub account: AccountId,
    /// What to call them.
    pub name: Redacted<String>,
    /// The digits in groups of five.
    pub groups: Vec<String>,
    /// What the other scans.
    pub code: String,
    /// When this person found that they match.
    pub verified_at: Option<Timestamp>,
    /// The other's devices, the oldest first.
    pub devices: Vec<TrustedDevice>,
}

fn devices(ledger: &Ledger) -> Vec<TrustedDevice> {
    let mut devices = Vec::new();
    for entry in ledger.entries() {
        let (Action::Create { device, .. } | Action::Add { device, .. }) = &entry.action else {
            continue;
        };
        let device = device.device_id();
        if ledger.devices().contains_key(&device)
            && let Some(signer) = signer_of(ledger, device)
        {
            devices.push(TrustedDevice {
                device,
                added_at: entry.time,
                signer,
            });
        }
    }
    devices
}

impl Client {
    /// What to compare with a person.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] for the own account, or when nobody has this id.
    pub async fn safety_number(&self, account: AccountId) -> Result<SafetyRecord, ClientError> {
        let session = self.session()?;
        let own = session.own();
        if account == own {
            return Err(ClientError::UnknownAccount);
        }
        session.meet(&[account]).await?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let number = SafetyNumber::new(own, account);
                let ledger =
                    ledger::get(connection, account)?.ok_or(ClientError::UnknownAccount)?;
                Ok(SafetyRecord {
                    account,
                    name: reader.name(connection, account)?,
                    groups: number.groups(),
                    code: number.code(),
                    verified_at: person::get(connection, account)?.verified_at,
                    devices: devices(&ledger),
                })
            })
            .await
    }

    /// Compares what was scanned or typed from that person's screen.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] for the own account.
    pub fn compare_safety(
        &self,
        account: AccountId,
        entered: &str,
    ) -> Result<Comparison, ClientError> {
        let own = self.session()?.own();
        if account == own {
            return Err(ClientError::UnknownAccount);
        }
        Ok(SafetyNumber::new(own, account).compare(entered))
    }

    /// The person has compared, or takes that back; all devices of the account know it. Who was compared may be
    /// written to: alarms about them in the 1:1 are decided on by that.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] for the own account, or the history can't be written.
    pub async fn verify(&self, account: AccountId, is_verified: bool) -> Result<(), ClientError> {
        let session = self.session()?;
        if account == session.own() {
            return Err(ClientError::UnknownAccount);
        }
        let change = Change::Verified {
            account,
            is_verified,
        };
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction: &Transaction<'_>| {
                if is_verified {
                    let chat = pipit_ledger::conversation::direct(worker.own(), account);
                    alarm::settle(transaction, chat)?;
                }
                sync::record(transaction, &worker, &change)
            })
            .await?;
        session.tell(&self.shared, events);
        session.outbox_wake.notify_one();
        Ok(())
    }
}
