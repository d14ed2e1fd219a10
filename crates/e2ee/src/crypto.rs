//! What OpenMLS needs from outside: cryptography, randomness, and the caller's storage.

use std::error::Error;
use std::fmt;

use openmls_rust_crypto::RustCrypto;
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};

/// A place for MLS state: any storage provider of OpenMLS's current version whose errors can be boxed.
/// Implemented for all of them; the client's is a view of one database transaction.
pub trait Storage: StorageProvider<CURRENT_VERSION, Error = Self::Failure> {
    /// Its error.
    type Failure: Error + Send + Sync + 'static;
}

impl<S, E> Storage for S
where
    S: StorageProvider<CURRENT_VERSION, Error = E>,
    E: Error + Send + Sync + 'static,
{
    type Failure = E;
}

/// The storage refused to read or write. Roll back; trying again later may help.
#[derive(Debug, thiserror::Error)]
#[error("the storage of encryption keys failed")]
pub struct StorageFailure(#[source] pub(crate) Box<dyn Error + Send + Sync>);

impl StorageFailure {
    pub(crate) fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

/// Cryptography and a random generator seeded by the system. Make one and keep it.
#[derive(Default)]
pub struct Crypto(pub(crate) RustCrypto);

impl fmt::Debug for Crypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Crypto")
    }
}

/// [`Crypto`] and one storage, together what every operation takes. Cheap: make one per transaction.
pub struct Provider<'a, S> {
    crypto: &'a Crypto,
    storage: &'a S,
}

impl<'a, S: Storage> Provider<'a, S> {
    /// Joins the two.
    pub const fn new(crypto: &'a Crypto, storage: &'a S) -> Self {
        Self { crypto, storage }
    }
}

impl<S> fmt::Debug for Provider<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider")
    }
}

impl<S: Storage> OpenMlsProvider for Provider<'_, S> {
    type CryptoProvider = RustCrypto;
    type RandProvider = RustCrypto;
    type StorageProvider = S;

    fn storage(&self) -> &S {
        self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        &self.crypto.0
    }

    fn rand(&self) -> &RustCrypto {
        &self.crypto.0
    }
}
