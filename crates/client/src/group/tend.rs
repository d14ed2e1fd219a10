//! The task that does what has to wait: settling changes that were not answered, adding many, going on with
//! leaving, removing who left or was revoked, answering who asks for the info.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_domain::AccountId;
use pipit_e2ee::{Change, NewLeaf, Provider, Role, Suite};
use pipit_net::NetError;
use pipit_store::mls_storage;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation;
use pipit_store::table::group_member::{self, Standing};
use pipit_wire::v1::{ClaimedKeyPackage, RefusalCode};
use tokio::time::sleep;

use super::change::removal;
use super::info;
use super::line::Place;
use crate::client::{Connection, Shared};
use crate::clock::random;
use crate::commit::{Making, Settled, not_a_member};
use crate::epoch::load;
use crate::error::ClientError;
use crate::ledgers::StoredLedgers;
use crate::session::Session;
use crate::task;

/// Accounts in one commit: with three devices each they stay below what a commit may add.
const ACCOUNTS_PER_COMMIT: usize = 80;
/// Accounts whose key packages are claimed at once: what fits one answer for sure.
const ACCOUNTS_PER_CLAIM: usize = 8;
/// Several members can remove who left, or answer who asks: each waits a random time up to this, and the
/// first one does it for all.
const TURN_MAX_MS: u64 = 2_000;
/// After a try that the line did not let through.
const PAUSE: Duration = Duration::from_secs(5);

/// Starts the task; it ends with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let wake = Arc::clone(&session.group_wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        loop {
            wake.notified().await;
            let (Some(strong), Some(shared)) = (session.upgrade(), shared.upgrade()) else {
                return;
            };
            if shared.connection() != Connection::Online {
                continue;
            }
            if let Err(error) = strong.tend(&shared).await {
                tracing::info!(%error, "something in a group is left for later");
                let wake = Arc::clone(&wake);
                task::start(async move {
                    sleep(PAUSE).await;
                    wake.notify_one();
                });
            }
        }
    });
}

impl Session {
    async fn tend(&self, shared: &Shared) -> Result<(), ClientError> {
        self.settle_commits(shared).await?;
        let revoked = self.put_out_revoked(shared).await;
        let rows = self.store.read(chat_group::to_tend).await?;
        let mut worst = revoked;
        for row in rows {
            if let Err(error) = self.tend_group(shared, row).await {
                worst = Err(error);
            }
        }
        worst
    }

    /// The device that has revoked another begins; should it go away, the others do it.
    async fn put_out_revoked(&self, shared: &Shared) -> Result<(), ClientError> {
        if !self.has_revoked_leaves().await? {
            return Ok(());
        }
        if !self.revokes_now.swap(false, Ordering::Relaxed) {
            sleep(turn()).await;
        }
        self.remove_all_revoked(shared).await
    }

    async fn tend_group(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        let (membership, is_asked, wanted, leaving) = self
            .store
            .read(move |connection| {
                let group = chat_group::get(connection, row)?.ok_or_else(not_a_member)?;
                let list = |standing| group_member::list(connection, row, standing);
                let (wanted, leaving) = (list(Standing::Wanted)?, list(Standing::Leaving)?);
                Ok::<_, ClientError>((group.membership, group.is_asked, wanted, leaving))
            })
            .await?;
        if membership == Membership::Leaving {
            return self.finish_leaving(shared, row).await;
        }
        if !wanted.is_empty() {
            match self.add_wanted(shared, row).await {
                Err(ClientError::Net(error)) if error.is_passing() => return Err(error.into()),
                Err(error) => tracing::warn!(%error, "somebody was not added to a group"),
                Ok(()) => {}
            }
        }
        if !leaving.is_empty() || is_asked {
            sleep(turn()).await;
        }
        if !leaving.is_empty() {
            self.remove_leaving(shared, row).await?;
        }
        if is_asked {
            self.answer_info(row).await?;
        }
        Ok(())
    }

    /// Adds everybody who is wanted in a group, in as many commits as that takes.
    ///
    /// # Errors
    /// When the server can't be reached, or refuses: then they are no longer wanted.
    pub(super) async fn add_wanted(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        self.establish(shared, row).await?;
        loop {
            let wanted: Vec<AccountId> = self
                .store
                .read(move |connection| group_member::list(connection, row, Standing::Wanted))
                .await?;
            let wanted: Vec<AccountId> = wanted.into_iter().take(ACCOUNTS_PER_COMMIT).collect();
            if wanted.is_empty() {
                return Ok(());
            }
            match self.add_some(shared, row, &wanted).await {
                Ok(Settled::Committed) => {}
                // They have no device that can be added, or came in another way meanwhile.
                Ok(Settled::Unneeded) => {
                    if self.give_up(row, wanted).await? {
                        return Err(ClientError::UnknownAccount);
                    }
                }
                Err(ClientError::Net(error)) if error.is_passing() => return Err(error.into()),
                Err(error) => {
                    self.give_up(row, wanted).await?;
                    return Err(error);
                }
            }
        }
    }

