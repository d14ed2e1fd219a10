//! Joining: by the Welcome of somebody who added us, or from outside when we are a device of a member.

use std::collections::BTreeSet;

use openmls::messages::group_info::VerifiableGroupInfo;
use openmls::prelude::{
    ExternalCommitBuilderError, ExternalCommitBuilderFinalizeError, LeafNodeParameters, MlsGroup,
    MlsMessageBodyIn, MlsMessageIn, RatchetTreeIn, StagedWelcome, WelcomeError,
    tls_codec::DeserializeBytes as _,
};
use openmls_traits::OpenMlsProvider as _;
use pipit_domain::{AccountId, EnvelopeId, GroupId, limits};

use crate::charter;
use crate::commit::Commit;
use crate::config;
use crate::crypto::{Provider, Storage, StorageFailure};
use crate::group::Group;
use crate::identity::{Identity, LeafIdentity};
use crate::roster::{Refusal, Roster, admit, admit_new};
use crate::suite::Suite;

/// Why we did not join. Roll the transaction back: a Welcome uses up its key package, and only the
/// roll-back keeps that for the next try.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// Not a Welcome, GroupInfo or tree within bounds.
    #[error("the bytes are not an invitation to a conversation")]
    Malformed,
    /// For a key package that we do not have: another device's, or one that was used up.
    #[error("the invitation is not for this device, or was used before")]
    NotForUs,
    /// The tree was too large to come with the Welcome: fetch that of this group and epoch, and try
    /// again with it.
    #[error("the members of the conversation have to be fetched first")]
    NeedsTree {
        /// The group.
        group: GroupId,
        /// Its epoch.
        epoch: u64,
    },
    /// We are in this group already.
    #[error("this device is in the conversation already")]
    AlreadyIn,
    /// Keys, signatures or hashes do not fit together.
    #[error("the invitation does not check")]
    Invalid,
    /// Of a cipher suite or with a group id that we do not use.
    #[error("the conversation was made by a version that this one does not know")]
    Unsupported,
    /// The GroupInfo is of an epoch that this device has long left: what was changed since then is withheld.
    #[error("the server shows a conversation as it was before")]
    Stale,
    /// A leaf in the tree.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageFailure),
    /// The library failed: our bug.
    #[error("the encryption library failed")]
    Internal,
}

/// How we came into a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Who added us.
    pub by: LeafIdentity,
}

impl Group {
    /// Joins by a Welcome and the tree that came with it; an empty one has to be fetched.
    ///
    /// # Errors
    /// Says why; roll back. [`Refusal::UnknownLeaf`]: fetch that ledger and try again.
    pub fn join<S: Storage>(
        provider: &Provider<'_, S>,
        identity: &Identity,
        welcome: &[u8],
        tree: &[u8],
        roster: &impl Roster,
    ) -> Result<(Self, Joined), JoinError> {
        let tree = match tree {
            [] => None,
            bytes => Some(read_tree(bytes)?),
        };
        // Whoever is in it is asked about before any key is used up.
        let leaves = tree
            .as_ref()
            .map(|tree| admitted_leaves(tree, roster))
            .transpose()?;
        let MlsMessageBodyIn::Welcome(welcome) = read_message(welcome)? else {
            return Err(JoinError::Malformed);
        };
        // The suite is only known inside; the number of past epochs is put right at the end.
        let size = leaves.as_ref().map_or(0, Vec::len);
        let config = config::join_config(Suite::Classical, size);
        let builder =
            StagedWelcome::build_from_welcome(provider, &config, welcome).map_err(welcome_error)?;
        let group_info = builder.processed_welcome().unverified_group_info();
        check_group_info(group_info)?;
        let (Some(tree), Some(leaves)) = (tree, leaves) else {
            let group = GroupId::try_from(group_info.group_id().as_slice())
                .map_err(|_| JoinError::Unsupported)?;
            let epoch = group_info.epoch().as_u64();
            return Err(JoinError::NeedsTree { group, epoch });
        };
        let charter = charter::from_extensions(group_info.group_context().extensions())?;
        charter::check_fit(charter.as_ref(), leaves)?;
        let staged = builder
            .with_ratchet_tree(tree)
            .skip_lifetime_validation()
            .build()
            .map_err(welcome_error)?;
        let own = staged
            .own_leaf_node()
            .map(LeafIdentity::of_leaf)
            .transpose()?;
        if own != Some(identity.leaf()) {
            return Err(JoinError::NotForUs);
        }
        let by = staged
            .welcome_sender()
            .map_err(|_| JoinError::Invalid)
            .map(LeafIdentity::of_leaf)??;
        let mls = staged.into_group(provider).map_err(welcome_error)?;
        let group = Self::wrap(mls)
            .ok_or(JoinError::Unsupported)?
            .fit_past_epochs(provider)?;
        Ok((group, Joined { by }))
    }

