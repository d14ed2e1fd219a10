//! The device that fetches the history.

use std::collections::{BTreeMap, BTreeSet};

use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, Timestamp, limits};
use pipit_e2ee::Charter;
use pipit_ledger::conversation as derived;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::history::{self, CursorRow, FetchRow, Stage, WholeMessage};
use pipit_store::table::message::{self, MessageKind, MessageState};
use pipit_store::table::{contact, sync as register, unwanted};
use pipit_wire::group::{GroupInfo, info_hash};
use pipit_wire::history::{
    Body, CURSORS_MAX, HistoryAsk, HistoryChat, HistoryChats, HistoryCursor, HistoryFetch,
    HistoryMessage, HistoryOffer, HistoryPage, HistoryPages, HistoryPerson, MESSAGES_MAX,
};

use super::{ASK_AGAIN_MS, Place, SILENCE_MS, progress, whole};
use crate::clock::random;
use crate::content;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::sync::Change;

/// Messages of a conversation that come before those of any other go further back: some screens of them.
const RECENT: u32 = 40;

/// Looks at how it is going: asks when it has to be asked for, and again when nobody says anything.
pub(super) fn go_on(
    place: &Place<'_>,
    others: &BTreeSet<DeviceId>,
) -> Result<Vec<Event>, ClientError> {
    let Some(mut row) = history::fetching(place.transaction)? else {
        return Ok(Vec::new());
    };
    let before = progress(Some(&row));
    let silence = place.now.distance_ms(row.heard_at);
    let has_source = row.source.is_some_and(|source| others.contains(&source));
    match row.stage {
        // A conversation that was still to be joined is here now.
        Stage::Done if has_source => return fetch(place, row),
        // Nobody is left who could have it.
        _ if others.is_empty() => row.stage = Stage::Done,
        Stage::Done => return Ok(Vec::new()),
        Stage::Asked if silence < ASK_AGAIN_MS => return Ok(Vec::new()),
        Stage::Listing | Stage::Fetching if has_source && silence < SILENCE_MS => {
            return Ok(Vec::new());
        }
        _ => {
            row.stage = Stage::Asked;
            row.source = None;
            row.heard_at = place.now;
            place.say(None, Body::Ask(HistoryAsk {}))?;
        }
    }
    history::set_fetching(place.transaction, &row)?;
    Ok(told(before, &row))
}

fn told(before: super::HistoryProgress, row: &FetchRow) -> Vec<Event> {
    let now = progress(Some(row));
    if now == before {
        return Vec::new();
    }
    vec![Event::History(now)]
}

/// A device has it: the first one that says so is asked for it.
pub(super) fn offered(
    place: &Place<'_>,
    from: DeviceId,
    offer: &HistoryOffer,
) -> Result<Vec<Event>, ClientError> {
    let Some(mut row) = history::fetching(place.transaction)? else {
        return Ok(Vec::new());
    };
    if row.stage != Stage::Asked {
        return Ok(Vec::new());
    }
    row.source = Some(from);
    row.stage = Stage::Listing;
    row.heard_at = place.now;
    row.listed = 0;
    row.total = offer.messages.min(u64::from(u32::MAX));
    history::set_fetching(place.transaction, &row)?;
    ask_list(place, from, 0)?;
    Ok(vec![Event::History(progress(Some(&row)))])
}

fn ask_list(place: &Place<'_>, source: DeviceId, after: u64) -> Result<(), ClientError> {
    let wanted = HistoryFetch {
        wants_chats: true,
        after,
        cursors: Vec::new(),
    };
    place.say(Some(source), Body::Fetch(wanted))
}

