//! Message requests: what a stranger wrote, and what one says to that.

use std::sync::Arc;

use pipit_domain::ConversationId;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::{message, person, state, sync as register};
use pipit_store::{Connection, StoreError, Transaction};

use crate::client::Client;
use crate::error::ClientError;
use crate::event::Event;
use crate::group::{self, LinePlace};
use crate::session::Session;
use crate::sync::{self, Change};

/// Whether a conversation was begun by somebody whom this person has not accepted.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn is_request(
    connection: &Connection,
    place: &ConversationRow,
) -> Result<bool, StoreError> {
    match (place.kind, place.peer) {
        (ConversationKind::Direct, Some(peer)) if place.message_count > 0 => {
            Ok(!person::get(connection, peer)?.is_accepted)
        }
        (ConversationKind::Group, _) => {
            let Some(inviter) = state::inviter(connection, place.id)? else {
                return Ok(false);
            };
            Ok(!person::get(connection, inviter)?.is_accepted)
        }
        _ => Ok(false),
    }
}

/// Whether this is a group that a stranger has added this account to, and that the person did not want to be in: it is
/// out of the list, and whatever still comes is not wanted.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn is_declined(
    connection: &Connection,
    place: &ConversationRow,
) -> Result<bool, StoreError> {
    if !place.is_over || !is_request(connection, place)? {
        return Ok(false);
    }
    let cleared = register::get(connection, Change::CLEARED, place.id.as_bytes())?;
    let cleared = cleared.as_ref().and_then(Change::decode);
    Ok(matches!(
        cleared,
        Some(Change::Cleared {
            is_listed: false,
            ..
        })
    ))
}

/// What came into a declined group before it was left goes, too; answers whether it is one. Wake
/// [`Session::sync_wake`] after the transaction.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn forget_declined(
    transaction: &Transaction<'_>,
    place: &ConversationRow,
) -> Result<bool, StoreError> {
    let place = conversation::by_row(transaction, place.conversation)?;
    let Some(place) = place else {
        return Ok(false);
    };
    if !is_declined(transaction, &place)? {
        return Ok(false);
    }
    if let Some(newest) = message::newest(transaction, place.conversation)? {
        state::set_cleared(transaction, place.id, Some(newest.position))?;
    }
    Ok(true)
}

/// Whoever is written to is accepted by that. Called where a message is queued.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn accept_by_writing(
    transaction: &Transaction<'_>,
    session: &Session,
    place: &ConversationRow,
) -> Result<Vec<Event>, ClientError> {
    let mut events = Vec::new();
    if let Some(peer) = place.peer
        && !person::get(transaction, peer)?.is_accepted
    {
        let accepted = Change::Accepted {
            account: peer,
            is_accepted: true,
        };
        events.extend(sync::record(transaction, session, &accepted)?);
    }
    if place.kind == ConversationKind::Group && is_request(transaction, place)? {
        events.extend(accept_group(transaction, session, place)?);
    }
    Ok(events)
}

fn accept_group(
    transaction: &Transaction<'_>,
    session: &Session,
    place: &ConversationRow,
) -> Result<Vec<Event>, ClientError> {
    let joined = Change::GroupAccepted {
        conversation: place.id,
    };
    sync::record(transaction, session, &joined)
}

impl Client {
    /// Accepts who began a conversation, or the group that a stranger has added one to.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], or the history can't be written.
    pub async fn accept_request(&self, id: ConversationId) -> Result<(), ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let place =
                    conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                accept_by_writing(transaction, &worker, &place)
            })
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }

    /// Declines a request: what was written is removed from all devices of this account, and the other is
    /// not told. A group is left, which its members see. With `block`, nothing of whoever began it is shown again.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], [`ClientError::NotFound`] when it is no request, or the history
    /// can't be written.
    pub async fn decline_request(
        &self,
        id: ConversationId,
        block: bool,
    ) -> Result<(), ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let place =
                    conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                if !is_request(transaction, &place)? {
                    return Err(ClientError::NotFound);
                }
                let mut events = Vec::new();
                let who = match place.peer {
                    Some(peer) => Some(peer),
                    None => state::inviter(transaction, id)?,
                };
                if let Some(account) = who.filter(|_| block) {
                    let blocked = Change::Blocked {
                        account,
                        is_blocked: true,
                    };
                    events.extend(sync::record(transaction, &worker, &blocked)?);
                }
                let left = LinePlace {
                    transaction,
                    conversation: place.conversation,
                    own: worker.own(),
                    at: worker.server_now(),
                };
                group::begin_leaving(&left)?;
                if let Some(newest) = message::newest(transaction, place.conversation)? {
                    let cleared = Change::Cleared {
                        conversation: id,
                        message: newest.id,
                        position: newest.position,
                        is_listed: false,
                    };
                    events.extend(sync::record(transaction, &worker, &cleared)?);
                }
                Ok(events)
            })
            .await?;
        session.tell(&self.shared, events);
        session.group_wake.notify_one();
        Ok(())
    }
}
