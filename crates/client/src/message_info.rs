//! Who has a message, and who has read it.

use pipit_domain::{AccountId, MessageId, Redacted, Timestamp};
use pipit_store::Connection;
use pipit_store::table::conversation::ConversationKind;
use pipit_store::table::delivery::{self, DeliveryRow, Sent};
use pipit_store::table::message::MessageRow;

use crate::client::Client;
use crate::error::ClientError;
use crate::message_change::{found, place_of};

/// Somebody to whom an own message was sent.
#[derive(Debug, Clone)]
pub struct RecipientRecord {
    /// Their account.
    pub account: AccountId,
    /// What to call them.
    pub name: Redacted<String>,
    /// When a device of theirs had it, as far as known here.
    pub delivered_at: Option<Timestamp>,
    /// When they read it, if they have and say so.
    pub read_at: Option<Timestamp>,
}

impl Client {
    /// Up to `limit` of those to whom an own message was sent, in the order of their ids from above `after`. Of
    /// other people's messages nobody knows that but them: then there are none.
    ///
    /// # Errors
    /// [`ClientError::NotFound`].
    pub async fn recipients(
        &self,
        id: MessageId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<RecipientRecord>, ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        session
            .store
            .read(move |connection| {
                let row = found(connection, id)?;
                if row.sender != reader.own {
                    return Ok(Vec::new());
                }
                rows(connection, &row, after, limit)?
                    .into_iter()
                    .map(|recipient| {
                        // Of before times were noted.
                        let known = recipient.has_it.then_some(row.accepted_at).flatten();
                        Ok(RecipientRecord {
                            account: recipient.account,
                            name: reader.name(connection, recipient.account)?,
                            delivered_at: recipient.delivered_at.or(known),
                            read_at: recipient.read_at,
                        })
                    })
                    .collect()
            })
            .await
    }
}

fn rows(
    connection: &Connection,
    row: &MessageRow,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<DeliveryRow>, ClientError> {
    let sent = Sent {
        message: row.message,
        conversation: row.conversation,
        position: row.position,
        own: row.sender,
    };
    let known = delivery::page(connection, &sent, after, limit)?;
    let place = place_of(connection, row)?;
    let peer = place
        .peer
        .filter(|_| place.kind == ConversationKind::Direct);
    Ok(match peer {
        // Not there yet: nobody has it.
        Some(account) if known.is_empty() && after.is_none() => vec![DeliveryRow {
            account,
            has_it: false,
            delivered_at: None,
            read_at: None,
        }],
        _ => known,
    })
}
