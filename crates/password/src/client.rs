//! The client's half of OPAQUE: a state machine of two steps for sign-up and one for log-in.

use std::fmt;

use opaque_ke::errors::ProtocolError;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, Identifiers, RegistrationResponse,
};
use rand::{CryptoRng, RngCore};

use crate::suite::{CONTEXT, Stretch, Suite, len};
use crate::{ExportKey, Password, SessionKey};

/// Why the client's half stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Name and password do not belong together: the password is wrong, or the server knows no
    /// such account (it does not tell which).
    #[error("the name or the password is wrong")]
    WrongPassword,
    /// The server's message is not one of this protocol. Trying again does not help.
    #[error("the server's answer is not an OPAQUE message of this suite")]
    Malformed,
    /// The password could not be stretched: no memory for it.
    #[error("not enough memory to check the password")]
    Stretch,
}

impl From<ProtocolError> for ClientError {
    fn from(error: ProtocolError) -> Self {
        use opaque_ke::errors::InternalError;
        match error {
            ProtocolError::InvalidLoginError => Self::WrongPassword,
            ProtocolError::LibraryError(InternalError::KsfError) => Self::Stretch,
            _ => Self::Malformed,
        }
    }
}

/// A sign-up between its two messages. Dropped unfinished, it leaves nothing.
pub struct Registration {
    state: ClientRegistration<Suite>,
    password: Password,
}

impl Registration {
    /// Starts a sign-up. Returns the state to keep in memory and the request to send (32 bytes).
    ///
    /// # Errors
    /// Only when the library fails on valid input, which is our bug.
    pub fn start(
        password: &Password,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Vec<u8>), ClientError> {
        let started = ClientRegistration::<Suite>::start(rng, password.as_bytes())?;
        let request = started.message.serialize().to_vec();
        Ok((
            Self {
                state: started.state,
                password: password.clone(),
            },
            request,
        ))
    }

    /// Takes the server's response; returns the upload to send (192 bytes) and the export key.
    /// Stretches the password: takes a good part of a second and 64 MiB.
    ///
    /// # Errors
    /// [`ClientError::Malformed`] for a response that is not one, [`ClientError::Stretch`] without memory.
    pub fn finish(
        self,
        response: &[u8],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Vec<u8>, ExportKey), ClientError> {
        exact(response, len::REGISTRATION_RESPONSE)?;
        let response = RegistrationResponse::<Suite>::deserialize(response)?;
        let stretch = Stretch::default();
        let parameters =
            ClientRegistrationFinishParameters::new(Identifiers::default(), Some(&stretch));
        let done = self
            .state
            .finish(rng, self.password.as_bytes(), response, parameters)?;
        Ok((
            done.message.serialize().to_vec(),
            ExportKey::new(done.export_key.as_ref()),
        ))
    }
}

/// A log-in between its two messages. Dropped unfinished, it leaves nothing.
pub struct Login {
    state: ClientLogin<Suite>,
    password: Password,
}

/// What a log-in with the right password gives.
#[derive(Debug)]
pub struct LoggedIn {
    /// To send to the server (64 bytes): proves the password.
    pub finish: Vec<u8>,
    /// Opens the recovery bundle.
    pub export_key: ExportKey,
    /// Shared with the server that answered.
    pub session_key: SessionKey,
}

impl Login {
    /// Starts a log-in. Returns the state to keep in memory and the request to send (96 bytes).
    ///
    /// # Errors
    /// Only when the library fails on valid input, which is our bug.
    pub fn start(
        password: &Password,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Self, Vec<u8>), ClientError> {
        let started = ClientLogin::<Suite>::start(rng, password.as_bytes())?;
        let request = started.message.serialize().to_vec();
        Ok((
            Self {
                state: started.state,
                password: password.clone(),
            },
            request,
        ))
    }

    /// Takes the server's response. Stretches the password: takes a good part of a second and 64 MiB.
    ///
    /// # Errors
    /// [`ClientError::WrongPassword`] when name and password do not fit (or no such account exists),
    /// [`ClientError::Malformed`] for a response that is not one, [`ClientError::Stretch`] without memory.
    pub fn finish(
        self,
        response: &[u8],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<LoggedIn, ClientError> {
        exact(response, len::CREDENTIAL_RESPONSE)?;
        let response = CredentialResponse::<Suite>::deserialize(response)?;
        let stretch = Stretch::default();
        let parameters =
            ClientLoginFinishParameters::new(Some(CONTEXT), Identifiers::default(), Some(&stretch));
        let done = self
            .state
            .finish(rng, self.password.as_bytes(), response, parameters)?;
        Ok(LoggedIn {
            finish: done.message.serialize().to_vec(),
            export_key: ExportKey::new(done.export_key.as_ref()),
            session_key: SessionKey::new(done.session_key.as_ref()),
        })
    }
}

fn exact(bytes: &[u8], len: usize) -> Result<(), ClientError> {
    if bytes.len() == len {
        Ok(())
    } else {
        Err(ClientError::Malformed)
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration([redacted])")
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login([redacted])")
    }
}
