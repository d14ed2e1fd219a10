//! The recovery bundle: what an account's owner needs on a new device, sealed so that only the
//! password opens it. The server stores it and sees its length.
//!
//! ```text
//! u8 version = 1 | nonce (12) | ChaCha20-Poly1305 ciphertext | tag (16)
//! key  = HKDF-SHA256(ikm = export key, info = "pipit recovery bundle v1")
//! data = version | account id (32)
//! ```
//! The content is bytes to this file; the client core says what they mean, and versions them.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use hkdf::Hkdf;
use pipit_domain::AccountId;
use rand::{CryptoRng, RngCore};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ExportKey;

/// Bytes of a sealed bundle at most: what the server stores for an account.
pub const BUNDLE_LEN_MAX: usize = 4096;
/// Bytes of content at most: the rest of [`BUNDLE_LEN_MAX`].
pub const BUNDLE_CONTENT_LEN_MAX: usize = BUNDLE_LEN_MAX - OVERHEAD;

const VERSION: u8 = 1;
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
const OVERHEAD: usize = 1 + NONCE_LEN + TAG_LEN;
const INFO: &[u8] = b"pipit recovery bundle v1";

/// Why a bundle was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Longer than [`BUNDLE_LEN_MAX`] (or its content), or too short to be a bundle.
    #[error("the recovery bundle has an impossible length")]
    Length,
    /// Made by a version of Pipit that this one does not know: update the app.
    #[error("the recovery bundle was made by a newer version")]
    Newer,
    /// Another account's, another password's, or changed by somebody.
    #[error("the recovery bundle is not the one that this password sealed")]
    Forged,
}

/// Seals content for an account under its export key.
///
/// # Errors
/// [`BundleError::Length`] for content over [`BUNDLE_CONTENT_LEN_MAX`].
pub fn seal_bundle(
    key: &ExportKey,
    account: AccountId,
    content: &[u8],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, BundleError> {
    if content.len() > BUNDLE_CONTENT_LEN_MAX {
        return Err(BundleError::Length);
    }
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    let payload = Payload {
        msg: content,
        aad: &associated_data(account),
    };
    let sealed = cipher(key)
        .encrypt(Nonce::from_slice(&nonce), payload)
        .map_err(|_| BundleError::Length)?;
    Ok([&[VERSION], &nonce[..], &sealed].concat())
}

/// Opens what [`seal_bundle`] made.
///
/// # Errors
/// Says which way the bytes are not this account's bundle; none of them is cured by trying again.
pub fn open_bundle(
    key: &ExportKey,
    account: AccountId,
    bundle: &[u8],
) -> Result<Zeroizing<Vec<u8>>, BundleError> {
    if !(OVERHEAD..=BUNDLE_LEN_MAX).contains(&bundle.len()) {
        return Err(BundleError::Length);
    }
    if bundle[0] != VERSION {
        return Err(BundleError::Newer);
    }
    let (nonce, sealed) = bundle[1..].split_at(NONCE_LEN);
    let payload = Payload {
        msg: sealed,
        aad: &associated_data(account),
    };
    cipher(key)
        .decrypt(Nonce::from_slice(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| BundleError::Forged)
}

fn cipher(key: &ExportKey) -> ChaCha20Poly1305 {
    let mut derived = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, key.as_bytes())
        .expand(INFO, derived.as_mut())
        .expect("32 bytes are fewer than HKDF's limit of 255 blocks");
    ChaCha20Poly1305::new((&*derived).into())
}

fn associated_data(account: AccountId) -> [u8; 33] {
    let mut data = [VERSION; 33];
    data[1..].copy_from_slice(account.as_bytes());
    data
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    const ACCOUNT: AccountId = AccountId::new([3; 32]);

    fn sealed() -> (ExportKey, Vec<u8>) {
        let key = ExportKey::new(&[9; 64]);
        let bundle =
            seal_bundle(&key, ACCOUNT, b"keys", &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
        (key, bundle)
    }

    #[test]
    fn opens_what_it_sealed_and_only_for_the_same_account_and_key() {
        let (key, bundle) = sealed();
        assert_eq!(&*open_bundle(&key, ACCOUNT, &bundle).unwrap(), b"keys");
        assert_eq!(
            open_bundle(&key, AccountId::new([4; 32]), &bundle),
            Err(BundleError::Forged)
        );
        assert_eq!(
            open_bundle(&ExportKey::new(&[8; 64]), ACCOUNT, &bundle),
            Err(BundleError::Forged)
        );
    }

    #[test]
    fn any_changed_or_missing_byte_is_refused() {
        let (key, bundle) = sealed();
        for at in 0..bundle.len() {
            let mut changed = bundle.clone();
            changed[at] ^= 1;
            assert!(open_bundle(&key, ACCOUNT, &changed).is_err(), "{at}");
            assert!(open_bundle(&key, ACCOUNT, &bundle[..at]).is_err(), "{at}");
        }
        let newer = [&[2], &bundle[1..]].concat();
        assert_eq!(open_bundle(&key, ACCOUNT, &newer), Err(BundleError::Newer));
    }

    #[test]
    fn content_is_bounded() {
        let (key, _) = sealed();
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let most = vec![0; BUNDLE_CONTENT_LEN_MAX];
        assert_eq!(
            seal_bundle(&key, ACCOUNT, &most, &mut rng).unwrap().len(),
            BUNDLE_LEN_MAX
        );
        let more = vec![0; BUNDLE_CONTENT_LEN_MAX + 1];
        assert_eq!(
            seal_bundle(&key, ACCOUNT, &more, &mut rng),
            Err(BundleError::Length)
        );
        assert_eq!(
            open_bundle(&key, ACCOUNT, &vec![1; BUNDLE_LEN_MAX + 1]),
            Err(BundleError::Length)
        );
    }
}
