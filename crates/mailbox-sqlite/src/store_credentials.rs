//! The credentials port, each method on the writing or a reading thread.

use pipit_domain::{AccountId, Timestamp};
use pipit_mailbox::{Answer, Credentials, NewSecondFactor, SecondFactorRow, TallyRow};

use crate::store::SqliteStore;
use crate::{account, second_factor, tally};

impl Credentials for SqliteStore {
    fn second_factor(&self, account: AccountId) -> Answer<Option<SecondFactorRow>> {
        self.readers
            .call(move |db| second_factor::read(db, account))
    }

    fn enable_second_factor(&self, new: NewSecondFactor) -> Answer<bool> {
        self.writer
            .call(move |writing| second_factor::enable(writing.db, &new))
    }

    fn disable_second_factor(&self, account: AccountId) -> Answer<()> {
        self.writer
            .call(move |writing| second_factor::disable(writing.db, account))
    }

    fn take_step(&self, account: AccountId, step: u64) -> Answer<bool> {
        self.writer
            .call(move |writing| second_factor::take_step(writing.db, account, step))
    }

    fn take_recovery_code(&self, account: AccountId, hash: [u8; 32]) -> Answer<bool> {
        self.writer
            .call(move |writing| second_factor::take_recovery_code(writing.db, account, &hash))
    }

    fn set_password(
        &self,
        account: AccountId,
        password_record: Vec<u8>,
        recovery_bundle: Vec<u8>,
    ) -> Answer<bool> {
        self.writer.call(move |writing| {
            account::set_password(writing.db, account, &password_record, &recovery_bundle)
        })
    }

    fn tallies(&self, since: Timestamp) -> Answer<Vec<TallyRow>> {
        self.readers.call(move |db| tally::since(db, since))
    }

    fn keep_tally(&self, row: TallyRow) -> Answer<()> {
        self.writer
            .call(move |writing| tally::put(writing.db, &row))
    }

    fn forget_tally(&self, key: [u8; 16]) -> Answer<()> {
        self.writer
            .call(move |writing| tally::delete(writing.db, &key))
    }
}
