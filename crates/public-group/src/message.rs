//! Reading MLS messages of an expected kind, whole and with nothing after them.

use openmls::prelude::group_info::VerifiableGroupInfo;
use openmls::prelude::tls_codec::DeserializeBytes;
use openmls::prelude::{
    KeyPackageIn, MlsMessageBodyIn, MlsMessageIn, ProtocolMessage, RatchetTreeIn, Welcome,
};
use pipit_domain::limits;
use pipit_mailbox::Suite;

use crate::{HandshakeError, suite};

fn body(bytes: &[u8], len_max: usize) -> Result<MlsMessageBodyIn, HandshakeError> {
    if bytes.len() > len_max {
        return Err(HandshakeError::Malformed);
    }
    MlsMessageIn::tls_deserialize_exact_bytes(bytes)
        .map(MlsMessageIn::extract)
        .map_err(|_| HandshakeError::Malformed)
}

pub(crate) fn group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo, HandshakeError> {
    match body(bytes, limits::HANDSHAKE_LEN_MAX)? {
        MlsMessageBodyIn::GroupInfo(group_info) => Ok(group_info),
        _ => Err(HandshakeError::Malformed),
    }
}

pub(crate) fn handshake(bytes: &[u8]) -> Result<ProtocolMessage, HandshakeError> {
    match body(bytes, limits::HANDSHAKE_LEN_MAX)? {
        MlsMessageBodyIn::PublicMessage(message) => Ok(ProtocolMessage::from(message)),
        _ => Err(HandshakeError::Malformed),
    }
}

pub(crate) fn key_package(bytes: &[u8]) -> Result<KeyPackageIn, HandshakeError> {
    match body(bytes, limits::KEY_PACKAGE_LEN_MAX)? {
        MlsMessageBodyIn::KeyPackage(key_package) => Ok(key_package),
        _ => Err(HandshakeError::Malformed),
    }
}

pub(crate) fn ratchet_tree(bytes: &[u8]) -> Result<RatchetTreeIn, HandshakeError> {
    if bytes.len() > limits::HANDSHAKE_LEN_MAX {
        return Err(HandshakeError::Malformed);
    }
    RatchetTreeIn::tls_deserialize_exact_bytes(bytes).map_err(|_| HandshakeError::Malformed)
}

/// Checks that bytes are a Welcome of a suite with one secret for each of `joiners` new members. What
/// is in it only they can read.
///
/// # Errors
/// When it is not.
pub fn check_welcome(bytes: &[u8], suite: Suite, joiners: usize) -> Result<(), HandshakeError> {
    let welcome: Welcome = match body(bytes, limits::HANDSHAKE_LEN_MAX)? {
        MlsMessageBodyIn::Welcome(welcome) => welcome,
        _ => return Err(HandshakeError::Malformed),
    };
    if suite::of(welcome.ciphersuite())? != suite || welcome.secrets().len() != joiners {
        return Err(HandshakeError::Invalid);
    }
    Ok(())
}
