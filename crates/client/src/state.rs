//! Commands on what this person sets for a conversation. Every device of the account has the same.

use std::sync::Arc;

use pipit_domain::{ConversationId, Timestamp};
use pipit_store::Transaction;
use pipit_store::table::{conversation, message, state};

use crate::client::Client;
use crate::error::ClientError;
use crate::sync::{self, Change};

/// Pinned conversations: as many as there are digits to reach them by.
const PINNED_MAX: usize = 9;

impl Client {
    /// Mutes a conversation, until a time or (`None`) until it is taken back; or takes that back.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], or the history can't be written.
    pub async fn mute(
        &self,
        conversation: ConversationId,
        is_muted: bool,
        until: Option<Timestamp>,
    ) -> Result<(), ClientError> {
        let change = Change::Muted {
            conversation,
            is_muted,
            until: until.filter(|_| is_muted),
        };
        self.set_state(conversation, move |_| Ok(Some(change)))
            .await
    }

    /// Puts a conversation out of sight until something new comes, or back.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], or the history can't be written.
    pub async fn archive(
        &self,
        conversation: ConversationId,
        is_archived: bool,
    ) -> Result<(), ClientError> {
        let change = Change::Archived {
            conversation,
            is_archived,
        };
        self.set_state(conversation, move |_| Ok(Some(change)))
            .await
    }

    /// Keeps a conversation at the top of the list, below those that were pinned before; or lets it go.
    ///
    /// # Errors
    /// [`ClientError::TooManyPinned`] above nine, [`ClientError::UnknownConversation`], or the history can't
    /// be written.
    pub async fn pin_conversation(
        &self,
        conversation: ConversationId,
        is_pinned: bool,
    ) -> Result<(), ClientError> {
        self.set_state(conversation, move |transaction| {
            let is_already = state::get(transaction, conversation)?.pin_order.is_some();
            if is_already == is_pinned {
                return Ok(None);
            }
            if is_pinned && state::pinned_count(transaction)? >= PINNED_MAX {
                return Err(ClientError::TooManyPinned);
            }
            let next = state::last_pin(transaction)?.saturating_add(1);
            Ok(Some(Change::Pinned {
                conversation,
                order: is_pinned.then_some(next),
            }))
        })
        .await
    }

    /// Marks a conversation as unread, to be come back to; reading in it takes that back.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], or the history can't be written.
    pub async fn mark_unread(&self, conversation: ConversationId) -> Result<(), ClientError> {
        let change = Change::MarkedUnread {
            conversation,
            is_marked: true,
        };
        self.set_state(conversation, move |_| Ok(Some(change)))
            .await
    }

    /// Removes a conversation's messages, from all devices of this account and nowhere else. The conversation
    /// stays in the list.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], or the history can't be written.
    pub async fn clear(&self, conversation: ConversationId) -> Result<(), ClientError> {
        self.set_state(conversation, move |transaction| {
            let place = conversation::get(transaction, conversation)?;
            let row = place.map_or(0, |place| place.conversation);
            let newest = message::newest(transaction, row)?;
            Ok(newest.map(|newest| Change::Cleared {
                conversation,
                message: newest.id,
                position: newest.position,
                is_listed: true,
            }))
        })
        .await
    }

    async fn set_state(
        &self,
        id: ConversationId,
        change: impl FnOnce(&Transaction<'_>) -> Result<Option<Change>, ClientError> + Send + 'static,
    ) -> Result<(), ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                match change(transaction)? {
                    Some(change) => sync::record(transaction, &worker, &change),
                    None => Ok(Vec::new()),
                }
            })
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }
}
