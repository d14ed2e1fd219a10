//! Joining from outside: a device that the account signed in after a conversation began, or one that
//! lost its state, comes in by an external commit.

use std::sync::Arc;

use pipit_domain::{AccountId, ConversationId, GroupId};
use pipit_e2ee::{Group, JoinError, Provider, Refusal};
use pipit_ledger::conversation as derived;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::{outbox, pending_commit, pending_join};
use pipit_store::{Transaction, mls_storage};
use pipit_wire::frame::Message;
use pipit_wire::v1::{
    Accepted, CommitGroup, ConversationState, GroupState, ListConversations, RefusalCode,
    client_frame, server_frame,
};

use crate::client::Shared;
use crate::clock::random_envelope;
use crate::commit::not_a_member;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::establish::delete_group;
use crate::group;
use crate::ledgers::StoredLedgers;
use crate::renewal_plan::{Urgency, plan};
use crate::revoke;
use crate::session::Session;
use crate::trust::Alarm;

/// Each try that comes too late makes somebody else's commit win, so progress is made; a few rounds
/// settle any real race.
const TRIES: usize = 8;

impl Session {
    /// Joins every conversation of this account in which this device has no leaf yet, and finds out what
    /// became of joining those where the server's answer did not come. Called when the mail that waited has
    /// been read: an invitation in it comes first. Answers how the server sees the conversations.
    pub(crate) async fn join_missing(
        &self,
        shared: &Shared,
    ) -> Result<Vec<ConversationState>, ClientError> {
        // Asked for by who holds this: what somebody else is joining now is not joined twice.
        let joining = self.joining.lock().await;
        let states = self.conversation_states().await?;
        let mut unsettled = Vec::new();
        for state in &states {
            let Ok(id) = ConversationId::try_from(&state.conversation_id[..]) else {
                continue;
            };
            let row = self
                .store
                .read(move |connection| conversation::get(connection, id))
                .await?;
            let is_new = row.is_none();
            let (has_group, is_unsure) = match &row {
                Some(row) => (
                    row.group.is_some(),
                    self.kept_join(row.conversation).await?.is_some(),
                ),
                None => (false, false),
            };
            if state.is_member && has_group && !is_unsure {
                continue;
            }
            if state.is_member && state.has_handshake {
                // It was invited after the mail that waited.
                continue;
            }
            if let Some(row) = row.filter(|row| row.pending_create.is_some()) {
                // Somebody was first. The outbox task may have nothing to send there any more, and not learn it.
                unsettled.push(row.conversation);
                continue;
            }
            self.rejoin_or_leave(id).await?;
            if is_new {
                self.list_joined(id).await?;
            }
            self.show_joined(shared, id).await?;
        }
        for id in self.store.read(pending_join::conversations).await? {
            if !states
                .iter()
                .any(|state| state.conversation_id == id.as_bytes())
            {
                self.stay_out(id).await?;
            }
        }
        // It joins by itself, where it has to.
        drop(joining);
        for row in unsettled {
            self.settle_creation(shared, row).await?;
        }
        Ok(states)
    }

    /// Finds out what became of a conversation that this device was making; one that can't be made does not keep the
    /// others waiting.
    ///
    /// # Errors
    /// Only when trying again may help.
    async fn settle_creation(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        match self.establish(shared, row).await {
            Err(ClientError::Net(error)) if error.is_passing() || error.refusal().is_none() => {
                Err(error.into())
            }
            Err(error) => {
                tracing::info!(%error, "a conversation is not established");
                Ok(())
            }
            Ok(()) => {
                let id = self.conversation_row(row).await?.id;
                self.show_joined(shared, id).await
            }
        }
    }

    /// The account talks there already, though its messages are not on this device.
    async fn list_joined(&self, id: ConversationId) -> Result<(), ClientError> {
        self.store
            .write(move |transaction| {
                let row = conversation::get(transaction, id)?
                    .filter(|row| row.kind == ConversationKind::Direct && row.group.is_some());
                if let Some(row) = row {
                    conversation::set_opened(transaction, row.conversation, true)?;
                }
                Ok(())
            })
            .await
    }

