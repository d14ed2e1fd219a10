//! The block list: nothing of a blocked person is shown, and nothing goes out to them.

use std::sync::Arc;

use pipit_domain::AccountId;

use crate::client::Client;
use crate::error::ClientError;
use crate::sync::{self, Change};

impl Client {
    /// Blocks a person, or takes that back. What they write meanwhile is opened (the keys must move on) and
    /// dropped; they are not told.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] for the own account, or the history can't be written.
    pub async fn block(&self, account: AccountId, is_blocked: bool) -> Result<(), ClientError> {
        let session = self.session()?;
        if account == session.own() {
            return Err(ClientError::UnknownAccount);
        }
        let change = Change::Blocked {
            account,
            is_blocked,
        };
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| sync::record(transaction, &worker, &change))
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }
}
