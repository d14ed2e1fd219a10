//! Commands on conversations: opening, listing, drafts.

use std::sync::Arc;

use pipit_domain::{AccountId, ConversationId, Redacted, limits};
use pipit_ledger::conversation as derived;
use pipit_store::StoreError;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::ledger;

use crate::client::Client;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::ConversationRecord;
use crate::sync::{self, Change};

impl Client {
    /// The 1:1 with an account, or with the own account the note to self. Nobody else sees it before
    /// its first message.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] when nobody has this id.
    pub async fn open_conversation(
        &self,
        account: AccountId,
    ) -> Result<ConversationId, ClientError> {
        let session = self.session()?;
        let is_self = account == session.own();
        let is_known = session
            .store
            .read(move |connection| ledger::get(connection, account))
            .await?
            .is_some();
        if !is_known {
            session.refresh_ledgers(&[account]).await?;
        }
        let (id, kind, peer) = if is_self {
            (
                derived::note_to_self(account),
                ConversationKind::OwnDevices,
                None,
            )
        } else {
            (
                derived::direct(session.own(), account),
                ConversationKind::Direct,
                Some(account),
            )
        };
        let (reader, now) = (session.reader.clone(), session.server_now());
        let events = session
            .store
            .write(move |transaction| {
                let row = conversation::ensure(transaction, id, kind, peer, now)?;
                if row.is_opened {
                    return Ok::<_, ClientError>(Vec::new());
                }
                conversation::set_opened(transaction, row.conversation, true)?;
                Ok(changed(&reader, transaction, [row.conversation])?)
            })
            .await?;
        self.shared.publisher.publish(events);
        Ok(id)
    }

    /// All conversations in which there is something: the pinned ones first, in their order, then the
    /// newest. One in which only devices have spoken to each other is not among them.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn conversations(&self) -> Result<Vec<ConversationRecord>, ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let rows = conversation::list(connection)?;
                let mut records = rows
                    .into_iter()
                    .filter(ConversationRow::is_listed)
                    .map(|row| Ok(reader.conversation(connection, row)?))
                    .collect::<Result<Vec<_>, ClientError>>()?;
                records.sort_by_key(|record| record.state.pin_order.unwrap_or(u64::MAX));
                Ok(records)
            })
            .await
    }

    /// One conversation.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`] when it is not on this device.
    pub async fn conversation(
        &self,
        id: ConversationId,
    ) -> Result<ConversationRecord, ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let row =
                    conversation::get(connection, id)?.ok_or(ClientError::UnknownConversation)?;
                Ok(reader.conversation(connection, row)?)
            })
            .await
    }

    /// Keeps text that was typed and not sent; empty clears it.
    ///
    /// # Errors
    /// [`ClientError::TextLength`] when no message could be that long.
    pub async fn set_draft(&self, id: ConversationId, text: String) -> Result<(), ClientError> {
        let session = self.session()?;
        if text.len() > limits::TEXT_LEN_MAX {
            return Err(ClientError::TextLength);
        }
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let row =
                    conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                if row.draft.0 == text {
                    return Ok::<_, ClientError>(Vec::new());
                }
                let draft = Change::Draft {
                    conversation: id,
                    text: Redacted(text),
                };
                sync::record(transaction, &worker, &draft)
            })
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }
}

/// Reads what has to be shown after a change of these conversations, or no longer.
pub(crate) fn changed(
    reader: &crate::record::Reader,
    connection: &pipit_store::Connection,
    conversations: impl IntoIterator<Item = i64>,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    for row in conversations {
        let record = reader.conversation_by_row(connection, row)?;
        if record.row.is_listed() {
            events.push(Event::ConversationChanged(Box::new(record)));
        } else if record.row.is_over {
            events.push(Event::ConversationRemoved(record.row.id));
        }
    }
    Ok(events)
}