    /// Tells whoever watches that a conversation is here now.
    pub(crate) async fn show_joined(
        &self,
        shared: &Shared,
        id: ConversationId,
    ) -> Result<(), ClientError> {
        let reader = self.reader.clone();
        let events = self
            .store
            .read(move |connection| {
                let row = conversation::get(connection, id)?.filter(|row| row.group.is_some());
                Ok::<_, ClientError>(changed(
                    &reader,
                    connection,
                    row.map(|row| row.conversation),
                )?)
            })
            .await?;
        shared.publisher.publish(events);
        Ok(())
    }

    /// Joins a conversation from outside; one that can't be joined does not keep the others waiting.
    ///
    /// # Errors
    /// Only when trying again may help.
    pub(crate) async fn rejoin_or_leave(&self, id: ConversationId) -> Result<(), ClientError> {
        match self.rejoin(id).await {
            Err(ClientError::Net(error)) if error.is_passing() || error.refusal().is_none() => {
                Err(error.into())
            }
            Err(error) => {
                tracing::warn!(%error, "a conversation could not be joined");
                let refusal = match &error {
                    ClientError::Net(error) => error.refusal(),
                    _ => None,
                };
                match refusal {
                    Some(RefusalCode::NotAMember | RefusalCode::UnknownConversation) => {
                        self.stay_out(id).await
                    }
                    _ => Ok(()),
                }
            }
            Ok(()) => Ok(()),
        }
    }

    /// This account has gone from there meanwhile. Where mail has shown that the device came in, mail says so, too.
    async fn stay_out(&self, id: ConversationId) -> Result<(), ClientError> {
        let crypto = Arc::clone(&self.crypto);
        self.store
            .write(
                move |transaction| match conversation::get(transaction, id)? {
                    Some(place)
                        if place.kind == ConversationKind::Group && place.group.is_none() =>
                    {
                        group::stayed_out(transaction, &crypto, &place)
                    }
                    _ => Ok(()),
                },
            )
            .await
    }

    /// How the server sees this account's conversations.
    pub(crate) async fn conversation_states(&self) -> Result<Vec<ConversationState>, ClientError> {
        let mut all: Vec<ConversationState> = Vec::new();
        loop {
            let after = all
                .last()
                .map(|state| state.conversation_id.clone())
                .unwrap_or_default();
            let request = client_frame::Body::ListConversations(ListConversations { after });
            let page = self
                .ask(request, |body| match body {
                    server_frame::Body::Conversations(page) => Some(page),
                    _ => None,
                })
                .await?;
            let is_end = !page.more || page.conversations.is_empty();
            all.extend(page.conversations);
            if is_end {
                return Ok(all);
            }
        }
    }

    /// Joins one conversation from outside. A commit whose answer did not come is sent again as it was:
    /// other keys are made only when it is known that these don't count.
    pub(crate) async fn rejoin(&self, id: ConversationId) -> Result<(), ClientError> {
        for _ in 0..TRIES {
            let row = self
                .store
                .read(move |connection| conversation::get(connection, id))
                .await?;
            let kept = match row {
                Some(row) => self.kept_join(row.conversation).await?,
                None => None,
            };
            let (group, request) = match kept {
                Some(kept) => kept,
                None => {
                    let state: GroupState = self.get(&format!("/v1/conversations/{id}")).await?;
                    match self.learn_members(&state.tree).await {
                        // Whose it is shows when their leaf is looked at.
                        Ok(()) | Err(ClientError::UnknownAccount | ClientError::LedgerMismatch) => {
                        }
                        Err(error) => return Err(error),
                    }
                    self.external_commit(id, &state).await?
                }
            };
            let body = CommitGroup::decode(&request[..])
                .map_err(|_| ClientError::Internal("kept way into a conversation"))?;
            let posted: Result<Accepted, _> = self.post("/v1/conversations/commit", &body).await;
            match posted {
                Ok(_) => return self.enter(id, group).await,
                Err(error) if error.refusal() == Some(RefusalCode::StaleEpoch) => {
                    self.forget_join(id).await?;
                }
                Err(error) => {
                    if error.refusal().is_some() && !error.is_passing() {
                        self.forget_join(id).await?;
                    }
                    return Err(error.into());
                }
            }
        }
        Err(ClientError::Internal(
            "a conversation kept changing while joining it",
        ))
    }

