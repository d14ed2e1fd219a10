//! The server's half of OPAQUE: stateless for sign-up, one short-lived state for log-in.
//!
//! What the server keeps per account ([`record`]) does not allow testing a guess without the
//! [`Setup`]; keep the setup out of the same backup if that matters to you.

use std::fmt;

use opaque_ke::errors::ProtocolError;
use opaque_ke::{
    CredentialFinalization, CredentialRequest, Identifiers, RegistrationRequest,
    RegistrationUpload, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use pipit_domain::Username;
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::SessionKey;
use crate::suite::{CONTEXT, Suite, len};

/// Why the server's half stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// The client did not prove the password. Count it as a guess.
    #[error("the name or the password is wrong")]
    WrongPassword,
    /// The client's message is not one of this protocol: refuse it.
    #[error("the message is not an OPAQUE message of this suite")]
    Malformed,
    /// Stored bytes (setup, record or log-in state) are not what this crate wrote: our own storage is
    /// damaged or of another version.
    #[error("stored password data is damaged or of another version")]
    Stored,
}

/// The server's long-lived secrets: made once, kept for ever (without it no password works again),
/// 128 bytes.
pub struct Setup(ServerSetup<Suite>);

impl Setup {
    /// Makes the secrets of a new server.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self(ServerSetup::new(rng))
    }

    /// The bytes to store: 128, secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize().to_vec())
    }

    /// Reads what [`to_bytes`](Self::to_bytes) gave.
    ///
    /// # Errors
    /// [`ServerError::Stored`] when the bytes are not a setup.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ServerError> {
        stored(bytes, len::SETUP)?;
        ServerSetup::deserialize(bytes)
            .map(Self)
            .map_err(|_| ServerError::Stored)
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Setup([redacted])")
    }
}

/// Answers the first message of a sign-up (64 bytes). Keeps nothing.
///
/// # Errors
/// [`ServerError::Malformed`] when the request is not one.
pub fn register(
    setup: &Setup,
    username: &Username,
    request: &[u8],
) -> Result<Vec<u8>, ServerError> {
    received(request, len::REGISTRATION_REQUEST)?;
    let request =
        RegistrationRequest::<Suite>::deserialize(request).map_err(|_| ServerError::Malformed)?;
    let answer = ServerRegistration::start(&setup.0, request, username.as_str().as_bytes())
        .map_err(|_| ServerError::Malformed)?;
    Ok(answer.message.serialize().to_vec())
}

/// Checks the upload that ends a sign-up; returns the record to store with the account (192 bytes).
///
/// # Errors
/// [`ServerError::Malformed`] when the upload is not one.
pub fn record(upload: &[u8]) -> Result<Vec<u8>, ServerError> {
    received(upload, len::UPLOAD)?;
    let upload =
        RegistrationUpload::<Suite>::deserialize(upload).map_err(|_| ServerError::Malformed)?;
    Ok(ServerRegistration::finish(upload).serialize().to_vec())
}

/// A log-in between its two messages.
pub struct Login(ServerLogin<Suite>);

impl Login {
    /// Answers the first message of a log-in (320 bytes). With no record (an unknown name) the answer
    /// is made up and cannot be told from a real one; carry on as if the account existed.
    ///
    /// # Errors
    /// [`ServerError::Malformed`] for a request that is not one, [`ServerError::Stored`] for a
    /// damaged record.
    pub fn start(
        setup: &Setup,
        username: &Username,
        record: Option<&[u8]>,
        request: &[u8],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Vec<u8>), ServerError> {
        received(request, len::CREDENTIAL_REQUEST)?;
        let request =
            CredentialRequest::<Suite>::deserialize(request).map_err(|_| ServerError::Malformed)?;
        let record = match record {
            None => None,
            Some(bytes) => {
                stored(bytes, len::UPLOAD)?;
                Some(
                    ServerRegistration::<Suite>::deserialize(bytes)
                        .map_err(|_| ServerError::Stored)?,
                )
            }
        };
        let name = username.as_str().as_bytes();
        let started = ServerLogin::start(rng, &setup.0, record, request, name, parameters())
            .map_err(|_| ServerError::Malformed)?;
        Ok((Self(started.state), started.message.serialize().to_vec()))
    }

    /// The bytes to keep until the second message, where that is not in memory: 128, secret, for one
    /// use.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize().to_vec())
    }

    /// Reads what [`to_bytes`](Self::to_bytes) gave.
    ///
    /// # Errors
    /// [`ServerError::Stored`] when the bytes are not a log-in state.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ServerError> {
        stored(bytes, len::LOGIN_STATE)?;
        ServerLogin::deserialize(bytes)
            .map(Self)
            .map_err(|_| ServerError::Stored)
    }

    /// Checks the client's second message.
    ///
    /// # Errors
    /// [`ServerError::WrongPassword`] when it proves nothing; [`ServerError::Malformed`] when it has
    /// the wrong length.
    pub fn finish(self, message: &[u8]) -> Result<SessionKey, ServerError> {
        received(message, len::FINISH)?;
        let message =
            CredentialFinalization::deserialize(message).map_err(|_| ServerError::Malformed)?;
        match self.0.finish(message, parameters()) {
            Ok(done) => Ok(SessionKey::new(done.session_key.as_ref())),
            Err(ProtocolError::InvalidLoginError) => Err(ServerError::WrongPassword),
            Err(_) => Err(ServerError::Malformed),
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login([redacted])")
    }
}

fn parameters() -> ServerLoginParameters<'static, 'static> {
    ServerLoginParameters {
        context: Some(CONTEXT),
        identifiers: Identifiers::default(),
    }
}

fn received(bytes: &[u8], len: usize) -> Result<(), ServerError> {
    if bytes.len() == len {
        Ok(())
    } else {
        Err(ServerError::Malformed)
    }
}

fn stored(bytes: &[u8], len: usize) -> Result<(), ServerError> {
    if bytes.len() == len {
        Ok(())
    } else {
        Err(ServerError::Stored)
    }
}