    /// Joins from outside, with the GroupInfo and the tree that the server keeps: for a device of a
    /// member account that nobody added, or that lost its state. An older leaf of this device goes.
    ///
    /// The group is in storage in the epoch after the commit. When the server refuses that,
    /// [`Group::delete`] it, fetch GroupInfo and tree anew, and try again.
    ///
    /// # Errors
    /// Says why; roll back.
    pub fn join_external<S: Storage>(
        provider: &Provider<'_, S>,
        identity: &Identity,
        group_info: &[u8],
        tree: &[u8],
        roster: &impl Roster,
        envelope: EnvelopeId,
    ) -> Result<(Self, Commit), JoinError> {
        let tree = read_tree(tree)?;
        let leaves = admitted_leaves(&tree, roster)?;
        let own = admit_new(roster, identity.leaf())?;
        if !leaves.iter().any(|leaf| leaf.account == own.account) {
            return Err(Refusal::TakenOver.into());
        }
        let MlsMessageBodyIn::GroupInfo(group_info) = read_message(group_info)? else {
            return Err(JoinError::Malformed);
        };
        check_group_info(&group_info)?;
        let charter = charter::from_extensions(group_info.group_context().extensions())?;
        charter::check_fit(charter.as_ref(), leaves.iter().copied())?;
        let suite = Suite::from_mls(group_info.ciphersuite()).ok_or(JoinError::Unsupported)?;
        let epoch = group_info.epoch().as_u64();
        let id = GroupId::try_from(group_info.group_id().as_slice())
            .map_err(|_| JoinError::Unsupported)?;
        if let Some(former) = Self::load(provider, id)? {
            // A commit by which we came in may have been refused: then we are one epoch ahead.
            if epoch + 1 < former.epoch() {
                return Err(JoinError::Stale);
            }
            former.delete(provider)?;
        }
        let leaf = LeafNodeParameters::builder()
            .with_capabilities(config::capabilities())
            .build();
        let (mls, bundle) = MlsGroup::external_commit_builder()
            .with_config(config::join_config(suite, leaves.len() + 1))
            .with_ratchet_tree(tree)
            .with_aad(envelope.to_vec())
            .skip_lifetime_validation()
            .build_group(provider, group_info, identity.credential())
            .map_err(external_error)?
            .leaf_node_parameters(leaf)
            .load_psks(provider.storage())
            .map_err(|_| JoinError::Internal)?
            .create_group_info(true)
            .build(provider.rand(), provider.crypto(), identity, |_| true)
            .map_err(|_| JoinError::Invalid)?
            .finalize(provider)
            .map_err(|error| match error {
                ExternalCommitBuilderFinalizeError::StorageError(error) => {
                    StorageFailure::new(error).into()
                }
                _ => JoinError::Internal,
            })?;
        let group = Self::wrap(mls)
            .ok_or(JoinError::Unsupported)?
            .fit_past_epochs(provider)?;
        let commit = Commit::encode(epoch, bundle).ok_or(JoinError::Internal)?;
        Ok((group, commit))
    }
}

/// The accounts of a ratchet tree, once each; none for bytes that are no tree. They are as the leaves say:
/// joining checks them.
#[must_use]
pub fn accounts_of_tree(bytes: &[u8]) -> BTreeSet<AccountId> {
    let Ok(tree) = read_tree(bytes) else {
        return BTreeSet::new();
    };
    tree.leaves()
        .filter_map(|leaf| {
            LeafIdentity::read(leaf.credential(), leaf.signature_key().as_slice()).ok()
        })
        .map(|leaf| leaf.account)
        .collect()
}

fn read_message(bytes: &[u8]) -> Result<MlsMessageBodyIn, JoinError> {
    if bytes.len() > limits::HANDSHAKE_LEN_MAX {
        return Err(JoinError::Malformed);
    }
    let message =
        MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(|_| JoinError::Malformed)?;
    Ok(message.extract())
}

fn read_tree(bytes: &[u8]) -> Result<RatchetTreeIn, JoinError> {
    if bytes.len() > limits::HANDSHAKE_LEN_MAX {
        return Err(JoinError::Malformed);
    }
    RatchetTreeIn::tls_deserialize_exact_bytes(bytes).map_err(|_| JoinError::Malformed)
}

/// Reads every leaf and asks the roster, before any key is used. That the tree is the group's own is
/// checked later, by its hash in the GroupInfo.
fn admitted_leaves(
    tree: &RatchetTreeIn,
    roster: &impl Roster,
) -> Result<Vec<LeafIdentity>, JoinError> {
    let read = tree
        .leaves()
        .map(|leaf| LeafIdentity::read(leaf.credential(), leaf.signature_key().as_slice()));
    read.map(|leaf| Ok(admit(roster, leaf?)?)).collect()
}

/// A tree inside the GroupInfo would be used instead of the one that we checked.
fn check_group_info(group_info: &VerifiableGroupInfo) -> Result<(), Refusal> {
    charter::from_extensions(group_info.group_context().extensions())?;
    match group_info.extensions().ratchet_tree() {
        None => Ok(()),
        Some(_) => Err(Refusal::Forbidden),
    }
}

fn welcome_error<E>(error: WelcomeError<E>) -> JoinError
where
    E: std::error::Error + Send + Sync + 'static,
{
    match error {
        WelcomeError::StorageError(error) => StorageFailure::new(error).into(),
        WelcomeError::NoMatchingKeyPackage | WelcomeError::JoinerSecretNotFound => {
            JoinError::NotForUs
        }
        WelcomeError::GroupAlreadyExists => JoinError::AlreadyIn,
        WelcomeError::UnsupportedCiphersuite(_) | WelcomeError::UnsupportedMlsVersion => {
            JoinError::Unsupported
        }
        WelcomeError::LibraryError(_) => JoinError::Internal,
        _ => JoinError::Invalid,
    }
}

fn external_error<E>(error: ExternalCommitBuilderError<E>) -> JoinError
where
    E: std::error::Error + Send + Sync + 'static,
{
    match error {
        ExternalCommitBuilderError::StorageError(error) => StorageFailure::new(error).into(),
        ExternalCommitBuilderError::UnsupportedCiphersuite(_) => JoinError::Unsupported,
        ExternalCommitBuilderError::LibraryError(_) => JoinError::Internal,
        _ => JoinError::Invalid,
    }
}
