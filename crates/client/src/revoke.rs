//! Revoking a device: its ledger says so at once, and its leaf goes from every conversation by a commit.
//!
//! From the entry on the server ends the device's sessions and gives it no more mail. That is not left to
//! the server alone: whoever reads the entry notes the leaf in each conversation that it may be in
//! ([`pipit_store::table::revoked_leaf`]), and seals nothing there until it is out.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use pipit_domain::DeviceId;
use pipit_e2ee::{Change, Committed, Group, Roster as _, Standing};
use pipit_ledger::LedgerError;
use pipit_net::NetError;
use pipit_store::Transaction;
use pipit_store::table::{ledger, revoked_leaf};
use pipit_wire::v1::{AppendLedger, Empty, RefusalCode};

use crate::client::{Client, Shared};
use crate::commit::Making;
use crate::error::ClientError;
use crate::event::Event;
use crate::ledgers::StoredLedgers;
use crate::session::Session;

/// Other devices that change the ledger at the same moment are too many.
const TRIES: usize = 5;

impl Client {
    /// Takes another device of the account out of force, for ever: a lost one, or one that is no longer used.
    /// Answers when the server has its entry; the conversations follow by themselves.
    ///
    /// # Errors
    /// [`ClientError::UnknownDevice`] when no other device in force has this id; when there is no connection.
    pub async fn revoke_device(&self, device: DeviceId) -> Result<(), ClientError> {
        let session = self.session()?;
        if device == session.account.device.device_id() {
            return Err(ClientError::OwnDevice);
        }
        session.revoke(device).await
    }
}

impl Session {
    /// Takes a device of the account out of force.
    ///
    /// # Errors
    /// As [`Client::revoke_device`].
    pub(crate) async fn revoke(&self, device: DeviceId) -> Result<(), ClientError> {
        for _ in 0..TRIES {
            match self.append_revocation(device).await {
                // Another device has changed the ledger meanwhile: the entry has to follow that one's.
                Err(ClientError::Net(error))
                    if error.refusal() == Some(RefusalCode::InvalidLedger) => {}
                done => return done,
            }
        }
        Err(ClientError::Internal(
            "the account's devices kept changing while one was to be removed",
        ))
    }

    async fn append_revocation(&self, device: DeviceId) -> Result<(), ClientError> {
        let own = self.own();
        self.refresh_ledgers(&[own]).await?;
        let stored = self
            .store
            .read(move |connection| ledger::get(connection, own))
            .await?;
        let mut stored = stored.ok_or(ClientError::Internal("own ledger"))?;
        let entry = stored
            .revoke_device(&self.account.device, device, self.server_now())
            .map_err(|error| match error {
                LedgerError::Full => ClientError::Internal("ledger is full"),
                _ => ClientError::UnknownDevice,
            })?;
        let body = AppendLedger {
            account_id: own.to_vec(),
            entry: entry.encode(),
            ..AppendLedger::default()
        };
        let _: Empty = self.post("/v1/ledger", &body).await?;
        self.store
            .write(move |transaction| ledger::put(transaction, &stored))
            .await?;
        self.publisher.publish([Event::DevicesChanged]);
        self.revokes_now.store(true, Ordering::Relaxed);
        self.group_wake.notify_one();
        Ok(())
    }

    /// Whether a revoked leaf may be in some conversation.
    ///
    /// # Errors
    /// When the history can't be read.
    pub(crate) async fn has_revoked_leaves(&self) -> Result<bool, ClientError> {
        let rows = self.store.read(revoked_leaf::conversations).await?;
        Ok(!rows.is_empty())
    }

    /// Takes revoked leaves out of all conversations, that of the newest message first. Where it fails for good
    /// is told at the end: the others don't wait for it.
    ///
    /// # Errors
    /// When the line does not let it through, or one could not be changed.
    pub(crate) async fn remove_all_revoked(&self, shared: &Shared) -> Result<(), ClientError> {
        let mut worst = Ok(());
        for row in self.store.read(revoked_leaf::conversations).await? {
            match self.remove_revoked(shared, row).await {
                Err(ClientError::Net(error)) if error.is_passing() => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, "a revoked device is still in a conversation");
                    worst = Err(error);
                }
                Ok(()) => {}
            }
        }
        worst
    }

    /// Takes revoked leaves out of one conversation.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses.
    pub(crate) async fn remove_revoked(
        &self,
        shared: &Shared,
        row: i64,
    ) -> Result<(), ClientError> {
        let make = move |making: &Making<'_>| {
            let members: HashSet<DeviceId> = making
                .group
                .members()
                .iter()
                .map(|leaf| leaf.device)
                .collect();
            let mut revoked = revoked_leaf::list(making.transaction, row)?;
            for gone in revoked.extract_if(.., |device| !members.contains(device)) {
                revoked_leaf::forget(making.transaction, row, gone)?;
            }
            Ok((!revoked.is_empty()).then(|| Change::remove(revoked)))
        };
        match self.commit(shared, row, make).await {
            // This device is out itself, and seals nothing there.
            Err(ClientError::Net(NetError::Refused(refused)))
                if refused.code() == RefusalCode::NotAMember =>
            {
                self.forget_revoked(row).await
            }
            done => done.map(drop),
        }
    }

    async fn forget_revoked(&self, row: i64) -> Result<(), ClientError> {
        self.store
            .write(move |transaction| {
                for device in revoked_leaf::list(transaction, row)? {
                    revoked_leaf::forget(transaction, row, device)?;
                }
                Ok(())
            })
            .await
    }
}

/// Notes the revoked leaves of a group that this device has come into.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn joined(
    transaction: &Transaction<'_>,
    row: i64,
    group: &Group,
    ledgers: &StoredLedgers<'_>,
) -> Result<(), ClientError> {
    for leaf in group.members() {
        if ledgers.standing(&leaf) == Standing::Revoked {
            revoked_leaf::note(transaction, row, leaf.device)?;
        }
    }
    Ok(())
}

/// Notes what a commit did: who it added may have been revoked meanwhile, and who it took out is gone.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn applied(
    transaction: &Transaction<'_>,
    row: i64,
    committed: &Committed,
) -> Result<(), ClientError> {
    let ledgers = StoredLedgers::new(transaction);
    for leaf in &committed.added {
        if ledgers.standing(leaf) == Standing::Revoked {
            revoked_leaf::note(transaction, row, leaf.device)?;
        }
    }
    for leaf in &committed.removed {
        revoked_leaf::forget(transaction, row, leaf.device)?;
    }
    Ok(())
}
