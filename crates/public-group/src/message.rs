//! Reading MLS messages of an expected kind, whole and with nothing after them.

use openmls::prelude::group_info::VerifiableGroupInfo;
use std::collections::BTreeMap;

use bytes::Bytes;
use openmls::prelude::tls_codec::{DeserializeBytes, Serialize as _, Size, VLByteSlice};
use openmls::prelude::{
    KeyPackageIn, MlsMessageBodyIn, MlsMessageIn, ProtocolMessage, RatchetTreeIn, Welcome,
};
use pipit_domain::limits;
use pipit_mailbox::Suite;

use crate::leaf::Leaf;
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

/// Cuts a Welcome into one for each new member, with the secret for that member alone: as large as one,
/// however many join (RFC 9420, section 12.4.3.1: what a Welcome holds for others is of no use).
///
/// ```text
/// u16 version | u16 wire format = 3 | u16 suite | secrets<V> | opaque encrypted_group_info<V>
/// ```
///
/// # Errors
/// When it is no Welcome of this suite, or not one secret for each of `joiners` is in it.
pub fn slice_welcome(
    bytes: &[u8],
    suite: Suite,
    joiners: &[(Leaf, Vec<u8>)],
) -> Result<Vec<(Leaf, Bytes)>, HandshakeError> {
    check_welcome(bytes, suite, joiners.len())?;
    let MlsMessageBodyIn::Welcome(welcome) = body(bytes, limits::HANDSHAKE_LEN_MAX)? else {
        return Err(HandshakeError::Malformed);
    };
    let invalid = HandshakeError::Invalid;
    let secrets = welcome
        .secrets()
        .iter()
        .map(|secret| {
            let bytes = secret.tls_serialize_detached().map_err(|_| invalid)?;
            Ok((secret.new_member().as_slice().to_vec(), bytes))
        })
        .collect::<Result<BTreeMap<_, _>, HandshakeError>>()?;
    let all: usize = welcome.secrets().iter().map(Size::tls_serialized_len).sum();
    let all_header = match all {
        0..0x40 => 1,
        0x40..0x4000 => 2,
        _ => 4,
    };
    let (head, rest) = bytes.split_at_checked(HEAD_LEN).ok_or(invalid)?;
    let encrypted_group_info = rest.get(all_header + all..).ok_or(invalid)?;
    joiners
        .iter()
        .map(|(leaf, reference)| {
            let secret = secrets.get(reference).ok_or(invalid)?;
            let secret = VLByteSlice(secret)
                .tls_serialize_detached()
                .map_err(|_| invalid)?;
            Ok((*leaf, [head, &secret, encrypted_group_info].concat().into()))
        })
        .collect()
}

/// Bytes of a Welcome's message before its secrets: version, wire format and suite.
const HEAD_LEN: usize = 6;
