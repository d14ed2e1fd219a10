//! A gap in the mail: the server had to drop what this device did not fetch in time. It is shown, and
//! the device gets back to where the conversations are.

use pipit_domain::{ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::Transaction;
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::{conversation, ledger};
use pipit_wire::v1::{Acknowledge, client_frame};

use crate::client::Shared;
use crate::clock::random;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::history;
use crate::session::Session;

/// The stable word of the line that stands where mail is missing.
const GAP: &str = "history.gap";
/// Before the newest message here, what another device has is looked through: senders' clocks are a little off.
const SINCE_MS: u64 = 24 * 60 * 60 * 1000;

impl Session {
    /// Joins every conversation anew (commits were among what is lost), puts a line where the mail is
    /// missing, and only then tells the server that this device knows.
    ///
    /// # Errors
    /// When the server can't be reached; the next connection does it again, without a second line.
    pub(crate) async fn fill_gap(&self, shared: &Shared) -> Result<(), ClientError> {
        let _joining = self.joining.lock().await;
        for state in self.conversation_states().await? {
            if let Ok(id) = ConversationId::try_from(&state.conversation_id[..]) {
                self.rejoin_or_leave(id).await?;
            }
        }
        let (reader, own, now) = (self.reader.clone(), self.own(), self.server_now());
        let events = self
            .store
            .write(move |transaction| {
                let mut events = Vec::new();
                let mut last = Timestamp::from_millis(0);
                for place in conversation::list(transaction)? {
                    let newest = message::newest(transaction, place.conversation)?;
                    last = last.max(newest.as_ref().map_or(last, |row| row.sent_at));
                    let is_told = newest
                        .as_ref()
                        .is_some_and(|row| row.kind == MessageKind::System && row.text.0 == GAP);
                    if newest.is_none() || is_told {
                        continue;
                    }
                    let row = insert_gap(transaction, place.conversation, own, now)?;
                    events.push(Event::MessageAdded(
                        reader.message_by_row(transaction, row)?,
                    ));
                    events.extend(changed(&reader, transaction, [place.conversation])?);
                }
                // Another device may have got what this one missed.
                let devices = ledger::get(transaction, own)?;
                if devices.is_some_and(|ledger| ledger.devices().len() > 1) {
                    let since = last.as_millis().saturating_sub(SINCE_MS);
                    history::want(transaction, Timestamp::from_millis(since))?;
                }
                Ok::<_, ClientError>(events)
            })
            .await?;
        self.history_wake.notify_one();
        shared.publisher.publish(events);
        let known = Acknowledge {
            sequences: Vec::new(),
            mailbox_expiry_handled: true,
        };
        self.link.send(client_frame::Body::Acknowledge(known)).await;
        Ok(())
    }
}

/// Whether this is the word of such a line.
pub(crate) fn is_gap(word: &str) -> bool {
    word == GAP
}

fn insert_gap(
    transaction: &Transaction<'_>,
    conversation: i64,
    own: pipit_domain::AccountId,
    now: Timestamp,
) -> Result<i64, ClientError> {
    let row = message::insert(
        transaction,
        &NewMessage {
            id: MessageId::new(random()),
            conversation,
            position: message::last_position(transaction, conversation, now)?,
            sender: own,
            sent_at: now,
            accepted_at: None,
            sequence: 0,
            kind: MessageKind::System,
            state: MessageState::Received,
            sent_here: false,
            envelope: EnvelopeId::new(random()),
            text: Redacted(GAP),
            content: None,
            details: MessageDetails::default(),
        },
    )?;
    conversation::count_message(transaction, conversation, false, now)?;
    Ok(row)
}