/// A part of the source's list of conversations.
pub(super) fn take_chats(
    place: &Place<'_>,
    from: DeviceId,
    answer: &HistoryChats,
) -> Result<Vec<Event>, ClientError> {
    let Some(mut row) = history::fetching(place.transaction)? else {
        return Ok(Vec::new());
    };
    let is_further = answer.next == 0 || answer.next > row.listed;
    if row.stage != Stage::Listing || row.source != Some(from) || !is_further {
        return Ok(Vec::new());
    }
    let mut rows = BTreeSet::new();
    for chat in &answer.chats {
        rows.extend(list(place, chat)?);
    }
    row.heard_at = place.now;
    if answer.next == 0 {
        row.stage = Stage::Fetching;
    } else {
        row.listed = answer.next;
        ask_list(place, from, answer.next)?;
    }
    history::set_fetching(place.transaction, &row)?;
    let mut events = changed(place.reader, place.transaction, rows)?;
    if row.stage == Stage::Fetching {
        events.extend(fetch(place, row)?);
    }
    Ok(events)
}

/// Notes a conversation of the list. One that this device has no part in any more is made; what it is in, it joins by
/// itself.
fn list(place: &Place<'_>, chat: &HistoryChat) -> Result<Option<i64>, ClientError> {
    let (transaction, own) = (place.transaction, place.reader.own);
    let Ok(id) = ConversationId::try_from(&chat.conversation_id[..]) else {
        return Ok(None);
    };
    let updated_at = Timestamp::from_millis(chat.updated_at.min(place.now.as_millis()));
    let ensure = |kind, peer| conversation::ensure(transaction, id, kind, peer, updated_at);
    let mut made = None;
    match chat.kind {
        1 => {
            let Ok(peer) = AccountId::try_from(&chat.peer[..]) else {
                return Ok(None);
            };
            if derived::direct(own, peer) != id {
                return Ok(None);
            }
            made = Some(ensure(ConversationKind::Direct, Some(peer))?.conversation);
        }
        2 if !chat.charter.is_empty() && !is_known_group(place, id)? => {
            let Ok(charter) = Charter::decode(&chat.charter) else {
                return Ok(None);
            };
            let row = ensure(ConversationKind::Group, None)?.conversation;
            let membership = match chat.was_removed {
                true => Membership::Removed,
                false => Membership::Left,
            };
            chat_group::set(transaction, row, &chat.charter, membership)?;
            if GroupInfo::read(&chat.info).is_ok() && info_hash(&chat.info) == charter.info_hash {
                chat_group::set_info(transaction, row, &chat.info)?;
            }
            made = Some(row);
        }
        2 => {}
        3 if derived::note_to_self(own) == id => {}
        _ => return Ok(None),
    }
    history::add_cursor(transaction, id, updated_at)?;
    Ok(made)
}

/// Whether this device is in a group, or was and knows what it was called.
fn is_known_group(place: &Place<'_>, id: ConversationId) -> Result<bool, ClientError> {
    let Some(row) = conversation::get(place.transaction, id)? else {
        return Ok(false);
    };
    let is_named = chat_group::get(place.transaction, row.conversation)?
        .is_some_and(|group| !group.info.0.is_empty());
    Ok(row.group.is_some() || is_named)
}

/// Asks for what is next; when nothing is, all is here that can be.
fn fetch(place: &Place<'_>, mut row: FetchRow) -> Result<Vec<Event>, ClientError> {
    let before = progress(history::fetching(place.transaction)?.as_ref());
    let next = history::cursors(place.transaction, CURSORS_MAX)?;
    match row.source {
        Some(source) if !next.is_empty() => {
            row.stage = Stage::Fetching;
            row.heard_at = place.now;
            let wanted = HistoryFetch {
                cursors: next.iter().map(cursor).collect(),
                ..HistoryFetch::default()
            };
            place.say(Some(source), Body::Fetch(wanted))?;
        }
        _ => row.stage = Stage::Done,
    }
    history::set_fetching(place.transaction, &row)?;
    Ok(told(before, &row))
}

fn cursor(row: &CursorRow) -> HistoryCursor {
    let count = match row.is_begun {
        true => u32::try_from(MESSAGES_MAX).unwrap_or(u32::MAX),
        false => RECENT,
    };
    HistoryCursor {
        conversation_id: row.conversation.to_vec(),
        below: row.below,
        count,
    }
}

