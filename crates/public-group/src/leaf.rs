//! Leaves: which device each one is.
//!
//! ```text
//! Basic credential: account id (32) | device id (16); signature key: the device's Ed25519 key (32)
//! ```

use openmls::prelude::{BasicCredential, Credential, LeafNode, Member};
use pipit_domain::{AccountId, DeviceId};
use pipit_ledger::PublicKey;
use pipit_mailbox::DeviceAddress;

use crate::HandshakeError;

/// A leaf as its credential names it; that the key belongs to the device id is checked, that the
/// device belongs to the account is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The account and the device that it claims.
    pub address: DeviceAddress,
    /// Its signature key: the device's.
    pub key: PublicKey,
}

impl Leaf {
    pub(crate) fn of_node(node: &LeafNode) -> Result<Self, HandshakeError> {
        Self::read(node.credential(), node.signature_key().as_slice())
    }

    pub(crate) fn of_member(member: &Member) -> Result<Self, HandshakeError> {
        Self::read(&member.credential, &member.signature_key)
    }

    fn read(credential: &Credential, key: &[u8]) -> Result<Self, HandshakeError> {
        let bad = HandshakeError::BadCredential;
        let credential = BasicCredential::try_from(credential.clone()).map_err(|_| bad)?;
        let (account, device) = credential
            .identity()
            .split_at_checked(AccountId::LEN)
            .ok_or(bad)?;
        let account = AccountId::try_from(account).map_err(|_| bad)?;
        let device = DeviceId::try_from(device).map_err(|_| bad)?;
        let key = PublicKey::try_from(key).map_err(|_| bad)?;
        if key.device_id() != device {
            return Err(bad);
        }
        Ok(Self {
            address: DeviceAddress { account, device },
            key,
        })
    }
}
