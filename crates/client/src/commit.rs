//! Commits of this device: made from the group as it is, ordered by the server, confirmed or made anew.
//!
//! A commit is pending in the group's keys, and its request is kept beside them, from the transaction
//! that makes it to the one that knows what became of it:
//!
//! | what happens | what follows |
//! |---|---|
//! | the server accepts it | confirmed: the group moves on |
//! | mail of the epoch after it arrives before that answer | the same: had another commit been first, it would be in the mailbox before that mail |
//! | another's commit is opened | the keys drop ours, and the request goes with it |
//! | `STALE_EPOCH` | given up; when the winner is applied, made anew if it is still wanted |
//! | another refusal that stays | given up, and told to the caller |
//! | no answer, or the process ends | the same bytes are sent again; the server knows the envelope id |

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pipit_domain::{AccountId, Timestamp};
use pipit_e2ee::{Change, CommitError, Committed, Crypto, Group, Provider, Refusal};
use pipit_net::NetError;
use pipit_store::table::{conversation, outbox, pending_commit};
use pipit_store::{Transaction, mls_storage};
use pipit_wire::frame::Message as _;
use pipit_wire::v1::{Accepted, CommitGroup, RefusalCode, Refused};
use tokio::sync::OwnedMutexGuard;

use crate::client::Shared;
use crate::clock::random_envelope;
use crate::conversation::changed;
use crate::epoch::load;
use crate::error::ClientError;
use crate::event::Event;
use crate::group;
use crate::people;
use crate::renewal_plan::{Urgency, plan};
use crate::revoke;
use crate::session::Session;
use crate::trust::device;

/// Each lost race means that somebody else's commit has won, so progress is made; a few rounds settle
/// any real race.
const TRIES: usize = 8;

/// What a change is made from: the group as it is, inside the transaction that keeps the commit.
pub(crate) struct Making<'a> {
    /// For rows that belong to the change; they are kept only with the commit.
    pub(crate) transaction: &'a Transaction<'a>,
    /// Row of the conversation.
    pub(crate) conversation: i64,
    /// The group as it is now.
    pub(crate) group: &'a Group,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The group was so already (or no longer allows it): nothing was committed now.
    Unneeded,
    /// The server has ordered our commit, and the group has moved on.
    Committed,
}

/// What became of one request.
enum Answered {
    Accepted,
    /// Another commit was first, and is applied here.
    Lost,
}

