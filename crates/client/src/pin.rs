//! Commands on pins: messages at the head of a conversation.

use pipit_domain::{ConversationId, MessageId};
use pipit_store::table::deed::DeedKind;
use pipit_store::table::{conversation, message};
use pipit_wire::content::Action;

use crate::client::Client;
use crate::content::{can_be_pinned, next};
use crate::error::ClientError;
use crate::group::{is_in, may_edit_info};
use crate::message_change::{Deeds, found, place_of};
use crate::record::MessageRecord;

/// Messages at the head of one conversation. When people go beyond it at the same moment, the last ones are
/// shown.
pub(crate) const PINNED_MAX: usize = 100;

impl Client {
    /// Puts a message at the head of its conversation for everybody, or takes it down.
    ///
    /// # Errors
    /// [`ClientError::NotFound`], [`ClientError::NotAllowed`] when the group does not let this account,
    /// [`ClientError::TooManyPinnedMessages`].
    pub async fn pin(&self, id: MessageId, is_pinned: bool) -> Result<(), ClientError> {
        self.change(move |transaction, session, now| {
            let row = found(transaction, id)?;
            if !can_be_pinned(&row) {
                return Err(ClientError::NotFound);
            }
            let place = place_of(transaction, &row)?;
            let is_allowed =
                is_in(transaction, &place)? && may_edit_info(transaction, &place, session.own())?;
            if !is_allowed {
                return Err(ClientError::NotAllowed);
            }
            if row.details.is_pinned == is_pinned {
                return Ok(Deeds::default());
            }
            let count = message::pinned_count(transaction, place.conversation, PINNED_MAX)?;
            if is_pinned && count >= PINNED_MAX as u64 {
                return Err(ClientError::TooManyPinnedMessages);
            }
            let action = Action::Pin {
                message: row.id,
                is_pinned,
            };
            let (content, at) = next(transaction, row.message, DeedKind::Pin, action, now)?;
            Deeds::one(transaction, session, &row, at, &content)
        })
        .await
    }

    /// The messages at the head of a conversation, at most 100: the one that was put there last first.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`].
    pub async fn pinned(&self, id: ConversationId) -> Result<Vec<MessageRecord>, ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let place =
                    conversation::get(connection, id)?.ok_or(ClientError::UnknownConversation)?;
                message::pinned(connection, place.conversation, PINNED_MAX)?
                    .into_iter()
                    .map(|row| Ok(reader.message(connection, id, row)?))
                    .collect()
            })
            .await
    }
}
