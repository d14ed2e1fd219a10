//! The ports, each method on the writing or a reading thread.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, Timestamp, Username};
use pipit_mailbox::{
    Announcer, Answer, AppendOutcome, ClaimedKeyPackages, CommitOutcome, ConversationRow,
    ConversationSummary, Conversations, CreateAccountOutcome, CreateOutcome, DeliveredTo,
    DeviceAddress, DeviceRow, Directory, Expired, KeyPackageCount, LedgerChange, LedgerRow,
    LoginRow, MailboxPage, Mailboxes, NewAccount, NewCommit, NewConversation, NewEnvelope,
    NewKeyPackage, NewReport, Store, SubmitOutcome, Suite,
};

use crate::open::{self, OpenError};
use crate::reader::Readers;
use crate::writer::Writer;
use crate::{
    account, conversation, device, envelope, expire, key_package, ledger, mailbox, report, secret,
};

/// Reading threads: two keep a short read from waiting behind a long one.
const READERS: usize = 2;

/// What the writing thread has done since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteStats {
    /// Transactions committed.
    pub commits: u64,
    /// Requests in them.
    pub requests: u64,
    /// Transactions that could not be written.
    pub failed_commits: u64,
    /// Requests that wait now.
    pub queue_len: usize,
}

/// The three ports on one SQLite database in a folder. Dropping it ends what is queued, then closes.
pub struct SqliteStore {
    // In this order: readers close before the writer, whose close folds the WAL back, and the lock
    // goes last.
    pub(crate) readers: Readers,
    pub(crate) writer: Writer,
    _lock: File,
}

impl SqliteStore {
    /// Opens or makes the database in `folder`, which exists. The writing thread tells `announcer`
    /// what each commit changed.
    ///
    /// # Errors
    /// When another server uses it, or when it is newer, damaged or another program's: then nothing
    /// was written to it, and the error's text says what to do.
    pub fn open(folder: &Path, announcer: Arc<dyn Announcer>) -> Result<Self, OpenError> {
        let opened = open::open(folder)?;
        let readers = Readers::start(&opened.path, READERS)?;
        let writer =
            Writer::start(opened.writer, announcer).map_err(|error| OpenError::Damaged {
                path: opened.path.clone(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            readers,
            writer,
            _lock: opened.lock,
        })
    }

    /// Counts for metrics.
    #[must_use]
    pub fn write_stats(&self) -> WriteStats {
        let counts = self.writer.counts();
        WriteStats {
            commits: counts.commits.load(Ordering::Relaxed),
            requests: counts.requests.load(Ordering::Relaxed),
            failed_commits: counts.failed_commits.load(Ordering::Relaxed),
            queue_len: self.writer.queue_len(),
        }
    }
}

impl Store for SqliteStore {
    fn check(&self) -> Answer<()> {
        self.readers.call(|db| {
            let _: i64 = db
                .prepare_cached("SELECT reserved FROM counter")?
                .query_row([], |row| row.get(0))?;
            Ok(())
        })
    }
}

impl Directory for SqliteStore {
    fn username_is_free(&self, username: Username) -> Answer<bool> {
        self.readers
            .call(move |db| Ok(account::find(db, &username)?.is_none()))
    }

    fn find_account(&self, username: Username) -> Answer<Option<AccountId>> {
        self.readers.call(move |db| account::find(db, &username))
    }

    fn create_account(&self, new: NewAccount) -> Answer<CreateAccountOutcome> {
        self.writer
            .call(move |writing| account::create(writing, &new))
    }

    fn login(&self, username: Username) -> Answer<Option<LoginRow>> {
        self.readers.call(move |db| account::login(db, &username))
    }

    fn ledger(&self, account: AccountId, known_entries: usize) -> Answer<Option<LedgerRow>> {
        self.readers
            .call(move |db| ledger::read(db, account, known_entries))
    }

    fn append_ledger(
        &self,
        account: AccountId,
        len: usize,
        entry: Vec<u8>,
        change: LedgerChange,
        key_packages: Vec<NewKeyPackage>,
    ) -> Answer<AppendOutcome> {
        self.writer.call(move |writing| {
            ledger::append(writing, account, len, &entry, change, &key_packages)
        })
    }

    fn devices(&self, devices: Vec<DeviceId>) -> Answer<Vec<DeviceRow>> {
        self.readers.call(move |db| device::rows(db, &devices))
    }

    fn devices_in_force(&self, account: AccountId) -> Answer<Vec<DeviceRow>> {
        self.readers.call(move |db| device::in_force(db, account))
    }

    fn publish_key_packages(
        &self,
        device: DeviceId,
        packages: Vec<NewKeyPackage>,
    ) -> Answer<KeyPackageCount> {
        self.writer.call(move |writing| {
            let Some(device_no) = device::number_in_force(writing.db, device)? else {
                return Ok(KeyPackageCount::default());
            };
            key_package::publish(writing.db, device_no, &packages)?;
            key_package::counts(writing.db, device_no)
        })
    }

