//! What a person without a device or a password shows a server: a signature of the recovery key.
//!
//! ```text
//! signed   u64 time ms, big-endian | nonce (16) | username | 0 | name of the server
//! ```
//! As a token, it is worth something for [`limits::TOKEN_AGE_MAX_MS`] and once, at the server that it names. The
//! key to check it by is the one in the ledger's first entry, so that a server can't hand out what it doesn't know.

use pipit_domain::{Timestamp, Username, limits};

use crate::key::{PublicKey, SIGNATURE_LEN, SecretKey};
use crate::token::{NONCE_LEN, TokenError};

const LABEL: &str = "pipit recovery proof v1";

/// Shows that whoever made it holds an account's recovery key.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryProof {
    /// By the server's clock.
    pub time: Timestamp,
    /// Used once.
    pub nonce: [u8; NONCE_LEN],
    /// Over all of it.
    pub signature: [u8; SIGNATURE_LEN],
}

impl RecoveryProof {
    /// Signs a proof for the account of this name at the server of that name.
    #[must_use]
    pub fn sign(
        recovery: &SecretKey,
        username: &Username,
        server: &str,
        now: Timestamp,
        nonce: [u8; NONCE_LEN],
    ) -> Self {
        let message = signed_bytes(username, server, now, &nonce);
        Self {
            time: now,
            nonce,
            signature: recovery.sign(LABEL, &message),
        }
    }

    /// Checks time and signature by the recovery key of the account. The caller keeps the nonce.
    ///
    /// # Errors
    /// Says what is wrong; nobody must be let in.
    pub fn verify(
        &self,
        recovery: &PublicKey,
        username: &Username,
        server: &str,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        if self.time.distance_ms(now) > limits::TOKEN_AGE_MAX_MS {
            return Err(TokenError::Time);
        }
        let message = signed_bytes(username, server, self.time, &self.nonce);
        recovery
            .verify(LABEL, &message, &self.signature)
            .map_err(|_| TokenError::Signature)
    }
}

impl std::fmt::Debug for RecoveryProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryProof")
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

fn signed_bytes(
    username: &Username,
    server: &str,
    time: Timestamp,
    nonce: &[u8; NONCE_LEN],
) -> Vec<u8> {
    let mut bytes = time.as_millis().to_be_bytes().to_vec();
    bytes.extend(nonce);
    bytes.extend(username.as_str().as_bytes());
    bytes.push(0);
    bytes.extend(server.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Username {
        Username::parse(text).unwrap()
    }

    #[test]
    fn a_proof_counts_for_one_name_at_one_server_for_a_minute() {
        let (key, other) = (
            SecretKey::from_seed(&[1; 32]),
            SecretKey::from_seed(&[2; 32]),
        );
        let at = |ms: u64| Timestamp::from_millis(1_000_000 + ms);
        let proof = RecoveryProof::sign(&key, &name("mara"), "meadow", at(0), [3; NONCE_LEN]);
        let check = |key: &SecretKey, username: &str, server: &str, ms| {
            proof.verify(&key.public(), &name(username), server, at(ms))
        };
        assert_eq!(check(&key, "mara", "meadow", 60_000), Ok(()));
        assert_eq!(check(&key, "mara", "meadow", 60_001), Err(TokenError::Time));
        assert_eq!(check(&key, "tom", "meadow", 0), Err(TokenError::Signature));
        assert_eq!(check(&key, "mara", "forest", 0), Err(TokenError::Signature));
        assert_eq!(
            check(&other, "mara", "meadow", 0),
            Err(TokenError::Signature)
        );
        let renewed = RecoveryProof {
            time: at(9),
            ..proof.clone()
        };
        let verdict = renewed.verify(&key.public(), &name("mara"), "meadow", at(9));
        assert_eq!(verdict, Err(TokenError::Signature));
    }
}
