//! Our own commits: adding and removing devices, renewing our keys.
//!
//! | state | `commit` | `confirm` | `abandon` | somebody's commit opened |
//! |---|---|---|---|---|
//! | settled | → pending | error | → settled | → settled, next epoch |
//! | pending | error | → settled, next epoch | → settled | → settled, next epoch; ours is dropped |
//!
//! A pending commit lives in storage and survives a restart. Messages go on being sealed in the old
//! epoch meanwhile.

use std::collections::BTreeSet;

use openmls::prelude::{
    CommitMessageBundle, CreateCommitError, LeafNodeIndex, MergeCommitError,
    MergePendingCommitError, StagedCommit, tls_codec::Serialize as _,
};
use openmls_traits::OpenMlsProvider as _;
use pipit_domain::{DeviceId, EnvelopeId, limits};
use pipit_wire::charter::Charter;

use crate::charter::{self, to_extensions};
use crate::config::ADDS_PER_COMMIT_MAX;
use crate::crypto::{Provider, Storage, StorageFailure};
use crate::group::Group;
use crate::identity::{Identity, LeafIdentity};
use crate::key_package::NewLeaf;
use crate::open::Committed;
use crate::roster::Refusal;

/// What a commit changes. Every commit also renews our own keys.
#[derive(Debug, Clone, Default)]
pub struct Change {
    add: Vec<NewLeaf>,
    remove: Vec<DeviceId>,
    charter: Option<Charter>,
}

impl Change {
    /// Only our own keys: do it soon after joining, and from time to time.
    #[must_use]
    pub fn renew() -> Self {
        Self::default()
    }

    /// Adds devices.
    #[must_use]
    pub fn add(devices: Vec<NewLeaf>) -> Self {
        Self {
            add: devices,
            ..Self::default()
        }
    }

    /// Removes devices.
    #[must_use]
    pub fn remove(devices: Vec<DeviceId>) -> Self {
        Self {
            remove: devices,
            ..Self::default()
        }
    }

    /// Puts this charter in the place of the group's; its version is the next one.
    #[must_use]
    pub fn and_charter(mut self, charter: Charter) -> Self {
        self.charter = Some(charter);
        self
    }

    /// Removes these as well.
    #[must_use]
    pub fn and_remove(mut self, devices: Vec<DeviceId>) -> Self {
        self.remove.extend(devices);
        self
    }
}

/// A commit for the server, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The epoch that it follows: the server takes it only while the conversation is there.
    pub epoch: u64,
    /// The commit (PublicMessage), with the envelope id as authenticated data.
    pub commit: Vec<u8>,
    /// For the devices that it adds.
    pub welcome: Option<Vec<u8>>,
    /// GroupInfo of the epoch after it, with `external_pub`.
    pub group_info: Vec<u8>,
}

/// Why a commit was not made or applied.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// We were removed from this group.
    #[error("this device is not in the conversation any more")]
    NotMember,
    /// One of ours is pending: confirm or abandon it first.
    #[error("another change of members is under way")]
    Pending,
    /// There is no pending commit: it was confirmed already, or somebody else's won.
    #[error("no change of members is under way")]
    NothingPending,
    /// More than [`ADDS_PER_COMMIT_MAX`] at once, or [`limits::CONVERSATION_DEVICES_MAX`] in all.
    #[error("too many devices")]
    TooMany,
    /// A device to be removed is not in the group, or is our own.
    #[error("a device to be removed is not in the conversation")]
    NoSuchDevice,
    /// A device to be added is in the group already, or comes twice.
    #[error("a device to be added is in the conversation already")]
    AlreadyIn,
    /// A key package of another suite than the group's.
    #[error("a key package is of another cipher suite than the conversation")]
    WrongSuite,
    /// The identity is not the one of our leaf in this group: a mistake of the caller.
    #[error("the group belongs to another device")]
    WrongIdentity,
    /// A leaf of the group cannot be read, or the group's charter does not allow the change.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageFailure),
    /// The library failed: our bug.
    #[error("the encryption library failed")]
    Internal,
}