    fn claim_key_packages(
        &self,
        accounts: Vec<AccountId>,
        suite: Suite,
        claimant: DeviceId,
    ) -> Answer<ClaimedKeyPackages> {
        self.writer
            .call(move |writing| key_package::claim(writing.db, &accounts, suite, claimant))
    }

    fn devices_without_key_packages(
        &self,
        account: AccountId,
        suite: Suite,
    ) -> Answer<Vec<DeviceId>> {
        self.readers
            .call(move |db| key_package::devices_without(db, account, suite))
    }

    fn key_package_count(&self, device: DeviceId) -> Answer<KeyPackageCount> {
        self.readers
            .call(move |db| match device::number(db, device)? {
                Some(device_no) => key_package::counts(db, device_no),
                None => Ok(KeyPackageCount::default()),
            })
    }

    fn report(&self, report: NewReport) -> Answer<bool> {
        self.writer
            .call(move |writing| report::insert(writing.db, &report))
    }

    fn report_count(&self, account: AccountId) -> Answer<u64> {
        self.readers.call(move |db| report::count(db, account))
    }

    fn secret(&self, name: &'static str, fresh: Vec<u8>) -> Answer<Vec<u8>> {
        self.writer
            .call(move |writing| secret::get_or_insert(writing.db, name, &fresh))
    }
}

impl Conversations for SqliteStore {
    fn create(&self, new: NewConversation) -> Answer<CreateOutcome> {
        self.writer
            .call(move |writing| conversation::create(writing, &new))
    }

    fn commit(&self, new: NewCommit) -> Answer<CommitOutcome> {
        self.writer
            .call(move |writing| conversation::commit(writing, &new))
    }

    fn accepted_commit(
        &self,
        committer: DeviceId,
        envelope: EnvelopeId,
    ) -> Answer<Option<Timestamp>> {
        self.readers
            .call(move |db| envelope::accepted(db, committer, envelope))
    }

    fn conversation(&self, conversation: ConversationId) -> Answer<Option<ConversationRow>> {
        self.readers
            .call(move |db| conversation::read(db, conversation))
    }

    fn conversations_of(
        &self,
        address: DeviceAddress,
        after: Option<ConversationId>,
        count: usize,
    ) -> Answer<Vec<ConversationSummary>> {
        self.readers
            .call(move |db| conversation::of_account(db, address, after, count))
    }

    fn epoch_tree(&self, conversation: ConversationId, epoch: u64) -> Answer<Option<Bytes>> {
        self.readers
            .call(move |db| conversation::epoch_tree(db, conversation, epoch))
    }

    fn leave(&self, conversation: ConversationId, account: AccountId) -> Answer<bool> {
        self.writer
            .call(move |writing| conversation::leave(writing.db, conversation, account))
    }

    fn peers(&self, group: GroupId, device: DeviceId) -> Answer<Option<Vec<DeviceId>>> {
        self.readers
            .call(move |db| conversation::peers(db, group, device))
    }

    fn has_account(&self, conversation: ConversationId, account: AccountId) -> Answer<bool> {
        self.readers
            .call(move |db| conversation::has_account(db, conversation, account))
    }
}

impl Mailboxes for SqliteStore {
    fn submit(&self, new: NewEnvelope) -> Answer<SubmitOutcome> {
        self.writer
            .call(move |writing| envelope::submit(writing, &new))
    }

    fn acknowledge(&self, device: DeviceAddress, sequences: Vec<u64>) -> Answer<()> {
        self.writer
            .call(move |writing| mailbox::acknowledge(writing, device, &sequences))
    }

    fn read(
        &self,
        device: DeviceId,
        after: u64,
        count: usize,
        bytes: usize,
    ) -> Answer<MailboxPage> {
        self.readers
            .call(move |db| mailbox::read(db, device, after, count, bytes))
    }

    fn delivery_status(
        &self,
        sender: DeviceId,
        envelopes: Vec<EnvelopeId>,
    ) -> Answer<Vec<DeliveredTo>> {
        self.readers
            .call(move |db| mailbox::delivery_status(db, sender, &envelopes))
    }

    fn mailbox_expired(&self, device: DeviceId) -> Answer<bool> {
        self.readers
            .call(move |db| device::mailbox_expired(db, device))
    }

    fn expiry_seen(&self, device: DeviceId) -> Answer<()> {
        self.writer
            .call(move |writing| match device::number(writing.db, device)? {
                Some(device_no) => device::set_mailbox_expired(writing.db, device_no, false),
                None => Ok(()),
            })
    }

    fn expire(&self, now: Timestamp) -> Answer<Expired> {
        self.writer
            .call(move |writing| expire::expire(writing, now))
    }
}
