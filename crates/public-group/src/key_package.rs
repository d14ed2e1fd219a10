//! Key packages, checked before others are handed them.

use openmls::prelude::ProtocolVersion;
use openmls_rust_crypto::RustCrypto;
use pipit_domain::Timestamp;
use pipit_mailbox::Suite;

use crate::leaf::Leaf;
use crate::{HandshakeError, message, suite};

/// What a valid key package says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedKeyPackage {
    /// The leaf that it would add.
    pub leaf: Leaf,
    /// Its cipher suite.
    pub suite: Suite,
    /// Whether it is marked to be used more than once.
    pub is_last_resort: bool,
    /// Until when it may be used.
    pub expires: Timestamp,
}

/// Reads a key package and checks its signatures and its lifetime (by the system's clock, in OpenMLS).
///
/// # Errors
/// When it is malformed, does not check, or is no longer valid.
pub fn read_key_package(bytes: &[u8]) -> Result<CheckedKeyPackage, HandshakeError> {
    let key_package = message::key_package(bytes)?
        .validate(&RustCrypto::default(), ProtocolVersion::Mls10)
        .map_err(|_| HandshakeError::Invalid)?;
    Ok(CheckedKeyPackage {
        leaf: Leaf::of_node(key_package.leaf_node())?,
        suite: suite::of(key_package.ciphersuite())?,
        is_last_resort: key_package.last_resort(),
        expires: Timestamp::from_millis(key_package.life_time().not_after().saturating_mul(1000)),
    })
}
