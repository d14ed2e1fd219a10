//! Identity: the ledger of an account's devices, device keys, connection tokens, the recovery key.
//!
//! Level 1, shared: every client checks ledgers against a lying server, and the server checks them
//! against a lying client. Pure: time and randomness come in as arguments. MLS and passwords are
//! elsewhere.

pub mod conversation;
mod entry;
mod key;
mod ledger;
mod recovery;
mod recovery_proof;
mod safety;
#[cfg(test)]
mod tests;
mod token;

pub use entry::{Action, ENTRY_LEN_MAX, Entry, EntryError, Hash};
pub use key::{BadSignature, KEY_LEN, PublicKey, SIGNATURE_LEN, SecretKey};
pub use ledger::{Ledger, LedgerError};
pub use recovery::{RecoveryKey, RecoveryKeyError, SECRET_LEN as RECOVERY_SECRET_LEN};
pub use recovery_proof::RecoveryProof;
pub use safety::{Comparison, SAFETY_DIGITS, SafetyNumber};
pub use token::{NONCE_LEN, TOKEN_LEN, Token, TokenError};