    async fn kept_join(&self, row: i64) -> Result<Option<(GroupId, Vec<u8>)>, ClientError> {
        Ok(self
            .store
            .read(move |connection| pending_join::get(connection, row))
            .await?)
    }

    /// The server did not take it, and never will.
    async fn forget_join(&self, id: ConversationId) -> Result<(), ClientError> {
        self.store
            .write(move |transaction| {
                if let Some(row) = conversation::get(transaction, id)? {
                    pending_join::remove(transaction, row.conversation)?;
                }
                Ok(())
            })
            .await
    }

    /// Makes the keys and the request that goes with them, and keeps both.
    async fn external_commit(
        &self,
        id: ConversationId,
        state: &GroupState,
    ) -> Result<(GroupId, Vec<u8>), ClientError> {
        let (own, now) = (self.own(), self.server_now());
        let mut refreshed: Option<AccountId> = None;
        let mismatch = async |found| {
            self.raise(Some(id), found).await?;
            Err(ClientError::LedgerMismatch)
        };
        loop {
            let (crypto, identity) = (Arc::clone(&self.crypto), self.identity.clone());
            let (group_info, tree) = (state.group_info.clone(), state.tree.clone());
            let made = self
                .store
                .write(move |transaction| {
                    let storage = mls_storage(transaction);
                    let provider = Provider::new(&crypto, &storage);
                    let ledgers = StoredLedgers::new(transaction);
                    let envelope = random_envelope();
                    let joined = Group::join_external(
                        &provider,
                        &identity,
                        &group_info,
                        &tree,
                        &ledgers,
                        envelope,
                    );
                    match joined {
                        Ok((group, commit)) => {
                            let row = place_of(transaction, id, own, &group, now)?;
                            // It went with the keys that it was made with.
                            pending_commit::remove(transaction, row.conversation)?;
                            if row.group != Some(group.id()) {
                                conversation::set_joining(
                                    transaction,
                                    row.conversation,
                                    group.id(),
                                )?;
                            }
                            let request = CommitGroup {
                                conversation_id: id.to_vec(),
                                epoch: commit.epoch,
                                envelope_id: envelope.to_vec(),
                                commit: commit.commit,
                                welcome: Vec::new(),
                                group_info: commit.group_info,
                            }
                            .encode_to_vec();
                            pending_join::set(transaction, row.conversation, group.id(), &request)?;
                            Ok(Ok((group.id(), request)))
                        }
                        Err(JoinError::Refused(Refusal::UnknownLeaf(leaf))) => Ok(Err(leaf)),
                        Err(error) => {
                            tracing::warn!(%error, "joining from outside failed");
                            Err(match error {
                                // This account, or this device, has gone from there meanwhile.
                                JoinError::Refused(Refusal::TakenOver | Refusal::Revoked(_)) => {
                                    not_a_member()
                                }
                                JoinError::Refused(_) | JoinError::Stale | JoinError::Invalid => {
                                    ClientError::LedgerMismatch
                                }
                                _ => ClientError::Internal("joining a conversation"),
                            })
                        }
                    }
                })
                .await;
            match made {
                Ok(Ok(made)) => return Ok(made),
                // A leaf that its account's newest ledger does not hold is a ghost.
                Ok(Err(leaf)) if refreshed == Some(leaf.account) => {
                    return mismatch(Alarm::Device(leaf)).await;
                }
                Ok(Err(leaf)) => {
                    match self.refresh_ledgers(&[leaf.account]).await {
                        Ok(()) | Err(ClientError::UnknownAccount | ClientError::LedgerMismatch) => {
                        }
                        Err(error) => return Err(error),
                    }
                    refreshed = Some(leaf.account);
                }
                Err(ClientError::LedgerMismatch) => {
                    let peer = self.peer_of(id).await?;
                    return mismatch(Alarm::Change(peer.unwrap_or(own))).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The other person of a 1:1 that is on this device.
    async fn peer_of(&self, id: ConversationId) -> Result<Option<AccountId>, ClientError> {
        let row = self
            .store
            .read(move |connection| conversation::get(connection, id))
            .await?;
        Ok(row.and_then(|row| row.peer))
    }

    async fn enter(&self, id: ConversationId, group: GroupId) -> Result<(), ClientError> {
        let (crypto, own, now) = (Arc::clone(&self.crypto), self.own(), self.server_now());
        self.store
            .write(move |transaction| {
                let here = conversation::get(transaction, id)?;
                let kept = match &here {
                    Some(row) => pending_join::get(transaction, row.conversation)?,
                    None => None,
                };
                if kept.is_none() {
                    // Mail was here before the answer: it was invited, or put out again.
                    return Ok(());
                }
                let storage = mls_storage(transaction);
                let loaded = Group::load(&Provider::new(&crypto, &storage), group)
                    .map_err(|_| ClientError::Internal("keys of a conversation"))?
                    .ok_or(ClientError::Internal("keys of a conversation"))?;
                let row = place_of(transaction, id, own, &loaded, now)?;
                if let Some(former) = row.group.filter(|former| *former != group) {
                    delete_group(transaction, &crypto, former)?;
                }
                conversation::set_group(transaction, row.conversation, Some(group), None)?;
                pending_join::remove(transaction, row.conversation)?;
                outbox::unseal(transaction, row.conversation)?;
                let devices = loaded.members().len();
                plan(transaction, row.conversation, Urgency::Later, devices, now)?;
                let ledgers = StoredLedgers::new(transaction);
                revoke::joined(transaction, row.conversation, &loaded, &ledgers)?;
                group::joined(transaction, own, row.conversation, &loaded, None, now)?;
                Ok::<_, ClientError>(())
            })
            .await?;
        self.group_changed.notify_waiters();
        self.outbox_wake.notify_one();
        Ok(())
    }
}

/// The conversation's row, made when it is not there; what sort it is follows from its id and members.
///
/// # Errors
/// [`ClientError::LedgerMismatch`] when an id that stands for two people has other members.
pub(crate) fn place_of(
    transaction: &Transaction<'_>,
    id: ConversationId,
    own: AccountId,
    group: &Group,
    now: pipit_domain::Timestamp,
) -> Result<ConversationRow, ClientError> {
    let mut others: Vec<_> = group
        .members()
        .iter()
        .map(|leaf| leaf.account)
        .filter(|account| *account != own)
        .collect();
    others.sort();
    others.dedup();
    let peer = others
        .iter()
        .copied()
        .find(|account| derived::direct(own, *account) == id);
    let kind = match peer {
        Some(_) if others.len() == 1 => ConversationKind::Direct,
        Some(_) => return Err(ClientError::LedgerMismatch),
        None if id == derived::note_to_self(own) && others.is_empty() => {
            ConversationKind::OwnDevices
        }
        None if id == derived::note_to_self(own) => return Err(ClientError::LedgerMismatch),
        None => ConversationKind::Group,
    };
    if kind != ConversationKind::Group && group.charter().is_some() {
        return Err(ClientError::LedgerMismatch);
    }
    Ok(conversation::ensure(transaction, id, kind, peer, now)?)
}