impl Session {
    /// Changes a group by a commit: `make` says what is still to be done, looking at the group as it is;
    /// it is asked again whenever somebody else's commit came first. Survives a restart at any point:
    /// whoever wants the change asks again then, and `make` sees what was done.
    ///
    /// # Errors
    /// When the server can't be reached (the commit may have been made: ask again), refuses for good, or
    /// `make` fails.
    pub(crate) async fn commit<F>(
        &self,
        shared: &Shared,
        row: i64,
        make: F,
    ) -> Result<Settled, ClientError>
    where
        F: Fn(&Making<'_>) -> Result<Option<Change>, ClientError> + Send + Sync + 'static,
    {
        self.establish(shared, row).await?;
        let _turn = self.commits.take(row).await;
        self.settle_pending(shared, row).await?;
        let make = Arc::new(make);
        for _ in 0..TRIES {
            let Some(request) = self.make_commit(row, Arc::clone(&make)).await? else {
                return Ok(Settled::Unneeded);
            };
            match self.submit_commit(shared, row, request).await {
                Ok(Answered::Accepted) => return Ok(Settled::Committed),
                Ok(Answered::Lost) => {}
                Err(error) => {
                    // What became of it is found out, whether or not the connection breaks, too.
                    self.group_wake.notify_one();
                    return Err(error);
                }
            }
        }
        Err(ClientError::Internal(
            "a conversation kept changing while it was to be changed",
        ))
    }

    /// Finds out what became of the commits that a former try, connection or process left behind.
    ///
    /// # Errors
    /// Only when the connection is gone.
    pub(crate) async fn settle_commits(&self, shared: &Shared) -> Result<(), ClientError> {
        for row in self.store.read(pending_commit::conversations).await? {
            let _turn = self.commits.take(row).await;
            match self.settle_pending(shared, row).await {
                Err(ClientError::Net(error)) if error.refusal().is_none() => {
                    return Err(error.into());
                }
                Err(error) => tracing::warn!(%error, "a change of members was not settled"),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn settle_pending(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        let kept = self
            .store
            .read(move |connection| pending_commit::get(connection, row))
            .await?;
        match kept {
            Some(request) => self.submit_commit(shared, row, request).await.map(drop),
            None => Ok(()),
        }
    }

    async fn make_commit<F>(&self, row: i64, make: Arc<F>) -> Result<Option<Vec<u8>>, ClientError>
    where
        F: Fn(&Making<'_>) -> Result<Option<Change>, ClientError> + Send + Sync + 'static,
    {
        let (crypto, identity) = (Arc::clone(&self.crypto), self.identity.clone());
        self.store
            .write(move |transaction| {
                let place = conversation::by_row(transaction, row)?
                    .ok_or(ClientError::UnknownConversation)?;
                let group = load(transaction, &crypto, row)?.ok_or_else(not_a_member)?;
                let change = make(&Making {
                    transaction,
                    conversation: row,
                    group: &group,
                })?;
                let Some(change) = change else {
                    return Ok(None);
                };
                let storage = mls_storage(transaction);
                let provider = Provider::new(&crypto, &storage);
                let envelope = random_envelope();
                let (_, commit) = group
                    .commit(&provider, &identity, change, envelope)
                    .map_err(commit_error)?;
                let request = CommitGroup {
                    conversation_id: place.id.to_vec(),
                    epoch: commit.epoch,
                    envelope_id: envelope.to_vec(),
                    commit: commit.commit,
                    welcome: commit.welcome.unwrap_or_default(),
                    group_info: commit.group_info,
                }
                .encode_to_vec();
                pending_commit::set(transaction, row, &request)?;
                Ok(Some(request))
            })
            .await
    }

    async fn submit_commit(
        &self,
        shared: &Shared,
        row: i64,
        request: Vec<u8>,
    ) -> Result<Answered, ClientError> {
        let body = CommitGroup::decode(&request[..])
            .map_err(|_| ClientError::Internal("kept change of members"))?;
        let posted: Result<Accepted, NetError> = self.post("/v1/conversations/commit", &body).await;
        match posted {
            Ok(accepted) => {
                let at = Timestamp::from_millis(accepted.time);
                self.confirm_commit(shared, row, at).await?;
                Ok(Answered::Accepted)
            }
            Err(NetError::Refused(refused)) if refused.code() == RefusalCode::StaleEpoch => {
                self.abandon_commit(row).await?;
                self.reach_epoch(shared, row, refused.epoch).await?;
                Ok(Answered::Lost)
            }
            Err(error) if error.refusal().is_some() && !error.is_passing() => {
                self.abandon_commit(row).await?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn confirm_commit(
        &self,
        shared: &Shared,
        row: i64,
        at: Timestamp,
    ) -> Result<(), ClientError> {
        let (crypto, reader, own) = (Arc::clone(&self.crypto), self.reader.clone(), self.own());
        let events = self
            .store
            .write(move |transaction| {
                let Some(lines) = confirm(transaction, &crypto, own, row, at)? else {
                    // Mail of the epoch after it was here first.
                    return Ok(Vec::new());
                };
                let mut events = Vec::new();
                for line in lines {
                    let record = reader.message_by_row(transaction, line)?;
                    events.push(Event::MessageAdded(record));
                }
                events.extend(changed(&reader, transaction, [row])?);
                Ok::<_, ClientError>(events)
            })
            .await?;
        shared.publisher.publish(events);
        self.group_changed.notify_waiters();
        self.outbox_wake.notify_one();
        Ok(())
    }

    async fn abandon_commit(&self, row: i64) -> Result<(), ClientError> {
        let crypto = Arc::clone(&self.crypto);
        self.store
            .write(move |transaction| {
                // When it is gone, another's commit has replaced it in the keys, too.
                if pending_commit::remove(transaction, row)?
                    && let Some(group) = load(transaction, &crypto, row)?
                {
                    let storage = mls_storage(transaction);
                    group
                        .abandon(&Provider::new(&crypto, &storage))
                        .map_err(|_| ClientError::Internal("keys of a conversation"))?;
                }
                Ok(())
            })
            .await
    }
}

/// The server has taken our pending commit: the group moves on. Answers the rows of the lines that tell of
/// it, or `None` when there was none.
///
/// # Errors
/// When keys or history can't be written; roll back.
pub(crate) fn confirm(
    transaction: &Transaction<'_>,
    crypto: &Crypto,
    own: AccountId,
    row: i64,
    at: Timestamp,
) -> Result<Option<Vec<i64>>, ClientError> {
    if !pending_commit::remove(transaction, row)? {
        return Ok(None);
    }
    let Some(group) = load(transaction, crypto, row)? else {
        return Ok(None);
    };
    let storage = mls_storage(transaction);
    match group.confirm(&Provider::new(crypto, &storage)) {
        Ok((group, committed)) => {
            let lines = note(transaction, crypto, own, row, &committed, at)?;
            let devices = group.members().len();
            plan(transaction, row, Urgency::Later, devices, at)?;
            Ok(Some(lines))
        }
        Err(CommitError::NothingPending) => Ok(None),
        Err(_) => Err(ClientError::Internal("keys of a conversation")),
    }
}

/// What every applied commit brings with it, whoever made it. Answers the rows of the lines that tell of it.
///
/// # Errors
/// When the history can't be written; roll back.
pub(crate) fn note(
    transaction: &Transaction<'_>,
    crypto: &Crypto,
    own: AccountId,
    row: i64,
    committed: &Committed,
    at: Timestamp,
) -> Result<Vec<i64>, ClientError> {
    if committed.dropped_ours {
        pending_commit::remove(transaction, row)?;
    }
    if committed.is_member {
        // Sealed for the epoch before; the same envelope ids are sealed again.
        outbox::unseal(transaction, row)?;
    }
    revoke::applied(transaction, row, committed)?;
    let mut lines = group::applied(transaction, crypto, own, row, committed, at)?;
    lines.extend(device::note_added(transaction, own, row, committed, at)?);
    if committed.is_from_outside || !committed.added.is_empty() {
        people::profile::newcomers(transaction, row)?;
    }
    Ok(lines)
}

pub(crate) fn not_a_member() -> ClientError {
    NetError::Refused(Refused::new(
        RefusalCode::NotAMember,
        "This device can't change this chat any more.",
    ))
    .into()
}

fn commit_error(error: CommitError) -> ClientError {
    match error {
        CommitError::NotMember => not_a_member(),
        CommitError::Refused(Refusal::Breach(_)) => ClientError::NotAllowed,
        CommitError::TooMany => NetError::Refused(Refused::new(
            RefusalCode::TooLarge,
            "These are more devices than a chat can take.",
        ))
        .into(),
        error => {
            tracing::error!(%error, "a change of members could not be made");
            ClientError::Internal("a change of members")
        }
    }
}

/// Whose turn it is, for each conversation.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    pub(crate) async fn take(&self, row: i64) -> OwnedMutexGuard<()> {
        let turn = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody holds or waits for need not be remembered.
            all.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(all.entry(row).or_default())
        };
        turn.lock_owned().await
    }
}
