//! Where a conversation's group stands on this device, and waiting until it has got further.

use std::sync::Arc;
use std::time::Duration;

use pipit_e2ee::{Crypto, Group, Provider};
use pipit_store::table::conversation;
use pipit_store::{Connection, mls_storage};
use tokio::time::timeout;

use crate::error::ClientError;
use crate::session::Session;

/// Missing commits arrive by the mailbox; if none comes within this, the server is asked whether one will.
const COMMIT_WAIT: Duration = Duration::from_secs(5);

impl Session {
    /// The epoch of a conversation's group here; `None` when there is no group, or this device was
    /// removed from it.
    pub(crate) async fn epoch(&self, row: i64) -> Result<Option<u64>, ClientError> {
        let crypto = Arc::clone(&self.crypto);
        self.store
            .read(move |connection| Ok(load(connection, &crypto, row)?.map(|group| group.epoch())))
            .await
    }

    /// Waits until the inbox has brought the group to the server's epoch; answers whether it has.
    pub(crate) async fn wait_for_epoch(&self, row: i64, epoch: u64) -> Result<bool, ClientError> {
        let reached = async {
            loop {
                let changed = self.group_changed.notified();
                if self.epoch(row).await?.is_some_and(|here| here >= epoch) {
                    return Ok::<_, ClientError>(());
                }
                changed.await;
            }
        };
        match timeout(COMMIT_WAIT, reached).await {
            Ok(reached) => reached.map(|()| true),
            Err(_) => Ok(false),
        }
    }
}

/// The group of a conversation that this device is in.
///
/// # Errors
/// When the conversation is not here, or its keys can't be read.
pub(crate) fn load(
    connection: &Connection,
    crypto: &Crypto,
    row: i64,
) -> Result<Option<Group>, ClientError> {
    let place = conversation::by_row(connection, row)?.ok_or(ClientError::UnknownConversation)?;
    let Some(id) = place.group else {
        return Ok(None);
    };
    let storage = mls_storage(connection);
    let group = Group::load(&Provider::new(crypto, &storage), id)
        .map_err(|_| ClientError::Internal("keys of a conversation"))?;
    Ok(group.filter(Group::is_member))
}
