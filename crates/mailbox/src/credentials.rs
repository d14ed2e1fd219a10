//! The credentials port: second factors, new passwords, and the tallies of those who guess.

use pipit_domain::{AccountId, Timestamp};

use crate::Answer;

/// The second factor of an account.
#[derive(Clone)]
pub struct SecondFactorRow {
    /// What the account's app and this server share.
    pub secret: Vec<u8>,
    /// Recovery codes that were not used.
    pub recovery_codes: u32,
}

/// A second factor to be turned on.
#[derive(Clone)]
pub struct NewSecondFactor {
    /// Whose.
    pub account: AccountId,
    /// What the account's app and this server share.
    pub secret: Vec<u8>,
    /// The step whose code has shown that the app has the secret: it counts as used.
    pub step: u64,
    /// Hashes of the recovery codes.
    pub recovery_codes: Vec<[u8; 32]>,
}

/// How often something was tried, and until when nobody may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TallyRow {
    /// A keyed hash of what was tried: no name or address is kept.
    pub key: [u8; 16],
    /// Tries.
    pub count: u32,
    /// The last of them.
    pub last: Timestamp,
    /// When the next may be made.
    pub until: Timestamp,
}

/// What guards accounts beside their keys.
pub trait Credentials: Send + Sync {
    /// The second factor of an account, when it is on.
    fn second_factor(&self, account: AccountId) -> Answer<Option<SecondFactorRow>>;

    /// Turns a second factor on; `false`: another one is on already.
    fn enable_second_factor(&self, new: NewSecondFactor) -> Answer<bool>;

    /// Turns it off, and forgets its recovery codes.
    fn disable_second_factor(&self, account: AccountId) -> Answer<()>;

    /// Uses up the code of a step; `false`: that step, or a later one, was used.
    fn take_step(&self, account: AccountId, step: u64) -> Answer<bool>;

    /// Uses up a recovery code; `false`: it is none, or was used.
    fn take_recovery_code(&self, account: AccountId, hash: [u8; 32]) -> Answer<bool>;

    /// Gives an account another password, together with the recovery bundle that it opens; `false`: there is no
    /// such account.
    fn set_password(
        &self,
        account: AccountId,
        password_record: Vec<u8>,
        recovery_bundle: Vec<u8>,
    ) -> Answer<bool>;

    /// The tallies whose last try was at `since` or later.
    fn tallies(&self, since: Timestamp) -> Answer<Vec<TallyRow>>;

    /// Keeps a tally, in place of the one with this key.
    fn keep_tally(&self, tally: TallyRow) -> Answer<()>;

    /// Forgets a tally.
    fn forget_tally(&self, key: [u8; 16]) -> Answer<()>;
}
