//! A long history, written where the app looks for it, without any server having carried it.
//!
//! For measuring only: no message here was ever sent.

use std::path::Path;

use anyhow::Result;
use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::{
    Store, StoreError,
    table::{
        contact,
        conversation::{self, ConversationKind},
        message::{self, MessageKind, MessageState, NewMessage},
    },
};

/// Conversations that the messages are spread over.
pub const CONVERSATIONS: u64 = 200;
/// Between two messages, in milliseconds: 100,000 fill half a year.
const PACE_MS: u64 = 150_000;

/// Adds `count` received messages to the closed profile of a signed-in account, the newest at `now`
/// (milliseconds since 1970, UTC).
///
/// # Errors
/// When the profile is in use or cannot be written.
pub async fn write(core: &Path, count: u64, now: u64) -> Result<()> {
    let store = Store::open(core)?;
    store
        .write::<(), StoreError, _>(move |transaction| {
            let mut rows = Vec::new();
            for number in 0..CONVERSATIONS {
                let peer = AccountId::new(padded(number));
                contact::put(transaction, peer, &format!("person{number}"))?;
                let id = ConversationId::new(padded(number));
                let kind = ConversationKind::Direct;
                let at = Timestamp::from_millis(now - count * PACE_MS);
                let row = conversation::ensure(transaction, id, kind, Some(peer), at)?;
                rows.push((row.conversation, peer));
            }
            for number in 0..count {
                let at = Timestamp::from_millis(now - (count - number) * PACE_MS);
                let (conversation, sender) =
                    rows[usize::try_from(number % CONVERSATIONS).unwrap_or(0)];
                message::insert(
                    transaction,
                    &NewMessage {
                        id: MessageId::new(padded(number)),
                        conversation,
                        position: message::last_position(transaction, conversation, at)?,
                        sender,
                        sent_at: at,
                        accepted_at: Some(at),
                        sequence: number + 1,
                        kind: MessageKind::Text,
                        state: MessageState::Received,
                        sent_here: false,
                        envelope: EnvelopeId::new(padded(number)),
                        text: Redacted(&format!(
                            "Message {number}: shall we meet at the bridge at six?"
                        )),
                        content: None,
                    },
                )?;
                conversation::count_message(transaction, conversation, true, at)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// A distinct id for each number, unlike any random one.
fn padded<const LEN: usize>(number: u64) -> [u8; LEN] {
    let mut bytes = [0xA5; LEN];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}
