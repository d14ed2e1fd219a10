//! A group: loading it, and what can be asked of it without changing it.

use std::fmt;

use openmls::prelude::{GroupContext, MlsGroup, tls_codec::Serialize as _};
use openmls_traits::OpenMlsProvider as _;
use pipit_domain::GroupId;
use zeroize::Zeroizing;

use crate::config;
use crate::crypto::{Provider, Storage, StorageFailure};
use crate::identity::{Identity, LeafIdentity};
use crate::suite::Suite;

/// Bytes of an exported secret.
pub const SECRET_LEN: usize = 32;

/// One conversation's MLS group, as it stands in storage. Operations that change it consume it; see
/// the crate's documentation for why.
pub struct Group {
    pub(crate) mls: MlsGroup,
    id: GroupId,
    suite: Suite,
}

/// Why no secret was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// We were removed from this group.
    #[error("this device is not in the conversation any more")]
    NotMember,
    /// The library failed: our bug.
    #[error("the encryption library failed")]
    Internal,
}

impl Group {
    /// Wraps a group of ours; `None` for one that is not: another suite, or an id that is not 16 bytes.
    pub(crate) fn wrap(mls: MlsGroup) -> Option<Self> {
        let id = GroupId::try_from(mls.group_id().as_slice()).ok()?;
        let suite = Suite::from_mls(mls.ciphersuite())?;
        Some(Self { mls, id, suite })
    }

    /// Reads a group from storage; `None` when there is none with this id.
    ///
    /// # Errors
    /// When storage fails, or holds what this version cannot read.
    pub fn load<S: Storage>(
        provider: &Provider<'_, S>,
        id: GroupId,
    ) -> Result<Option<Self>, StorageFailure> {
        let mls = MlsGroup::load(provider.storage(), &mls_id(id)).map_err(StorageFailure::new)?;
        Ok(mls.and_then(Self::wrap))
    }

    /// Removes a group and its keys from storage: one that the server did not accept, or that we left.
    ///
    /// # Errors
    /// When storage fails; roll back.
    pub fn delete<S: Storage>(mut self, provider: &Provider<'_, S>) -> Result<(), StorageFailure> {
        self.mls
            .delete(provider.storage())
            .map_err(StorageFailure::new)
    }

    /// The epoch of a group, without loading it; `None` when it is not here.
    ///
    /// # Errors
    /// When storage fails.
    pub fn epoch_of<S: Storage>(
        provider: &Provider<'_, S>,
        id: GroupId,
    ) -> Result<Option<u64>, StorageFailure> {
        let context: Option<GroupContext> = provider
            .storage()
            .group_context(&mls_id(id))
            .map_err(StorageFailure::new)?;
        Ok(context.map(|context| context.epoch().as_u64()))
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> GroupId {
        self.id
    }

    /// Its cipher suite.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The epoch that it is in: rises by one with every commit.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.mls.epoch().as_u64()
    }

    /// Whether this device is in it; false after a commit removed us.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.mls.is_active()
    }

    /// Whether a commit of ours waits for the server's word.
    #[must_use]
    pub fn has_pending_commit(&self) -> bool {
        self.mls.pending_commit().is_some()
    }

    /// All leaves, by place in the tree. Ours is among them.
    #[must_use]
    pub fn members(&self) -> Vec<LeafIdentity> {
        // Every leaf was read once when it came in, so none is skipped here.
        self.mls
            .members()
            .filter_map(|member| LeafIdentity::of_member(&member).ok())
            .collect()
    }

    /// The ratchet tree of this epoch, as `optional<Node><V>`.
    ///
    /// # Errors
    /// [`ExportError::Internal`] when the library fails.
    pub fn tree(&self) -> Result<Vec<u8>, ExportError> {
        self.mls
            .export_ratchet_tree()
            .tls_serialize_detached()
            .map_err(|_| ExportError::Internal)
    }

    /// A secret that all members of this epoch derive and nobody else (RFC 9420, section 8.5). One
    /// label per purpose.
    ///
    /// # Errors
    /// [`ExportError::NotMember`] after we were removed.
    pub fn export_secret<S: Storage>(
        &self,
        provider: &Provider<'_, S>,
        label: &str,
        context: &[u8],
    ) -> Result<Zeroizing<[u8; SECRET_LEN]>, ExportError> {
        if !self.is_member() {
            return Err(ExportError::NotMember);
        }
        let secret = self
            .mls
            .export_secret(provider.crypto(), label, context, SECRET_LEN)
            .map(Zeroizing::new)
            .map_err(|_| ExportError::Internal)?;
        let mut bytes = Zeroizing::new([0; SECRET_LEN]);
        bytes.copy_from_slice(&secret);
        Ok(bytes)
    }

    /// Whether this identity is the one whose leaf is ours: signing with another would make messages
    /// that nobody accepts.
    pub(crate) fn belongs_to(&self, identity: &Identity) -> bool {
        let own = self
            .mls
            .own_leaf_node()
            .and_then(|leaf| LeafIdentity::of_leaf(leaf).ok());
        own == Some(identity.leaf())
    }

    /// Keeps the number of past epochs right for the number of leaves.
    pub(crate) fn fit_past_epochs<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
    ) -> Result<Self, StorageFailure> {
        let wanted = config::join_config(self.suite, self.mls.members().count());
        if *self.mls.configuration() != wanted {
            self.mls
                .set_configuration(provider.storage(), &wanted)
                .map_err(StorageFailure::new)?;
        }
        Ok(self)
    }
}

pub(crate) fn mls_id(id: GroupId) -> openmls::prelude::GroupId {
    openmls::prelude::GroupId::from_slice(id.as_bytes())
}

/// Shows which group, never what is in it.
impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("id", &self.id)
            .field("epoch", &self.epoch())
            .field("suite", &self.suite)
            .finish_non_exhaustive()
    }
}
