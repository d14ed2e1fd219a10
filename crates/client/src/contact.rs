//! Finding people.

use pipit_domain::{AccountId, Username};
use pipit_net::NetError;
use pipit_wire::v1::{LookUp, RefusalCode, client_frame, server_frame};

use crate::client::Client;
use crate::error::ClientError;
use crate::record::ContactRecord;

impl Client {
    /// The person with exactly this username. Their ledger is fetched and checked on the way.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] when nobody has it; [`ClientError::LedgerMismatch`] when the
    /// server's answer contradicts what is known.
    pub async fn find_contact(&self, username: &str) -> Result<ContactRecord, ClientError> {
        let session = self.session()?;
        let username = Username::parse(username)?;
        let request = client_frame::Body::LookUp(LookUp {
            username: username.as_str().to_owned(),
        });
        let answer = session
            .ask(request, |body| match body {
                server_frame::Body::LookUp(found) => Some(found.account_id),
                _ => None,
            })
            .await
            .map_err(|error| match error.refusal() {
                Some(RefusalCode::UnknownAccount) => ClientError::UnknownAccount,
                _ => error.into(),
            })?;
        let account = AccountId::try_from(&answer[..]).map_err(|_| NetError::NotPipit)?;
        session.refresh_ledgers(&[account]).await?;
        let reader = session.reader.clone();
        let found: ContactRecord = session
            .store
            .read(move |connection| reader.contact(connection, account))
            .await?;
        if found.username.0 != username.as_str() {
            return Err(ClientError::LedgerMismatch);
        }
        Ok(found)
    }
}
