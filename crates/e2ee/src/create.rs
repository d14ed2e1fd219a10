//! A new group, with every member device in it from the start.

use openmls::prelude::{MlsGroup, MlsGroupCreateConfig, NewGroupError, tls_codec::Serialize as _};
use openmls_traits::OpenMlsProvider as _;
use pipit_domain::{EnvelopeId, GroupId, Timestamp};
use pipit_wire::charter::Charter;

use crate::charter::to_extensions;
use crate::commit::{Change, CommitError};
use crate::config::{self, ADDS_PER_COMMIT_MAX};
use crate::crypto::{Provider, Storage, StorageFailure};
use crate::group::{Group, mls_id};
use crate::identity::Identity;
use crate::key_package::NewLeaf;
use crate::suite::Suite;

/// What the server needs to know a new group by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// For all leaves but ours; `None` when there are no others.
    pub welcome: Option<Vec<u8>>,
    /// GroupInfo of the group's first epoch that others see, with `external_pub`.
    pub group_info: Vec<u8>,
    /// The ratchet tree of the same epoch.
    pub tree: Vec<u8>,
}

/// Why a group was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// More than [`ADDS_PER_COMMIT_MAX`] others: create it with the first of them and commit the rest.
    #[error("a conversation starts with at most {ADDS_PER_COMMIT_MAX} other devices")]
    TooMany,
    /// A group with this id is in storage already.
    #[error("a group with this id exists")]
    Exists,
    /// The members cannot be added: a key package of another suite, or one device twice.
    #[error("a device cannot be added: {0}")]
    Members(#[source] CommitError),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageFailure),
    /// The library failed: our bug.
    #[error("the encryption library failed")]
    Internal,
}

impl Group {
    /// Makes a group of our own leaf and `others`, without a charter. It is in storage at once, as nobody
    /// else knows it; when the server refuses it, [`Group::delete`] it.
    ///
    /// # Errors
    /// Says why; roll the transaction back.
    pub fn create<S: Storage>(
        provider: &Provider<'_, S>,
        identity: &Identity,
        id: GroupId,
        suite: Suite,
        others: Vec<NewLeaf>,
        now: Timestamp,
    ) -> Result<(Self, Created), CreateError> {
        Self::make(provider, identity, id, suite, others, None, now)
    }

    /// Makes a group with a charter, which names us as an owner.
    ///
    /// # Errors
    /// Says why; roll the transaction back.
    pub fn create_chartered<S: Storage>(
        provider: &Provider<'_, S>,
        identity: &Identity,
        id: GroupId,
        suite: Suite,
        others: Vec<NewLeaf>,
        charter: &Charter,
        now: Timestamp,
    ) -> Result<(Self, Created), CreateError> {
        Self::make(provider, identity, id, suite, others, Some(charter), now)
    }

    fn make<S: Storage>(
        provider: &Provider<'_, S>,
        identity: &Identity,
        id: GroupId,
        suite: Suite,
        others: Vec<NewLeaf>,
        charter: Option<&Charter>,
        now: Timestamp,
    ) -> Result<(Self, Created), CreateError> {
        if others.len() > ADDS_PER_COMMIT_MAX {
            return Err(CreateError::TooMany);
        }
        let size = others.len() + 1;
        let group = Self::alone(provider, identity, id, suite, size, charter, now)?;
        if others.is_empty() {
            let group_info = group
                .mls
                .export_group_info(provider.crypto(), identity, false)
                .map_err(|_| CreateError::Internal)?
                .tls_serialize_detached()
                .map_err(|_| CreateError::Internal)?;
            return group.created(None, group_info);
        }
        // The first commit is nobody's envelope: it never travels, only its Welcome does.
        let envelope = EnvelopeId::new([0; EnvelopeId::LEN]);
        let (group, commit) = group
            .commit(provider, identity, Change::add(others), envelope)
            .map_err(CreateError::Members)?;
        let (group, _) = group.confirm(provider).map_err(CreateError::Members)?;
        group.created(commit.welcome, commit.group_info)
    }

    fn alone<S: Storage>(
        provider: &Provider<'_, S>,
        identity: &Identity,
        id: GroupId,
        suite: Suite,
        devices: usize,
        charter: Option<&Charter>,
        now: Timestamp,
    ) -> Result<Self, CreateError> {
        let join = config::join_config(suite, devices);
        let extensions = to_extensions(charter).map_err(CreateError::Members)?;
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(suite.mls())
            .capabilities(config::capabilities())
            .lifetime(config::lifetime(now))
            .wire_format_policy(join.wire_format_policy())
            .use_ratchet_tree_extension(false)
            .padding_size(join.padding_size())
            .max_past_epochs(config::past_epochs(suite, devices))
            .number_of_resumption_psks(0)
            .sender_ratchet_configuration(*join.sender_ratchet_configuration())
            .with_group_context_extensions(extensions)
            .build();
        let mls = MlsGroup::new_with_group_id(
            provider,
            identity,
            &config,
            mls_id(id),
            identity.credential(),
        )
        .map_err(|error| match error {
            NewGroupError::GroupAlreadyExists => CreateError::Exists,
            NewGroupError::StorageError(error) => StorageFailure::new(error).into(),
            _ => CreateError::Internal,
        })?;
        Self::wrap(mls).ok_or(CreateError::Internal)
    }

    fn created(
        self,
        welcome: Option<Vec<u8>>,
        group_info: Vec<u8>,
    ) -> Result<(Self, Created), CreateError> {
        let tree = self.tree().map_err(|_| CreateError::Internal)?;
        Ok((
            self,
            Created {
                welcome,
                group_info,
                tree,
            },
        ))
    }
}
