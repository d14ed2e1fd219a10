//! The directory port: accounts, usernames, ledgers, devices, key packages and password records.
//!
//! Bytes are checked before they come here (the gateway verifies ledger entries and key packages);
//! the directory keeps names unique, ledgers in order, and hands out each key package once.

use bytes::Bytes;
use pipit_domain::{AccountId, DeviceId, Timestamp, Username};

use crate::{Answer, DeviceAddress, Suite};

/// An account with its first device, as sign-up makes it.
#[derive(Clone)]
pub struct NewAccount {
    /// SHA-256 of the first ledger entry.
    pub account: AccountId,
    /// The name it is found by.
    pub username: Username,
    /// What OPAQUE keeps for the password.
    pub password_record: Vec<u8>,
    /// Sealed by the client; opaque to the server.
    pub recovery_bundle: Vec<u8>,
    /// The encoded first ledger entry.
    pub first_entry: Vec<u8>,
    /// The device that the entry names.
    pub device: DeviceId,
    /// Its Ed25519 public key.
    pub device_key: [u8; 32],
    /// Key packages of that device.
    pub key_packages: Vec<NewKeyPackage>,
    /// The server's clock.
    pub now: Timestamp,
}

/// A key package to be handed out.
#[derive(Clone)]
pub struct NewKeyPackage {
    /// The suite it is for.
    pub suite: Suite,
    /// Whether it may be handed out again when no other is left. A device has one per suite: a
    /// newer one takes the place of the older.
    pub is_last_resort: bool,
    /// Until when it may be used. It is handed out until [`limits::KEY_PACKAGE_REMAINING_MIN_MS`] before.
    ///
    /// [`limits::KEY_PACKAGE_REMAINING_MIN_MS`]: pipit_domain::limits::KEY_PACKAGE_REMAINING_MIN_MS
    pub expires: Timestamp,
    /// The MLS KeyPackage.
    pub bytes: Vec<u8>,
}

/// How sign-up ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateAccountOutcome {
    /// The account exists now.
    Created,
    /// Somebody else has the name.
    UsernameTaken,
    /// The account id or the device id is in use.
    AlreadyExists,
}

/// What a login needs.
#[derive(Clone)]
pub struct LoginRow {
    /// Whose name it is.
    pub account: AccountId,
    /// What OPAQUE keeps for the password.
    pub password_record: Vec<u8>,
    /// Sealed by the client.
    pub recovery_bundle: Vec<u8>,
}

/// An account's ledger from some entry on.
#[derive(Clone)]
pub struct LedgerRow {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
    /// Encoded entries, in order.
    pub entries: Vec<Vec<u8>>,
}

/// What a ledger entry does to the devices in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerChange {
    /// A device comes into force.
    Add {
        /// Which.
        device: DeviceId,
        /// Its Ed25519 public key.
        key: [u8; 32],
    },
    /// A device goes out of force: its mailbox and key packages go too.
    Revoke {
        /// Which.
        device: DeviceId,
    },
}

/// How an append ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendOutcome {
    /// The ledger is one entry longer.
    Appended,
    /// The ledger has another length than the entry was checked against: read it again.
    Moved,
    /// There is no such account.
    UnknownAccount,
    /// The device that would be added is known already.
    AlreadyExists,
}

/// A device as the ledger names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceRow {
    /// The account and the device.
    pub address: DeviceAddress,
    /// Its Ed25519 public key.
    pub key: [u8; 32],
    /// Whether it is in force (added and not revoked).
    pub is_in_force: bool,
}

/// A key package that was handed out.
#[derive(Clone)]
pub struct ClaimedPackage {
    /// The device that it adds.
    pub address: DeviceAddress,
    /// The MLS KeyPackage.
    pub bytes: Bytes,
}

/// The answer to a claim.
#[derive(Clone, Default)]
pub struct ClaimedKeyPackages {
    /// One of each device that had one.
    pub packages: Vec<ClaimedPackage>,
    /// Devices in force that had none.
    pub without: Vec<DeviceId>,
}

/// What a device has left: one-time key packages of each suite, and those of last resort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyPackageCount {
    /// For [`Suite::Classical`].
    pub classical: u32,
    /// For [`Suite::PostQuantum`].
    pub post_quantum: u32,
    /// When the first last-resort one of the two suites expires; `None` when one is missing.
    pub last_resort_expires: Option<Timestamp>,
}

/// What one person tells the operator of another.
#[derive(Clone)]
pub struct NewReport {
    /// Who tells.
    pub reporter: AccountId,
    /// Of whom.
    pub account: AccountId,
    /// Why, in the reporter's words.
    pub reason: String,
    /// Messages that the reporter chose to show. Nobody can check that they were ever sent.
    pub messages: Vec<String>,
    /// The server's clock.
    pub now: Timestamp,
}

/// Accounts, names, ledgers, devices and key packages.
pub trait Directory: Send + Sync {
    /// Whether a name is free now.
    fn username_is_free(&self, username: Username) -> Answer<bool>;

    /// Whose name this is.
    fn find_account(&self, username: Username) -> Answer<Option<AccountId>>;

    /// Makes an account with its first device: all of it or nothing.
    fn create_account(&self, account: NewAccount) -> Answer<CreateAccountOutcome>;

    /// What a login under this name needs.
    fn login(&self, username: Username) -> Answer<Option<LoginRow>>;

    /// The ledger of an account, from the entry after `known_entries`.
    fn ledger(&self, account: AccountId, known_entries: usize) -> Answer<Option<LedgerRow>>;

    /// Appends an entry that was checked against a ledger of `len` entries, and changes the devices
    /// in force, in one transaction.
    fn append_ledger(
        &self,
        account: AccountId,
        len: usize,
        entry: Vec<u8>,
        change: LedgerChange,
        key_packages: Vec<NewKeyPackage>,
    ) -> Answer<AppendOutcome>;

    /// The devices known under these ids, in no order; unknown ones are left out.
    fn devices(&self, devices: Vec<DeviceId>) -> Answer<Vec<DeviceRow>>;

    /// The devices in force of an account, in the order added.
    fn devices_in_force(&self, account: AccountId) -> Answer<Vec<DeviceRow>>;

    /// Adds key packages of a device, at most [`pipit_domain::limits::KEY_PACKAGES_MAX`] one-time
    /// ones per suite; what is over is left out, oldest kept. Answers what is there then.
    fn publish_key_packages(
        &self,
        device: DeviceId,
        packages: Vec<NewKeyPackage>,
    ) -> Answer<KeyPackageCount>;

    /// Hands out one key package of every device in force of the accounts except `claimant`: the
    /// oldest one-time package, which is gone then, else the last-resort package.
    fn claim_key_packages(
        &self,
        accounts: Vec<AccountId>,
        suite: Suite,
        claimant: DeviceId,
    ) -> Answer<ClaimedKeyPackages>;

    /// Devices in force of an account that could not be claimed now: without any key package of a
    /// suite.
    fn devices_without_key_packages(
        &self,
        account: AccountId,
        suite: Suite,
    ) -> Answer<Vec<DeviceId>>;

    /// One-time key packages left of a device.
    fn key_package_count(&self, device: DeviceId) -> Answer<KeyPackageCount>;

    /// Keeps a report for the operator, among the newest 10,000; answers whether there is such an account.
    fn report(&self, report: NewReport) -> Answer<bool>;

    /// How many reports are kept of an account.
    fn report_count(&self, account: AccountId) -> Answer<u64>;

    /// A secret of this server under a name: the stored one, or `fresh` stored now.
    fn secret(&self, name: &'static str, fresh: Vec<u8>) -> Answer<Vec<u8>>;
}
