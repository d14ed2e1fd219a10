//! History for new members: whoever adds somebody shows them the last messages, end to end, in the 1:1.

use std::collections::BTreeMap;

use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp, limits};
use pipit_ledger::conversation as derived;
use pipit_store::Transaction;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::{chat_group, outbox, unwanted};
use pipit_wire::content::Content;
use pipit_wire::frame::Message as _;
use pipit_wire::group::{HISTORY, HISTORY_LEN_MAX, SharedHistory, SharedMessage};

use super::control::Received;
use super::info;
use super::line::Place;
use crate::clock::{random, random_envelope};
use crate::content;
use crate::error::ClientError;
use crate::message::received_position;

/// Rows looked at for one message that is shown: lines and other rows are passed over.
const ROWS_PER_MESSAGE: usize = 4;

/// Queues the last messages of a group for a new member.
pub(super) fn share(place: &Place<'_>, account: AccountId, count: u8) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let group = conversation::by_row(transaction, row)?.ok_or(ClientError::UnknownConversation)?;
    let count = usize::from(count);
    let rows = message::before(transaction, row, u64::MAX, count * ROWS_PER_MESSAGE)?;
    let texts = rows
        .into_iter()
        .rev()
        .filter(|row| row.kind == MessageKind::Text && row.accepted_at.is_some())
        // What disappears elsewhere must not stay here.
        .filter(|row| row.details.timer.is_none() && row.details.expires_at.is_none());
    let mut bundle = SharedHistory {
        conversation_id: group.id.to_vec(),
        messages: Vec::new(),
    };
    let mut len = 0;
    for row in texts.take(count) {
        let shared = SharedMessage {
            message_id: row.id.to_vec(),
            sender: row.sender.to_vec(),
            time: row.accepted_at.unwrap_or(row.sent_at).as_millis(),
            text: row.text.0,
            is_forwarded: row.details.is_forwarded,
        };
        // Room for the tag and length of each.
        len += shared.encoded_len() + 8;
        if len > HISTORY_LEN_MAX {
            break;
        }
        bundle.messages.push(shared);
    }
    if bundle.messages.is_empty() {
        return Ok(());
    }
    bundle.messages.reverse();
    let id = derived::direct(place.own, account);
    let direct = conversation::ensure(
        transaction,
        id,
        ConversationKind::Direct,
        Some(account),
        place.at,
    )?;
    let content = Content::control(random(), HISTORY, &bundle.encode_to_vec());
    outbox::insert(
        transaction,
        None,
        direct.conversation,
        random_envelope(),
        &content.encode(),
    )?;
    Ok(())
}

/// Takes in what a member shows of a group that this device is in.
pub(super) fn take(
    transaction: &Transaction<'_>,
    own: AccountId,
    sender: AccountId,
    bundle: &SharedHistory,
    at: Timestamp,
) -> Result<Received, ClientError> {
    let nothing = Received::default();
    let Ok(id) = ConversationId::try_from(&bundle.conversation_id[..]) else {
        return Ok(nothing);
    };
    let Some(row) = conversation::get(transaction, id)? else {
        return Ok(nothing);
    };
    let place = Place {
        transaction,
        conversation: row.conversation,
        own,
        at,
    };
    let Some(group) = chat_group::get(transaction, row.conversation)? else {
        return Ok(nothing);
    };
    let most = info::charter_of(&group)?.shares_history;
    let is_member = group_member::is(transaction, row.conversation, sender, Standing::In)?;
    if !is_member || bundle.messages.len() > usize::from(most) {
        return Ok(nothing);
    }
    let mut lines = Vec::new();
    let mut count = 0;
    // The last first: each goes before what its sender wrote later, which may have come already.
    let mut later = BTreeMap::new();
    for shared in bundle.messages.iter().rev() {
        let next = later.get(&shared.sender[..]).copied();
        let mut added = insert(&place, &row, shared, next)?;
        count += usize::from(!added.is_empty());
        added.append(&mut lines);
        lines = added;
        if let Some(position) = position_of(&place, shared)? {
            later.insert(&shared.sender[..], position);
        }
    }
    if count > 0 {
        let count = count.to_string();
        lines.push(place.line("group.historyShared", sender, None, &count)?);
    }
    Ok(Received {
        lines,
        conversation: Some(row.conversation),
    })
}

/// Where a message that somebody shows stands, if it is here.
fn position_of(place: &Place<'_>, shared: &SharedMessage) -> Result<Option<u64>, ClientError> {
    let Ok(id) = MessageId::try_from(&shared.message_id[..]) else {
        return Ok(None);
    };
    let row = message::get(place.transaction, id)?;
    let row = row.filter(|row| {
        row.conversation == place.conversation && shared.sender == row.sender.as_bytes()
    });
    Ok(row.map(|row| row.position))
}

/// Adds a message that somebody shows, unless it is here, and lines about it; `next` is where the one stands that its
/// sender wrote after it. It never counts as unread.
fn insert(
    place: &Place<'_>,
    from: &ConversationRow,
    shared: &SharedMessage,
    next: Option<u64>,
) -> Result<Vec<i64>, ClientError> {
    let (transaction, conversation) = (place.transaction, place.conversation);
    let (Ok(id), Ok(sender)) = (
        MessageId::try_from(&shared.message_id[..]),
        AccountId::try_from(&shared.sender[..]),
    ) else {
        return Ok(Vec::new());
    };
    let at = Timestamp::from_millis(shared.time.min(place.at.as_millis()));
    let is_here = message::get(transaction, id)?.is_some() || unwanted::has(transaction, id)?;
    // Words that this person never said must not be put in their mouth.
    if is_here || sender == place.own || shared.text.len() > limits::TEXT_LEN_MAX {
        return Ok(Vec::new());
    }
    let earlier = message::earlier_position(transaction, conversation, sender, at, next)?;
    let position = match earlier {
        Some(position) => position,
        None => {
            let from = received_position(at);
            message::free_position(transaction, conversation, sender, from, 0)?
        }
    };
    let new = NewMessage {
        id,
        conversation,
        position,
        sender,
        sent_at: at,
        accepted_at: Some(at),
        sequence: 0,
        kind: MessageKind::Text,
        state: MessageState::Received,
        sent_here: false,
        envelope: EnvelopeId::new(random()),
        text: Redacted(&shared.text),
        content: None,
        details: MessageDetails {
            is_forwarded: shared.is_forwarded,
            ..MessageDetails::default()
        },
    };
    let row = message::insert(transaction, &new)?;
    conversation::count_message(transaction, conversation, false, at)?;
    let change = content::arrived(transaction, place.own, from, id)?;
    let mut added = vec![row];
    added.extend(change.lines);
    Ok(added)
}
