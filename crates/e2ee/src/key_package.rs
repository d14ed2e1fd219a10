//! Key packages: what a device leaves at the server so that others can add it while it is away.

use openmls::prelude::{
    KeyPackage, KeyPackageIn, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, ProtocolVersion,
    tls_codec::{DeserializeBytes as _, Serialize as _},
};
use openmls_traits::OpenMlsProvider as _;
use pipit_domain::{Timestamp, limits};

use crate::config::{self, KEY_PACKAGE_LIFETIME_MS};
use crate::crypto::{Provider, Storage};
use crate::identity::{Identity, LeafIdentity};
use crate::roster::{Refusal, Roster, admit_new};
use crate::suite::Suite;

/// Why a key package was not made or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyPackageError {
    /// The bytes are not one key package within [`limits::KEY_PACKAGE_LEN_MAX`].
    #[error("the bytes are not a key package")]
    Malformed,
    /// A signature in it is wrong, or its parts do not fit together.
    #[error("the key package is not valid")]
    Invalid,
    /// Of another cipher suite than asked for.
    #[error("the key package is of another cipher suite")]
    WrongSuite,
    /// Not valid yet, valid for longer than ours ever are, or for too short a time still. Its device
    /// has to publish new ones.
    #[error("the key package is out of date")]
    OutOfDate,
    /// Whose it is.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The private half could not be stored, or the library failed: roll back.
    #[error("the key package could not be made")]
    Internal,
}

/// A key package to publish. Its private half is in storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKeyPackage {
    /// Its suite.
    pub suite: Suite,
    /// Whether the server may hand it out again and again when no other is left.
    pub is_last_resort: bool,
    /// MLSMessage; about 300 bytes classical, 2.7 KB post-quantum.
    pub bytes: Vec<u8>,
}

/// Makes `one_time` key packages and, if asked, one of last resort, and stores their private halves.
/// They are valid for [`KEY_PACKAGE_LIFETIME_MS`] from `now`.
///
/// # Errors
/// [`KeyPackageError::Internal`] when storing fails; roll the transaction back and do it again.
pub fn generate_key_packages<S: Storage>(
    provider: &Provider<'_, S>,
    identity: &Identity,
    suite: Suite,
    one_time: usize,
    last_resort: bool,
    now: Timestamp,
) -> Result<Vec<NewKeyPackage>, KeyPackageError> {
    let kinds = std::iter::repeat_n(false, one_time).chain(last_resort.then_some(true));
    kinds
        .map(|is_last_resort| generate(provider, identity, suite, is_last_resort, now))
        .collect()
}

fn generate<S: Storage>(
    provider: &Provider<'_, S>,
    identity: &Identity,
    suite: Suite,
    is_last_resort: bool,
    now: Timestamp,
) -> Result<NewKeyPackage, KeyPackageError> {
    let mut builder = KeyPackage::builder()
        .key_package_lifetime(config::lifetime(now))
        .leaf_node_capabilities(config::capabilities());
    if is_last_resort {
        builder = builder.mark_as_last_resort();
    }
    let bundle = builder
        .build(suite.mls(), provider, identity, identity.credential())
        .map_err(|_| KeyPackageError::Internal)?;
    let bytes = MlsMessageOut::from(bundle.into_key_package())
        .tls_serialize_detached()
        .map_err(|_| KeyPackageError::Internal)?;
    Ok(NewKeyPackage {
        suite,
        is_last_resort,
        bytes,
    })
}

/// A device that may be added to a group: its key package, verified, and found in its ledger.
#[derive(Debug, Clone)]
pub struct NewLeaf {
    identity: LeafIdentity,
    suite: Suite,
    key_package: KeyPackage,
}

impl NewLeaf {
    /// Verifies a key package that the server handed out.
    ///
    /// # Errors
    /// Says why this device cannot be added with it. [`Refusal::UnknownLeaf`]: fetch the ledger first.
    pub fn verify<S: Storage>(
        provider: &Provider<'_, S>,
        bytes: &[u8],
        suite: Suite,
        roster: &impl Roster,
        now: Timestamp,
    ) -> Result<Self, KeyPackageError> {
        let key_package = read(bytes)?
            .validate(provider.crypto(), ProtocolVersion::Mls10)
            .map_err(|_| KeyPackageError::Invalid)?;
        if key_package.ciphersuite() != suite.mls() {
            return Err(KeyPackageError::WrongSuite);
        }
        check_lifetime(&key_package, now)?;
        let identity = LeafIdentity::of_leaf(key_package.leaf_node())?;
        let identity = admit_new(roster, identity)?;
        Ok(Self {
            identity,
            suite,
            key_package,
        })
    }

    /// Who it is.
    #[must_use]
    pub const fn identity(&self) -> LeafIdentity {
        self.identity
    }

    pub(crate) const fn suite(&self) -> Suite {
        self.suite
    }

    pub(crate) fn into_key_package(self) -> KeyPackage {
        self.key_package
    }
}

fn read(bytes: &[u8]) -> Result<KeyPackageIn, KeyPackageError> {
    if bytes.len() > limits::KEY_PACKAGE_LEN_MAX {
        return Err(KeyPackageError::Malformed);
    }
    let message =
        MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(|_| KeyPackageError::Malformed)?;
    match message.extract() {
        MlsMessageBodyIn::KeyPackage(key_package) => Ok(key_package),
        _ => Err(KeyPackageError::Malformed),
    }
}

fn check_lifetime(key_package: &KeyPackage, now: Timestamp) -> Result<(), KeyPackageError> {
    let lifetime = key_package.life_time();
    let longest_s = KEY_PACKAGE_LIFETIME_MS / 1000 + 24 * 60 * 60;
    let needed_until_s = now
        .as_secs()
        .saturating_add(limits::KEY_PACKAGE_REMAINING_MIN_MS / 1000);
    let span_s = lifetime.not_after().saturating_sub(lifetime.not_before());
    if span_s > longest_s || lifetime.not_after() < needed_until_s {
        return Err(KeyPackageError::OutOfDate);
    }
    Ok(())
}
