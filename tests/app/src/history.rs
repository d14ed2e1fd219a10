//! A long history, written where the app looks for it, without any server having carried it.
//!
//! For measuring only: no message here was ever sent.

use std::path::Path;

use anyhow::{Result, bail};
use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::{
    KeyPlace, Profile, StoreError,
    table::{
        contact,
        conversation::{self, ConversationKind},
        message::{self, MessageDetails, MessageKind, MessageState, NewMessage},
        person,
    },
};

use crate::wait;

/// Conversations that the messages of [`write`] are spread over.
pub const CONVERSATIONS: u64 = 200;
/// Whom [`write_long`] talks with.
pub const LONG: &str = "person999999";
/// Between two messages, in milliseconds: 100,000 fill half a year.
const PACE_MS: u64 = 150_000;

/// Adds `count` received messages to the closed profile of a signed-in account, spread over many
/// conversations, the newest at `now` (milliseconds since 1970, UTC).
///
/// # Errors
/// When the profile is in use or cannot be written.
pub async fn write(core: &Path, count: u64, now: u64) -> Result<()> {
    add(core, 0, CONVERSATIONS, count, true, now).await
}

/// The same, all in one conversation, with [`LONG`], and read: it opens at its end.
///
/// # Errors
/// As [`write`].
pub async fn write_long(core: &Path, count: u64, now: u64) -> Result<()> {
    add(core, 999_999, 1, count, false, now).await
}

async fn add(
    core: &Path,
    first: u64,
    conversations: u64,
    count: u64,
    is_unread: bool,
    now: u64,
) -> Result<()> {
    // The bus of the tests starts no keychain: the key lies in the profile.
    let Some(KeyPlace::File(key)) = KeyPlace::read(core)? else {
        bail!("the key of this profile does not lie in it");
    };
    // The one before lets go of the profile a moment after it has ended.
    let taken = wait::until("the profile", async || Ok(Some(Profile::take(core)?))).await?;
    let store = taken.open(key)?;
    store
        .write::<(), StoreError, _>(move |transaction| {
            let mut rows = Vec::new();
            for number in first..first + conversations {
                let peer = AccountId::new(padded(number));
                contact::put(transaction, peer, &format!("person{number}"))?;
                // Else their chats would be requests, and no rows of the list.
                person::set_accepted(transaction, peer, true)?;
                let id = ConversationId::new(padded(number));
                let kind = ConversationKind::Direct;
                let at = Timestamp::from_millis(now - count * PACE_MS);
                let row = conversation::ensure(transaction, id, kind, Some(peer), at)?;
                rows.push((row.conversation, peer));
            }
            for number in 0..count {
                let at = Timestamp::from_millis(now - (count - number) * PACE_MS);
                let (conversation, sender) =
                    rows[usize::try_from(number % conversations).unwrap_or(0)];
                let id = (first << 32) | number;
                message::insert(
                    transaction,
                    &NewMessage {
                        id: MessageId::new(padded(id)),
                        conversation,
                        position: message::last_position(transaction, conversation, at)?,
                        sender,
                        sent_at: at,
                        accepted_at: Some(at),
                        sequence: number + 1,
                        kind: MessageKind::Text,
                        state: MessageState::Received,
                        sent_here: false,
                        envelope: EnvelopeId::new(padded(id)),
                        text: Redacted(&text(number)),
                        content: None,
                        details: MessageDetails::default(),
                    },
                )?;
                conversation::count_message(transaction, conversation, is_unread, at)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Of many lengths, so that rows are of many heights.
fn text(number: u64) -> String {
    let asked = "shall we meet at the bridge at six? ";
    let times = usize::try_from(number * 7 % 11).unwrap_or(0) / 3 + 1;
    format!("Message {number}: {}", asked.repeat(times).trim_end())
}

/// A distinct id for each number, unlike any random one.
fn padded<const LEN: usize>(number: u64) -> [u8; LEN] {
    let mut bytes = [0xA5; LEN];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}
