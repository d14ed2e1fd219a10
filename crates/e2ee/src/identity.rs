//! Who a leaf of the tree says it is, and our own signing identity.
//!
//! ```text
//! Basic credential   account id (32) | device id (16)
//! signature key      Ed25519, the device's key in its account's ledger
//! ```
//! The device id is a hash of the key, so the pair cannot be mixed; whether the key belongs to the
//! account is the roster's question.

use openmls::prelude::{
    BasicCredential, Credential, CredentialType, CredentialWithKey, LeafNode, Member,
    SignaturePublicKey,
};
use openmls_traits::signatures::{Signer, SignerError};
use openmls_traits::types::SignatureScheme;
use pipit_domain::{AccountId, DeviceId};
use pipit_ledger::{PublicKey, SecretKey};

use crate::roster::Refusal;

const CREDENTIAL_LEN: usize = AccountId::LEN + DeviceId::LEN;

/// Who we are when we act: our account and this device's secret key.
#[derive(Debug, Clone)]
pub struct Identity {
    account: AccountId,
    key: SecretKey,
}

impl Identity {
    /// Joins the two. The key must be in the account's ledger, or nobody will accept its leaves.
    #[must_use]
    pub const fn new(account: AccountId, key: SecretKey) -> Self {
        Self { account, key }
    }

    /// How others see this device in a group.
    #[must_use]
    pub fn leaf(&self) -> LeafIdentity {
        let key = self.key.public();
        LeafIdentity {
            account: self.account,
            device: key.device_id(),
            key,
        }
    }

    pub(crate) fn credential(&self) -> CredentialWithKey {
        let leaf = self.leaf();
        let name = [&leaf.account.as_bytes()[..], leaf.device.as_bytes()].concat();
        CredentialWithKey {
            credential: BasicCredential::new(name).into(),
            signature_key: SignaturePublicKey::from(leaf.key.as_bytes().to_vec()),
        }
    }
}

impl Signer for Identity {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.key.sign_unlabelled(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// Who a leaf says it is: account, device and the key that it signs with. Read within bounds; the
/// device id fits the key. Ordered by account, then device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIdentity {
    /// The account that the device says it belongs to.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// Its signature key.
    pub key: PublicKey,
}

impl LeafIdentity {
    pub(crate) fn read(credential: &Credential, key: &[u8]) -> Result<Self, Refusal> {
        let (account, device) = names(credential)?;
        let key = PublicKey::try_from(key).map_err(|_| Refusal::BadCredential)?;
        if key.device_id() != device {
            return Err(Refusal::BadCredential);
        }
        Ok(Self {
            account,
            device,
            key,
        })
    }

    pub(crate) fn of_leaf(leaf: &LeafNode) -> Result<Self, Refusal> {
        Self::read(leaf.credential(), leaf.signature_key().as_slice())
    }

    pub(crate) fn of_member(member: &Member) -> Result<Self, Refusal> {
        Self::read(&member.credential, &member.signature_key)
    }
}

/// The account and device that a credential names.
pub(crate) fn names(credential: &Credential) -> Result<(AccountId, DeviceId), Refusal> {
    if credential.credential_type() != CredentialType::Basic {
        return Err(Refusal::BadCredential);
    }
    let bytes = credential.serialized_content();
    if bytes.len() != CREDENTIAL_LEN {
        return Err(Refusal::BadCredential);
    }
    let (account, device) = bytes.split_at(AccountId::LEN);
    let account = AccountId::try_from(account).map_err(|_| Refusal::BadCredential)?;
    let device = DeviceId::try_from(device).map_err(|_| Refusal::BadCredential)?;
    Ok((account, device))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn identity() -> Identity {
        Identity::new(AccountId::new([1; 32]), SecretKey::from_seed(&[2; 32]))
    }

    #[test]
    fn a_leaf_reads_back_as_who_made_it() {
        let made = identity().credential();
        let read = LeafIdentity::read(&made.credential, made.signature_key.as_slice()).unwrap();
        assert_eq!(read, identity().leaf());
    }

    #[test]
    fn another_key_length_or_kind_is_refused() {
        let made = identity().credential();
        let other_key = SecretKey::from_seed(&[3; 32]).public();
        assert_eq!(
            LeafIdentity::read(&made.credential, other_key.as_bytes()),
            Err(Refusal::BadCredential)
        );
        assert_eq!(
            LeafIdentity::read(&made.credential, &[0; 31]),
            Err(Refusal::BadCredential)
        );
        let key = made.signature_key.as_slice();
        let x509 = Credential::new(
            CredentialType::X509,
            made.credential.serialized_content().to_vec(),
        );
        assert_eq!(LeafIdentity::read(&x509, key), Err(Refusal::BadCredential));
    }

    #[test]
    fn debug_shows_no_secret() {
        let seed = "02".repeat(32);
        let shown = format!("{:?}", identity());
        assert!(
            !shown.contains(&seed) && !shown.contains("[2, 2"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn any_credential_is_read_or_refused(name in proptest::collection::vec(any::<u8>(), 0..100)) {
            let credential: Credential = BasicCredential::new(name.clone()).into();
            let read = LeafIdentity::read(&credential, identity().leaf().key.as_bytes());
            let fits = name.len() == CREDENTIAL_LEN && name[32..] == *identity().leaf().device.as_bytes();
            prop_assert_eq!(read.is_ok(), fits);
        }
    }
}
