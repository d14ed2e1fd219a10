//! Giving a conversation its MLS group: every device of every member in it from the start.
//!
//! | state of the row | what happens |
//! |---|---|
//! | no group | fetch ledgers, claim key packages, create the group and keep the request, in one transaction |
//! | group and kept request | send the request (again, after a crash: the same bytes) |
//! | server: done | forget the request: established |
//! | server: exists already | delete our group; wait for the Welcome of the other's, or join from outside |
//! | group, no request | established |

use std::sync::Arc;
use std::time::Duration;

use pipit_domain::{AccountId, ConversationId, limits};
use pipit_e2ee::{Group, KeyPackageError, LeafIdentity, NewLeaf, Provider, Refusal, Suite};
use pipit_store::mls_storage;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_wire::frame::Message as _;
use pipit_wire::v1::{
    self, ClaimKeyPackages, ClaimedKeyPackage, CreateConversation, Empty, KeyPackagesResult,
    RefusalCode, client_frame, server_frame,
};
use tokio::time::timeout;

use crate::client::Shared;
use crate::clock::random_group;
use crate::conversation::changed;
use crate::epoch::load;
use crate::error::ClientError;
use crate::group;
use crate::ledgers::StoredLedgers;
use crate::renewal_plan::{Urgency, plan};
use crate::session::Session;
use crate::trust::Alarm;

/// The Welcome of a conversation that exists already is in the mailbox before the server says so; it
/// needs only to be read, behind whatever else waits there.
const WELCOME_WAIT: Duration = Duration::from_secs(60);

