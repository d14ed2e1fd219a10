//! People: whom one calls what, who may write, who is blocked.
//!
//! An account is a *stranger* until this person accepts it, by saying so or by writing to it. What a stranger
//! writes is a *request*: listed apart, without a preview in notifications, and until it is accepted nothing
//! goes out to them, no report of reading, no typing, no profile. Everything decided here is the same on all
//! devices of the account.

mod block;
mod link;
mod name;
pub(crate) mod profile;
mod report;
mod request;

use pipit_domain::AccountId;
use pipit_store::table::contact;

pub use profile::{Profile, ProfileChange, picture_type};
pub(crate) use request::{accept_by_writing, forget_declined, is_declined, is_request};

use crate::client::Client;
use crate::error::ClientError;
use crate::record::ContactRecord;
use crate::session::Session;

impl Client {
    /// One person. Asks the server for their username when it is not known here.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] when nobody has this id.
    pub async fn contact(&self, account: AccountId) -> Result<ContactRecord, ClientError> {
        let session = self.session()?;
        session.meet(&[account]).await?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| Ok(reader.contact(connection, account)?))
            .await
    }

    /// Everybody whom this person has accepted or blocked.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn contacts(&self) -> Result<Vec<ContactRecord>, ClientError> {
        let session = self.session()?;
        let known = session
            .store
            .read(|connection| Ok::<_, ClientError>(pipit_store::table::person::known(connection)?))
            .await?;
        // Decided on another device, before their keys came here. Offline, their id stands for a name.
        if let Err(error) = session.meet(&known).await {
            tracing::info!(%error, "some names are not known yet");
        }
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                known
                    .into_iter()
                    .map(|account| Ok(reader.contact(connection, account)?))
                    .collect()
            })
            .await
    }
}

impl Session {
    /// Learns the usernames (and ledgers) of those that are not known here.
    pub(crate) async fn meet(&self, accounts: &[AccountId]) -> Result<(), ClientError> {
        let accounts = accounts.to_vec();
        let unknown = self
            .store
            .read(move |connection| {
                let mut unknown = Vec::new();
                for account in accounts {
                    if contact::get(connection, account)?.is_none() {
                        unknown.push(account);
                    }
                }
                Ok::<_, ClientError>(unknown)
            })
            .await?;
        if unknown.is_empty() {
            return Ok(());
        }
        self.refresh_ledgers(&unknown).await
    }
}
