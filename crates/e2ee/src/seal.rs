//! Sealing what somebody wrote into an envelope.

use openmls::prelude::{MlsGroupStateError, tls_codec::Serialize as _};
use pipit_domain::{EnvelopeId, limits};

use crate::crypto::{Provider, Storage};
use crate::group::Group;
use crate::identity::Identity;

/// Room in an envelope for what MLS adds: header, signature, padding and tags take about 250 bytes.
const OVERHEAD_MAX: usize = 512;

/// Why nothing was sealed. The group in storage is as before if the caller rolls back.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// We were removed from this group.
    #[error("this device is not in the conversation any more")]
    NotMember,
    /// The content does not fit an envelope of [`limits::ENVELOPE_LEN_MAX`] bytes.
    #[error("the message is too large")]
    TooLarge,
    /// The identity is not the one of our leaf in this group: a mistake of the caller.
    #[error("the group belongs to another device")]
    WrongIdentity,
    /// Storage or the library failed; roll back and load the group again.
    #[error("the message could not be sealed")]
    Internal,
}

impl Group {
    /// Seals content into an envelope: an MLSMessage holding a PrivateMessage. The ratchet has moved in
    /// storage when this returns, so save the bytes in the same transaction, and after a crash send
    /// those bytes, never a second sealing of the same generation.
    ///
    /// The envelope id stays the same when a message is sealed again for a later epoch.
    ///
    /// # Errors
    /// Says why.
    pub fn seal<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
        identity: &Identity,
        envelope: EnvelopeId,
        content: &[u8],
    ) -> Result<(Self, Vec<u8>), SealError> {
        if !self.is_member() {
            return Err(SealError::NotMember);
        }
        if content.len() > limits::ENVELOPE_LEN_MAX - OVERHEAD_MAX {
            return Err(SealError::TooLarge);
        }
        if !self.belongs_to(identity) {
            return Err(SealError::WrongIdentity);
        }
        self.mls.set_aad(envelope.to_vec());
        let message = self
            .mls
            .create_message(provider, identity, content)
            .map_err(|error| match error {
                openmls::prelude::CreateMessageError::GroupStateError(
                    MlsGroupStateError::UseAfterEviction,
                ) => SealError::NotMember,
                _ => SealError::Internal,
            })?;
        let bytes = message
            .tls_serialize_detached()
            .map_err(|_| SealError::Internal)?;
        Ok((self, bytes))
    }
}