impl Session {
    /// Makes sure that the conversation has a group that the server knows.
    ///
    /// # Errors
    /// When the server can't be reached or refuses, or somebody's keys don't check.
    pub(crate) async fn establish(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        if is_established(&self.conversation_row(row).await?) {
            return Ok(());
        }
        // Who finds a group that the server does not know yet must not take it for established.
        let _turn = self.establishing.take(row).await;
        let place = self.conversation_row(row).await?;
        let request = match (place.group, place.pending_create) {
            (Some(_), None) => return Ok(()),
            (Some(_), Some(request)) => request,
            (None, _) => {
                // Keys are made, and others' judged, by the server's time.
                self.check_clock(shared).await;
                match self.create_group(row).await? {
                    Some(request) => request,
                    // A Welcome came meanwhile.
                    None => return Ok(()),
                }
            }
        };
        let body = CreateConversation::decode(&request[..])
            .map_err(|_| ClientError::Internal("kept request"))?;
        let posted: Result<Empty, _> = self.post("/v1/conversations", &body).await;
        match posted {
            Ok(_) => self.settle_created(shared, row).await,
            Err(error) if error.refusal() == Some(RefusalCode::AlreadyExists) => {
                self.abandon_created(row).await?;
                self.enter_existing(row).await
            }
            Err(error) if error.refusal().is_some() && !error.is_passing() => {
                // The same bytes would be refused again (a key package went out of date, a device was
                // revoked meanwhile): the next try makes new ones.
                self.abandon_created(row).await?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn conversation_row(&self, row: i64) -> Result<ConversationRow, ClientError> {
        self.store
            .read(move |connection| {
                conversation::by_row(connection, row)?.ok_or(ClientError::UnknownConversation)
            })
            .await
    }

    /// Creates the group and keeps the request; `None` when the conversation has a group by now.
    async fn create_group(&self, row: i64) -> Result<Option<Vec<u8>>, ClientError> {
        let place = self.conversation_row(row).await?;
        let accounts = self.first_members(&place).await?;
        self.refresh_ledgers(&accounts).await?;
        let (suite, key_packages) = self.claim(&accounts).await?;
        self.check_claimed(place.id, &accounts, suite, &key_packages)
            .await?;
        let own_device = self.identity.leaf().device;
        let has_peer = |claimed: &ClaimedKeyPackage| {
            place
                .peer
                .is_some_and(|peer| claimed.account_id == peer.as_bytes())
        };
        if place.peer.is_some() && !key_packages.iter().any(has_peer) {
            return Err(ClientError::UnknownAccount);
        }
        let (crypto, identity, now) = (
            Arc::clone(&self.crypto),
            self.identity.clone(),
            self.server_now(),
        );
        self.store
            .write(move |transaction| {
                let place = conversation::by_row(transaction, row)?
                    .ok_or(ClientError::UnknownConversation)?;
                if place.group.is_some() {
                    return Ok(None);
                }
                let storage = mls_storage(transaction);
                let provider = Provider::new(&crypto, &storage);
                let ledgers = StoredLedgers::new(transaction);
                let others = key_packages
                    .iter()
                    .filter(|claimed| claimed.device_id != own_device.as_bytes())
                    .map(|claimed| NewLeaf::verify(&provider, &claimed.key_package, suite, &ledgers, now))
                    .filter_map(|leaf| match leaf {
                        Ok(leaf) => Some(Ok(leaf)),
                        // Checked before; its ledger is another since then.
                        Err(KeyPackageError::Refused(Refusal::UnknownLeaf(_))) => {
                            Some(Err(ClientError::LedgerMismatch))
                        }
                        // A device that went to sleep long ago: it joins from outside when it wakes.
                        Err(error) => {
                            tracing::warn!(%error, "left out a device whose key package can't be used");
                            None
                        }
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                let id = random_group();
                let charter = group::founding(transaction, &place)?;
                let included: Vec<_> = others.iter().map(|leaf| leaf.identity().account).collect();
                let made = match &charter {
                    Some(charter) => {
                        group::note_founders(transaction, row, included)?;
                        Group::create_chartered(
                            &provider, &identity, id, suite, others, charter, now,
                        )
                    }
                    None => Group::create(&provider, &identity, id, suite, others, now),
                };
                let (_, created) = made.map_err(|error| {
                        tracing::error!(%error, "a group could not be created");
                        ClientError::Internal("new conversation")
                    })?;
                let request = CreateConversation {
                    conversation_id: place.id.to_vec(),
                    kind: kind_on_wire(place.kind).into(),
                    group_info: created.group_info,
                    tree: created.tree,
                    welcome: created.welcome.unwrap_or_default(),
                }
                .encode_to_vec();
                conversation::set_group(transaction, row, Some(id), Some(&request))?;
                Ok(Some(request))
            })
            .await
    }

    /// Key packages of all devices of these accounts in the best suite that they all have.
    async fn claim(
        &self,
        accounts: &[AccountId],
    ) -> Result<(Suite, Vec<ClaimedKeyPackage>), ClientError> {
        let first = self.claim_in(accounts, Suite::PostQuantum).await?;
        let own = self.identity.leaf().device;
        let everybody_has = first
            .devices_without
            .iter()
            .all(|device| device[..] == own.as_bytes()[..]);
        if everybody_has && first.key_packages.len() <= limits::POST_QUANTUM_DEVICES_MAX {
            return Ok((Suite::PostQuantum, first.key_packages));
        }
        let second = self.claim_in(accounts, Suite::Classical).await?;
        Ok((Suite::Classical, second.key_packages))
    }

    pub(crate) async fn claim_in(
        &self,
        accounts: &[AccountId],
        suite: Suite,
    ) -> Result<KeyPackagesResult, ClientError> {
        let request = ClaimKeyPackages {
            account_ids: accounts.iter().map(AccountId::to_vec).collect(),
            suite: v1::Suite::from(suite).into(),
        };
        let answer = self
            .ask(
                client_frame::Body::ClaimKeyPackages(request),
                |body| match body {
                    server_frame::Body::KeyPackages(claimed) => Some(claimed),
                    _ => None,
                },
            )
            .await?;
        Ok(answer)
    }

    /// Whether the key packages that the server has handed out are of devices of these accounts, as their
    /// newest ledgers say. One of a device that no ledger holds is an alarm in this conversation.
    ///
    /// # Errors
    /// [`ClientError::LedgerMismatch`] after such an alarm; or the server can't be reached.
    pub(crate) async fn check_claimed(
        &self,
        at: ConversationId,
        accounts: &[AccountId],
        suite: Suite,
        claimed: &[ClaimedKeyPackage],
    ) -> Result<(), ClientError> {
        let mut is_fresh = false;
        while let Some(leaf) = self.find_ghost(accounts, suite, claimed).await? {
            // It may have been added a moment ago.
            if is_fresh || !accounts.contains(&leaf.account) {
                self.raise(Some(at), Alarm::Device(leaf)).await?;
                return Err(ClientError::LedgerMismatch);
            }
            self.refresh_ledgers(accounts).await?;
            is_fresh = true;
        }
        Ok(())
    }

    async fn find_ghost(
        &self,
        accounts: &[AccountId],
        suite: Suite,
        claimed: &[ClaimedKeyPackage],
    ) -> Result<Option<LeafIdentity>, ClientError> {
        let (crypto, now) = (Arc::clone(&self.crypto), self.server_now());
        let (accounts, claimed) = (accounts.to_vec(), claimed.to_vec());
        self.store
            .read(move |connection| {
                let storage = mls_storage(connection);
                let provider = Provider::new(&crypto, &storage);
                let ledgers = StoredLedgers::new(connection);
                let ghost = claimed.iter().find_map(|claimed| {
                    let bytes = &claimed.key_package;
                    match NewLeaf::verify(&provider, bytes, suite, &ledgers, now) {
                        Ok(leaf) => {
                            Some(leaf.identity()).filter(|leaf| !accounts.contains(&leaf.account))
                        }
                        Err(KeyPackageError::Refused(Refusal::UnknownLeaf(leaf))) => Some(leaf),
                        Err(_) => None,
                    }
                });
                Ok(ghost)
            })
            .await
    }

    async fn settle_created(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        let (crypto, reader) = (Arc::clone(&self.crypto), self.reader.clone());
        let now = self.server_now();
        let events = self
            .store
            .write(move |transaction| {
                let place = conversation::by_row(transaction, row)?
                    .ok_or(ClientError::UnknownConversation)?;
                conversation::set_group(transaction, row, place.group, None)?;
                if let Some(group) = load(transaction, &crypto, row)? {
                    let devices = group.members().len();
                    plan(transaction, row, Urgency::Later, devices, now)?;
                }
                // Its first members are in it now.
                Ok::<_, ClientError>(changed(&reader, transaction, [row])?)
            })
            .await?;
        shared.publish(events);
        // More may be waiting to be added than a group starts with.
        self.group_wake.notify_one();
        self.history_wake.notify_one();
        Ok(())
    }

    /// Undoes our creation, unless a Welcome has put another group in its place already.
    async fn abandon_created(&self, row: i64) -> Result<(), ClientError> {
        let (crypto, own) = (Arc::clone(&self.crypto), self.own());
        self.store
            .write(move |transaction| {
                let place = conversation::by_row(transaction, row)?
                    .ok_or(ClientError::UnknownConversation)?;
                if let (Some(group), Some(_)) = (place.group, place.pending_create) {
                    delete_group(transaction, &crypto, group)?;
                    conversation::set_group(transaction, row, None, None)?;
                    group::forget_founders(transaction, row, own)?;
                }
                Ok(())
            })
            .await
    }

    /// Gets into the group that somebody else made: by the Welcome that is on its way, or, for a device
    /// that came later than the group, from outside.
    async fn enter_existing(&self, row: i64) -> Result<(), ClientError> {
        let id = self.conversation_row(row).await?.id;
        let states = self.conversation_states().await?;
        let is_invited = states
            .iter()
            .any(|state| state.conversation_id == id.as_bytes() && state.is_member);
        if !is_invited {
            return self.rejoin_unless_in(row, id).await;
        }
        let joined = async {
            loop {
                let changed = self.group_changed.notified();
                if self.conversation_row(row).await?.group.is_some() {
                    return Ok::<_, ClientError>(());
                }
                changed.await;
            }
        };
        match timeout(WELCOME_WAIT, joined).await {
            Ok(result) => result,
            Err(_) => self.rejoin_unless_in(row, id).await,
        }
    }

    async fn rejoin_unless_in(&self, row: i64, id: ConversationId) -> Result<(), ClientError> {
        let _joining = self.joining.lock().await;
        match self.conversation_row(row).await?.group {
            Some(_) => Ok(()),
            None => self.rejoin(id).await,
        }
    }
}

const fn is_established(place: &ConversationRow) -> bool {
    place.group.is_some() && place.pending_create.is_none()
}

/// Removes a group's keys.
pub(crate) fn delete_group(
    connection: &pipit_store::Connection,
    crypto: &pipit_e2ee::Crypto,
    group: pipit_domain::GroupId,
) -> Result<(), ClientError> {
    let storage = mls_storage(connection);
    let provider = Provider::new(crypto, &storage);
    let failed = |_| ClientError::Internal("keys of a conversation");
    if let Some(group) = Group::load(&provider, group).map_err(failed)? {
        group.delete(&provider).map_err(failed)?;
    }
    Ok(())
}

const fn kind_on_wire(kind: ConversationKind) -> v1::ConversationKind {
    match kind {
        ConversationKind::Direct => v1::ConversationKind::Direct,
        ConversationKind::Group => v1::ConversationKind::Group,
        ConversationKind::OwnDevices => v1::ConversationKind::Self_,
    }
}