/// Messages have come.
pub(super) fn take_pages(
    place: &Place<'_>,
    from: DeviceId,
    answer: &HistoryPages,
) -> Result<Vec<Event>, ClientError> {
    let Some(mut row) = history::fetching(place.transaction)? else {
        return Ok(Vec::new());
    };
    if row.stage != Stage::Fetching {
        return Ok(Vec::new());
    }
    for person in &answer.people {
        know(place, person)?;
    }
    let mut events = Vec::new();
    for page in &answer.pages {
        events.extend(take_page(place, &mut row, page)?);
    }
    // Another one's answer is an earlier source's: it is kept, and says nothing of the one asked last.
    if row.source == Some(from) {
        events.extend(fetch(place, row)?);
    } else {
        history::set_fetching(place.transaction, &row)?;
    }
    Ok(events)
}

/// Whoever wrote and is known already is let be.
fn know(place: &Place<'_>, person: &HistoryPerson) -> Result<(), ClientError> {
    let transaction = place.transaction;
    let Ok(account) = AccountId::try_from(&person.account[..]) else {
        return Ok(());
    };
    let fits = |name: &str| name.len() <= limits::DISPLAY_NAME_LEN_MAX;
    if contact::get(transaction, account)?.is_some() || !fits(&person.username) {
        return Ok(());
    }
    contact::put(transaction, account, &person.username)?;
    if fits(&person.display_name) {
        contact::set_display_name(transaction, account, &person.display_name)?;
    }
    Ok(())
}

fn take_page(
    place: &Place<'_>,
    row: &mut FetchRow,
    page: &HistoryPage,
) -> Result<Vec<Event>, ClientError> {
    let transaction = place.transaction;
    let Ok(id) = ConversationId::try_from(&page.conversation_id[..]) else {
        return Ok(Vec::new());
    };
    let oldest = page
        .messages
        .last()
        .map_or(0, |message| message.accepted_at);
    let is_before = oldest > 0 && oldest < row.since.as_millis();
    let is_further = page.next > 0 && (page.below == 0 || page.next < page.below);
    let to = (is_further && !is_before).then_some(page.next);
    if !history::move_cursor(transaction, id, page.below, to)? {
        return Ok(Vec::new());
    }
    row.received += page.messages.len() as u64;
    let Some(found) = conversation::get(transaction, id)? else {
        return Ok(Vec::new());
    };
    // Given before, or while, this person cleared the conversation on another device.
    let cleared = register::get(transaction, Change::CLEARED, id.as_bytes())?;
    let cleared = cleared.map_or(0, |row| row.time);
    // The newest first: each goes before what its sender wrote later.
    let mut later = BTreeMap::new();
    for packed in page.messages.iter().filter(|one| one.position > cleared) {
        let next = later.get(&packed.sender[..]).copied();
        if let Some(position) = insert(place, &found, packed, page.read_position, next)?
            && packed.kind != MessageKind::System as u32
        {
            later.insert(&packed.sender[..], position);
        }
    }
    let mut events = vec![Event::HistoryFilled(id)];
    events.extend(changed(place.reader, transaction, [found.conversation])?);
    Ok(events)
}

/// Adds a message unless it is here or not wanted; answers where it stands.
fn insert(
    place: &Place<'_>,
    found: &ConversationRow,
    packed: &HistoryMessage,
    read_position: u64,
    next: Option<u64>,
) -> Result<Option<u64>, ClientError> {
    let transaction = place.transaction;
    let Some(mut whole) = whole::unpack(packed.clone(), found.conversation) else {
        return Ok(None);
    };
    if let Some(here) = message::get(transaction, whole.row.id)? {
        return Ok(Some(here.position));
    }
    let is_gone = whole
        .row
        .details
        .expires_at
        .is_some_and(|at| at <= place.now);
    let is_told = match &whole.line {
        Some(line) => history::has_line(transaction, &whole.row, line)?,
        None => false,
    };
    if is_gone || is_told || unwanted::has(transaction, whole.row.id)? {
        return Ok(None);
    }
    let WholeMessage { row, .. } = &mut whole;
    let is_unread = row.state == MessageState::Received
        && row.sender != place.reader.own
        && row.kind != MessageKind::System
        && row.position > read_position.max(found.read_position);
    if message::by_envelope(transaction, row.envelope)?.is_some() {
        row.envelope = EnvelopeId::new(random());
    }
    row.position = message::given_position(
        transaction,
        found.conversation,
        row.sender,
        row.position,
        next,
    )?;
    let (position, id) = (row.position, row.id);
    let at = row.accepted_at.unwrap_or(row.sent_at);
    history::insert(transaction, &whole)?;
    conversation::count_message(transaction, found.conversation, is_unread, at)?;
    content::arrived(transaction, place.reader.own, found, id)?;
    Ok(Some(position))
}

