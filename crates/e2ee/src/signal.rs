//! Signals: small things that are true for a moment (somebody is typing, somebody is here), sealed for the
//! members of a conversation without touching its ratchets, since a signal may be lost and is never stored.
//!
//! The key is exported from the epoch's key schedule, so members of this epoch have it and nobody else; a
//! signal sealed in another epoch is not opened. All members share it: which of them it is from, its sealed
//! body says, and whoever opens it compares that with the sender that the server names. A member together
//! with the server could therefore pretend that another member is typing; nothing more hangs on it.
//!
//! ```text
//! nonce (12, random) ‖ ChaCha20-Poly1305( u16 length ‖ body ‖ zeros )     associated data: the group id
//! ```

use openmls_traits::OpenMlsProvider as _;
use openmls_traits::crypto::OpenMlsCrypto as _;
use openmls_traits::random::OpenMlsRand as _;
use openmls_traits::types::AeadType;

use crate::crypto::{Provider, Storage};
use crate::group::Group;

/// Most bytes of a body. All signals are padded to this, so that they look alike.
pub const SIGNAL_LEN_MAX: usize = 126;

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
const LENGTH_LEN: usize = 2;
const PADDED_LEN: usize = LENGTH_LEN + SIGNAL_LEN_MAX;
const LABEL: &str = "pipit signal";

/// Why a signal was not sealed or opened. Nothing is lost by dropping it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignalError {
    /// We were removed from this group.
    #[error("this device is not in the conversation any more")]
    NotMember,
    /// The body is longer than [`SIGNAL_LEN_MAX`].
    #[error("the signal is too large")]
    TooLarge,
    /// Damaged, of another epoch, or not of this group.
    #[error("the signal can't be opened")]
    Unreadable,
    /// The library failed: our bug.
    #[error("the encryption library failed")]
    Internal,
}

impl Group {
    /// Seals a signal. No state changes, so it needs no transaction.
    ///
    /// # Errors
    /// Says why.
    pub fn seal_signal<S: Storage>(
        &self,
        provider: &Provider<'_, S>,
        body: &[u8],
    ) -> Result<Vec<u8>, SignalError> {
        let len = u16::try_from(body.len()).map_err(|_| SignalError::TooLarge)?;
        if body.len() > SIGNAL_LEN_MAX {
            return Err(SignalError::TooLarge);
        }
        let key = self
            .export_secret(provider, LABEL, &[])
            .map_err(|error| match error {
                crate::ExportError::NotMember => SignalError::NotMember,
                crate::ExportError::Internal => SignalError::Internal,
            })?;
        let mut padded = Vec::with_capacity(PADDED_LEN);
        padded.extend(len.to_be_bytes());
        padded.extend(body);
        padded.resize(PADDED_LEN, 0);
        let nonce: [u8; NONCE_LEN] = provider
            .rand()
            .random_array()
            .map_err(|_| SignalError::Internal)?;
        let id = self.id();
        let sealed = provider
            .crypto()
            .aead_encrypt(
                AeadType::ChaCha20Poly1305,
                &key[..],
                &padded,
                &nonce,
                id.as_bytes(),
            )
            .map_err(|_| SignalError::Internal)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens a signal.
    ///
    /// # Errors
    /// Says why. [`SignalError::Unreadable`] is usual around a change of members.
    pub fn open_signal<S: Storage>(
        &self,
        provider: &Provider<'_, S>,
        payload: &[u8],
    ) -> Result<Vec<u8>, SignalError> {
        if payload.len() != NONCE_LEN + PADDED_LEN + TAG_LEN {
            return Err(SignalError::Unreadable);
        }
        let key = self
            .export_secret(provider, LABEL, &[])
            .map_err(|error| match error {
                crate::ExportError::NotMember => SignalError::NotMember,
                crate::ExportError::Internal => SignalError::Internal,
            })?;
        let (nonce, sealed) = payload.split_at(NONCE_LEN);
        let id = self.id();
        let padded = provider
            .crypto()
            .aead_decrypt(
                AeadType::ChaCha20Poly1305,
                &key[..],
                sealed,
                nonce,
                id.as_bytes(),
            )
            .map_err(|_| SignalError::Unreadable)?;
        let [first, second, rest @ ..] = &padded[..] else {
            return Err(SignalError::Unreadable);
        };
        let len = usize::from(u16::from_be_bytes([*first, *second]));
        rest.get(..len)
            .map(<[u8]>::to_vec)
            .ok_or(SignalError::Unreadable)
    }
}