impl Group {
    /// Makes a commit and leaves it pending. Save what it gives in the same transaction.
    ///
    /// # Errors
    /// Says why; roll back.
    pub fn commit<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
        identity: &Identity,
        change: Change,
        envelope: EnvelopeId,
    ) -> Result<(Self, Commit), CommitError> {
        if !self.is_member() {
            return Err(CommitError::NotMember);
        }
        if self.has_pending_commit() {
            return Err(CommitError::Pending);
        }
        if !self.belongs_to(identity) {
            return Err(CommitError::WrongIdentity);
        }
        let epoch = self.epoch();
        let removals = self.places_of(&change.remove, identity)?;
        self.check_adds(&change, removals.len())?;
        self.check_change(&change, identity)?;
        self.mls.set_aad(envelope.to_vec());
        let mut builder = self
            .mls
            .commit_builder()
            .force_self_update(true)
            .propose_adds(change.add.into_iter().map(NewLeaf::into_key_package))
            .propose_removals(removals);
        if change.charter.is_some() {
            builder = builder
                .propose_group_context_extensions(to_extensions(change.charter.as_ref())?)
                .map_err(create_error)?;
        }
        let bundle = builder
            .load_psks(provider.storage())
            .map_err(|_| CommitError::Internal)?
            .create_group_info(true)
            .build(provider.rand(), provider.crypto(), identity, |_| true)
            .map_err(create_error)?
            .stage_commit(provider)
            .map_err(|_| CommitError::Internal)?;
        let commit = Commit::encode(epoch, bundle).ok_or(CommitError::Internal)?;
        Ok((self, commit))
    }

    /// The server took our commit: moves to the epoch after it.
    ///
    /// # Errors
    /// [`CommitError::NothingPending`] when that has happened already.
    pub fn confirm<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
    ) -> Result<(Self, Committed), CommitError> {
        let staged = self
            .mls
            .pending_commit()
            .ok_or(CommitError::NothingPending)?;
        let (added, removed) = self.changes_of(staged)?;
        let charter = charter::proposed(staged)?;
        let charter_before = self.charter();
        let by = self
            .mls
            .own_leaf_node()
            .ok_or(CommitError::Internal)
            .map(LeafIdentity::of_leaf)??;
        self.mls
            .merge_pending_commit(provider)
            .map_err(|error| match error {
                MergePendingCommitError::MergeCommitError(MergeCommitError::StorageError(
                    error,
                )) => StorageFailure::new(error).into(),
                _ => CommitError::Internal,
            })?;
        let group = self.fit_past_epochs(provider)?;
        let epoch = group.epoch();
        Ok((
            group,
            Committed {
                epoch,
                by,
                added,
                removed,
                charter: charter.or_else(|| charter_before.clone()),
                charter_before,
                is_from_outside: false,
                is_ours: true,
                is_member: true,
                dropped_ours: false,
            },
        ))
    }

    /// The server refused our commit for good, or we gave it up: forgets it. Does nothing when none is
    /// pending.
    ///
    /// # Errors
    /// When storage fails; roll back.
    pub fn abandon<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
    ) -> Result<Self, StorageFailure> {
        self.mls
            .clear_pending_commit(provider.storage())
            .map_err(StorageFailure::new)?;
        Ok(self)
    }

    fn places_of(
        &self,
        devices: &[DeviceId],
        own: &Identity,
    ) -> Result<Vec<LeafNodeIndex>, CommitError> {
        let own = own.leaf().device;
        let places: Vec<_> = self
            .mls
            .members()
            .map(|member| Ok((LeafIdentity::of_member(&member)?.device, member.index)))
            .collect::<Result<_, Refusal>>()?;
        let distinct: BTreeSet<_> = devices.iter().collect();
        let place = |device: &&DeviceId| {
            let found = places
                .iter()
                .find(|(member, _)| member == *device && *member != own);
            found
                .map(|(_, place)| *place)
                .ok_or(CommitError::NoSuchDevice)
        };
        distinct.iter().map(place).collect()
    }

    fn check_adds(&self, change: &Change, removals: usize) -> Result<(), CommitError> {
        let mut in_group: BTreeSet<_> = self.members().iter().map(|leaf| leaf.device).collect();
        for device in &change.remove {
            in_group.remove(device);
        }
        if change.add.len() > ADDS_PER_COMMIT_MAX
            || self.mls.members().count() + change.add.len()
                > limits::CONVERSATION_DEVICES_MAX + removals
        {
            return Err(CommitError::TooMany);
        }
        for leaf in &change.add {
            if leaf.suite() != self.suite() {
                return Err(CommitError::WrongSuite);
            }
            if !in_group.insert(leaf.identity().device) {
                return Err(CommitError::AlreadyIn);
            }
        }
        Ok(())
    }

    fn check_change(&self, change: &Change, identity: &Identity) -> Result<(), Refusal> {
        let gone: BTreeSet<_> = change.remove.iter().collect();
        let removed: Vec<_> = self
            .members()
            .into_iter()
            .filter(|leaf| gone.contains(&leaf.device))
            .collect();
        let added: Vec<_> = change.add.iter().map(NewLeaf::identity).collect();
        let actor = identity.leaf().account;
        self.check_rules(actor, change.charter.as_ref(), &added, &removed)
    }

    /// Who a staged commit adds and removes by proposals.
    pub(crate) fn changes_of(
        &self,
        staged: &StagedCommit,
    ) -> Result<(Vec<LeafIdentity>, Vec<LeafIdentity>), Refusal> {
        let added = staged
            .add_proposals()
            .map(|add| LeafIdentity::of_leaf(add.add_proposal().key_package().leaf_node()))
            .collect::<Result<_, _>>()?;
        let removed = staged
            .remove_proposals()
            .filter_map(|remove| self.mls.member_at(remove.remove_proposal().removed()))
            .map(|member| LeafIdentity::of_member(&member))
            .collect::<Result<_, _>>()?;
        Ok((added, removed))
    }
}

impl Commit {
    pub(crate) fn encode(epoch: u64, bundle: CommitMessageBundle) -> Option<Self> {
        let (commit, welcome, group_info) = bundle.into_messages();
        Some(Self {
            epoch,
            commit: commit.tls_serialize_detached().ok()?,
            welcome: welcome
                .map(|message| message.tls_serialize_detached())
                .transpose()
                .ok()?,
            group_info: group_info?.tls_serialize_detached().ok()?,
        })
    }
}

fn create_error(error: CreateCommitError) -> CommitError {
    match error {
        CreateCommitError::CannotRemoveSelf => CommitError::NoSuchDevice,
        _ => CommitError::Internal,
    }
}
