//! Ids of conversations that follow from who is in them.
//!
//! Two people have one 1:1 conversation, whoever opens it first, and an account has one note to self.
//! Deriving their ids lets the server refuse the second of two that are created at the same moment.

use pipit_domain::{AccountId, ConversationId};
use sha2::{Digest, Sha256};

/// The id of the 1:1 of two accounts, the same from both sides.
#[must_use]
pub fn direct(one: AccountId, other: AccountId) -> ConversationId {
    let (first, second) = if one <= other {
        (one, other)
    } else {
        (other, one)
    };
    derive(b"pipit direct v1", &[first, second])
}

/// The id of an account's note to self.
#[must_use]
pub fn note_to_self(account: AccountId) -> ConversationId {
    derive(b"pipit self v1", &[account])
}

fn derive(label: &[u8], accounts: &[AccountId]) -> ConversationId {
    let mut hash = Sha256::new();
    hash.update(label);
    accounts
        .iter()
        .for_each(|account| hash.update(account.as_bytes()));
    let hash: [u8; 32] = hash.finalize().into();
    let mut id = [0; ConversationId::LEN];
    id.copy_from_slice(&hash[..ConversationId::LEN]);
    ConversationId::new(id)
}
