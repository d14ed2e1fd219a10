//! Messages that a person has marked, on all own devices. A mark may be here before its message: it stands in
//! its register, and is put on the message when that comes.

use std::sync::Arc;

use pipit_domain::MessageId;
use pipit_store::table::message::{self, MessageKind};
use pipit_store::table::sync as registers;
use pipit_store::{StoreError, Transaction};

use crate::client::Client;
use crate::error::ClientError;
use crate::event::Event;
use crate::message_change::found;
use crate::record::{MessageRecord, Reader};
use crate::sync::{self, Change};

impl Client {
    /// Marks a message, or takes the mark away.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when there is nothing to mark.
    pub async fn star(&self, message: MessageId, is_starred: bool) -> Result<(), ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let row = found(transaction, message)?;
                if matches!(row.kind, MessageKind::Deleted | MessageKind::System) {
                    return Err(ClientError::NotFound);
                }
                let change = Change::Starred {
                    message,
                    is_starred,
                };
                sync::record(transaction, &worker, &change)
            })
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }

    /// Up to `limit` marked messages of all conversations, newest first: the first ones, or those that come
    /// after this one. Read by key.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when that one is no longer here.
    pub async fn starred(
        &self,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let key = match before {
                    Some(id) => {
                        let row = found(connection, id)?;
                        (row.position, row.message)
                    }
                    None => (u64::MAX, i64::MAX),
                };
                message::starred(connection, key, limit)?
                    .into_iter()
                    .map(|row| Ok(reader.message_by_row(connection, row.message)?))
                    .collect()
            })
            .await
    }
}

/// Applies a register; answers what to tell.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn apply(
    transaction: &Transaction<'_>,
    reader: &Reader,
    message: MessageId,
    is_starred: bool,
) -> Result<Vec<Event>, ClientError> {
    let Some(row) = message::set_starred(transaction, message, is_starred)? else {
        return Ok(Vec::new());
    };
    let record = reader.message_by_row(transaction, row)?;
    Ok(vec![Event::MessageChanged(record)])
}

/// Puts the mark on a message that is here now, if this person has marked it.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn settle(transaction: &Transaction<'_>, message: MessageId) -> Result<(), StoreError> {
    let register = registers::get(transaction, Change::STARRED, message.as_bytes())?;
    if let Some(Change::Starred { is_starred, .. }) = register.as_ref().and_then(Change::decode) {
        message::set_starred(transaction, message, is_starred)?;
    }
    Ok(())
}