#[cfg(test)]
mod tests {
    use pipit_domain::Redacted;
    use pipit_store::table::sync::SyncRow;

    use super::*;
    use crate::record::Reader;
    use crate::testing::with_store;

    fn message(number: u8, own: AccountId) -> HistoryMessage {
        HistoryMessage {
            message_id: vec![number; 32],
            position: u64::from(number) * 1_000,
            sender: own.to_vec(),
            sent_at: u64::from(number),
            accepted_at: u64::from(number),
            kind: MessageKind::Text as u32,
            state: MessageState::Accepted as u32,
            envelope_id: vec![number; 16],
            text: format!("number {number}"),
            ..HistoryMessage::default()
        }
    }

    #[tokio::test]
    async fn pages_come_once_and_bring_back_nothing_that_was_cleared() {
        with_store(|transaction| {
            let [own, ada] = [1, 2].map(|n| AccountId::new([n; 32]));
            let now = Timestamp::from_millis(100);
            let (id, source) = (ConversationId::new([3; 16]), DeviceId::new([4; 16]));
            let kind = ConversationKind::Direct;
            let row = conversation::ensure(transaction, id, kind, Some(ada), now)?.conversation;
            let fetch = FetchRow {
                stage: Stage::Fetching,
                source: Some(source),
                heard_at: now,
                listed: 0,
                total: 4,
                received: 0,
                since: Timestamp::from_millis(0),
            };
            history::set_fetching(transaction, &fetch)?;
            history::add_cursor(transaction, id, now)?;
            let cleared = SyncRow {
                kind: Change::CLEARED,
                subject: id.to_vec(),
                time: 2_000,
                device: source,
                value: Vec::new(),
            };
            register::put(transaction, &cleared, None)?;
            let reader = Reader {
                own,
                own_name: Redacted::default(),
            };
            let place = Place {
                transaction,
                reader: &reader,
                device: DeviceId::new([5; 16]),
                row,
                now,
            };
            let answer = |below, numbers: &[u8], next| HistoryPages {
                pages: vec![HistoryPage {
                    conversation_id: id.to_vec(),
                    below,
                    messages: numbers.iter().map(|number| message(*number, own)).collect(),
                    next,
                    ..HistoryPage::default()
                }],
                people: Vec::new(),
            };
            let first = answer(0, &[4, 3], 3_000);
            let events = take_pages(&place, source, &first)?;
            assert!(
                events
                    .iter()
                    .any(|event| matches!(event, Event::HistoryFilled(_)))
            );
            let again = take_pages(&place, source, &first)?;
            let filled = |event: &Event| matches!(event, Event::HistoryFilled(_));
            assert!(
                !again.iter().any(filled),
                "the cursor stands elsewhere by now"
            );
            take_pages(&place, source, &answer(3_000, &[2, 1], 0))?;
            let here = message::before(transaction, row, u64::MAX, 10)?;
            let texts: Vec<_> = here.iter().map(|row| row.text.0.as_str()).collect();
            assert_eq!(texts, ["number 3", "number 4"]);
            let fetch = history::fetching(transaction)?.map(|row| (row.stage, row.received));
            assert_eq!(fetch, Some((Stage::Done, 4)));
            Ok(())
        })
        .await;
    }
}