    /// Forgets who is still wanted; answers whether there was anybody.
    async fn give_up(&self, row: i64, wanted: Vec<AccountId>) -> Result<bool, ClientError> {
        self.store
            .write(move |transaction| {
                let mut any = false;
                for account in wanted {
                    if group_member::is(transaction, row, account, Standing::Wanted)? {
                        group_member::remove(transaction, row, account)?;
                        any = true;
                    }
                }
                Ok(any)
            })
            .await
    }

    async fn add_some(
        &self,
        shared: &Shared,
        row: i64,
        accounts: &[AccountId],
    ) -> Result<Settled, ClientError> {
        self.refresh_ledgers(accounts).await?;
        let crypto = Arc::clone(&self.crypto);
        let suite = self
            .store
            .read(move |connection| {
                load(connection, &crypto, row)?
                    .map(|group| group.suite())
                    .ok_or_else(not_a_member)
            })
            .await?;
        let claimed = self.claim_all(accounts, suite).await?;
        let id = self.conversation_row(row).await?.id;
        self.check_claimed(id, accounts, suite, &claimed).await?;
        // Others' keys are judged by the server's time.
        self.check_clock(shared).await;
        let (crypto, now) = (Arc::clone(&self.crypto), self.server_now());
        let make = move |making: &Making<'_>| {
            let members = making.group.members();
            let is_in: HashSet<_> = members.iter().map(|leaf| leaf.device).collect();
            let wanted = group_member::list(making.transaction, row, Standing::Wanted)?;
            let wanted: HashSet<_> = wanted.into_iter().collect();
            // Who left and comes back has old leaves that go first.
            let stale: Vec<_> = members
                .iter()
                .map(|leaf| leaf.account)
                .filter(|account| wanted.contains(account))
                .collect();
            if !stale.is_empty() {
                return Ok(removal(making.group, &stale));
            }
            let storage = mls_storage(making.transaction);
            let provider = Provider::new(&crypto, &storage);
            let ledgers = StoredLedgers::new(making.transaction);
            let leaves: Vec<NewLeaf> = claimed
                .iter()
                .filter_map(|claimed| {
                    match NewLeaf::verify(&provider, &claimed.key_package, suite, &ledgers, now) {
                        Ok(leaf) => Some(leaf),
                        // A device that slept too long: it joins from outside when it wakes.
                        Err(error) => {
                            tracing::warn!(%error, "left out a device whose key package can't be used");
                            None
                        }
                    }
                })
                .filter(|leaf| {
                    let leaf = leaf.identity();
                    wanted.contains(&leaf.account) && !is_in.contains(&leaf.device)
                })
                .take(pipit_e2ee::ADDS_PER_COMMIT_MAX)
                .collect();
            Ok((!leaves.is_empty()).then(|| Change::add(leaves)))
        };
        self.commit(shared, row, make).await
    }

    /// Key packages of all devices of these accounts, a few accounts at a time, as fast as the server lets.
    async fn claim_all(
        &self,
        accounts: &[AccountId],
        suite: Suite,
    ) -> Result<Vec<ClaimedKeyPackage>, ClientError> {
        let mut all = Vec::new();
        for accounts in accounts.chunks(ACCOUNTS_PER_CLAIM) {
            loop {
                match self.claim_in(accounts, suite).await {
                    Ok(claimed) => {
                        all.extend(claimed.key_packages);
                        break;
                    }
                    Err(ClientError::Net(NetError::Refused(refused)))
                        if refused.code() == RefusalCode::SlowDown =>
                    {
                        sleep(Duration::from_millis(
                            refused.retry_after_ms.max(100).into(),
                        ))
                        .await;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(all)
    }

    /// Removes the leaves of those who said that they leave, when this account may.
    async fn remove_leaving(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        let own = self.own();
        let make = move |making: &Making<'_>| {
            let Some(charter) = making.group.charter() else {
                return Ok(None);
            };
            let leaving = group_member::list(making.transaction, row, Standing::Leaving)?;
            let own_role = charter.role(own);
            let leaving: Vec<_> = leaving
                .into_iter()
                .filter(|account| match own_role {
                    // Somebody may have made them an owner as they left.
                    Role::Owner => true,
                    Role::Admin => charter.role(*account) == Role::Member,
                    Role::Member => false,
                })
                .collect();
            Ok(removal(making.group, &leaving))
        };
        self.commit(shared, row, make).await.map(drop)
    }

    async fn answer_info(&self, row: i64) -> Result<(), ClientError> {
        let (own, at) = (self.own(), self.server_now());
        self.store
            .write(move |transaction| {
                let is_asked =
                    chat_group::get(transaction, row)?.is_some_and(|group| group.is_asked);
                let has_keys = conversation::by_row(transaction, row)?
                    .is_some_and(|place| place.group.is_some());
                if is_asked && has_keys {
                    info::tell(&Place {
                        transaction,
                        conversation: row,
                        own,
                        at,
                    })?;
                }
                Ok::<_, ClientError>(())
            })
            .await?;
        self.outbox_wake.notify_one();
        Ok(())
    }
}

fn turn() -> Duration {
    let drawn = u64::from(u16::from_be_bytes(random()));
    Duration::from_millis(drawn % TURN_MAX_MS)
}
