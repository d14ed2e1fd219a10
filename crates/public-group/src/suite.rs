//! The cipher suites that groups may have here.

use openmls::prelude::Ciphersuite;
use pipit_mailbox::Suite;

use crate::HandshakeError;

pub(crate) fn of(suite: Ciphersuite) -> Result<Suite, HandshakeError> {
    match suite {
        Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 => Ok(Suite::Classical),
        Ciphersuite::MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519 => Ok(Suite::PostQuantum),
        _ => Err(HandshakeError::UnknownSuite),
    }
}
