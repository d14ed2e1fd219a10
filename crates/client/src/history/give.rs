//! The device that has all of the history, and gives it.

use std::collections::BTreeSet;

use pipit_domain::{AccountId, ConversationId, DeviceId};
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::contact;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::history::{self, Stage};
use pipit_store::table::message::{self, MessageKind, MessageRow, MessageState};
use pipit_wire::frame::Message as _;
use pipit_wire::history::{
    ANSWER_LEN_MAX, Body, HistoryChat, HistoryChats, HistoryCursor, HistoryFetch, HistoryMessage,
    HistoryOffer, HistoryPage, HistoryPages, HistoryPerson, MESSAGES_MAX,
};

use super::{Place, whole};
use crate::error::ClientError;
use crate::gap;

/// Conversations looked at for one page of the list.
const CHATS_MAX: usize = 200;
/// Room for the tag and length of a part.
const AROUND: usize = 8;
/// Bytes of a person in an answer, about; and people that come with one message, so that it fits whatever it is.
const PERSON_LEN: usize = 100;
const PEOPLE_MAX: usize = 40;

/// Says that this device has it, if it has.
pub(super) fn offer(place: &Place<'_>, to: DeviceId) -> Result<(), ClientError> {
    let fetching = history::fetching(place.transaction)?;
    if fetching.is_some_and(|row| row.stage != Stage::Done) {
        return Ok(());
    }
    let messages = history::count(place.transaction)?;
    place.say(Some(to), Body::Offer(HistoryOffer { messages }))
}

/// Answers with what fits.
pub(super) fn answer(
    place: &Place<'_>,
    to: DeviceId,
    wanted: &HistoryFetch,
) -> Result<(), ClientError> {
    let body = if wanted.wants_chats {
        Body::Chats(chats(place, wanted.after)?)
    } else {
        Body::Pages(pages(place, &wanted.cursors)?)
    };
    place.say(Some(to), body)
}

fn chats(place: &Place<'_>, after: u64) -> Result<HistoryChats, ClientError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = history::conversations(place.transaction, after, CHATS_MAX)?;
    let mut answer = HistoryChats {
        chats: Vec::new(),
        next: 0,
    };
    let mut len = 0;
    for row in &rows {
        let Some(found) = conversation::by_row(place.transaction, *row)? else {
            continue;
        };
        let chat = chat(place, &found)?;
        len += chat.encoded_len() + AROUND;
        if len > ANSWER_LEN_MAX && !answer.chats.is_empty() {
            return Ok(answer);
        }
        answer.chats.push(chat);
        answer.next = u64::try_from(*row).unwrap_or(0);
    }
    if rows.len() < CHATS_MAX {
        answer.next = 0;
    }
    Ok(answer)
}

fn chat(place: &Place<'_>, found: &ConversationRow) -> Result<HistoryChat, ClientError> {
    let mut chat = HistoryChat {
        conversation_id: found.id.to_vec(),
        kind: found.kind as u32,
        peer: found.peer.map(|peer| peer.to_vec()).unwrap_or_default(),
        messages: found.message_count,
        updated_at: found.updated_at.as_millis(),
        ..HistoryChat::default()
    };
    if found.kind == ConversationKind::Group
        && let Some(group) = chat_group::get(place.transaction, found.conversation)?
        && group.membership != Membership::In
    {
        chat.charter = group.charter;
        chat.info = group.info.0;
        chat.was_removed = group.membership == Membership::Removed;
    }
    Ok(chat)
}

fn pages(place: &Place<'_>, cursors: &[HistoryCursor]) -> Result<HistoryPages, ClientError> {
    let mut answer = HistoryPages::default();
    let mut left = ANSWER_LEN_MAX;
    let mut people = BTreeSet::new();
    for cursor in cursors {
        let Some((page, is_cut)) = page(place, cursor, &mut left, &mut people)? else {
            break;
        };
        answer.pages.push(page);
        if is_cut {
            break;
        }
    }
    for account in people {
        if let Some(known) = contact::get(place.transaction, account)? {
            answer.people.push(HistoryPerson {
                account: account.to_vec(),
                username: known.username.0,
                display_name: known.display_name.0,
            });
        }
    }
    Ok(answer)
}

/// Messages of one conversation, and whether there was no room for all of them. `None`: there was room for none.
fn page(
    place: &Place<'_>,
    cursor: &HistoryCursor,
    left: &mut usize,
    people: &mut BTreeSet<AccountId>,
) -> Result<Option<(HistoryPage, bool)>, ClientError> {
    let mut page = HistoryPage {
        conversation_id: cursor.conversation_id.clone(),
        below: cursor.below,
        ..HistoryPage::default()
    };
    let found = match ConversationId::try_from(&cursor.conversation_id[..]) {
        Ok(id) => conversation::get(place.transaction, id)?,
        Err(_) => None,
    };
    let Some(found) = found else {
        return Ok(Some((page, false)));
    };
    page.read_position = found.read_position;
    let below = match cursor.below {
        0 => u64::MAX,
        below => below,
    };
    let count = usize::try_from(cursor.count).unwrap_or(MESSAGES_MAX);
    let count = count.clamp(1, MESSAGES_MAX);
    let rows = message::before(place.transaction, found.conversation, below, count)?;
    let is_all = rows.len() < count;
    let mut is_cut = false;
    for row in rows.into_iter().rev() {
        let position = row.position;
        if is_given(place, &row) {
            let whole = history::whole(place.transaction, row)?;
            let packed = whole::pack(whole);
            let new = new_people(&packed, people);
            let len = packed.encoded_len() + AROUND + new.len() * PERSON_LEN;
            if len > *left {
                is_cut = true;
                break;
            }
            *left -= len;
            people.extend(new);
            page.messages.push(packed);
        }
        page.next = position;
    }
    if is_cut && page.next == 0 {
        return Ok(None);
    }
    if is_all && !is_cut {
        page.next = 0;
    }
    Ok(Some((page, is_cut)))
}

/// What is this device's own affair is not given.
fn is_given(place: &Place<'_>, row: &MessageRow) -> bool {
    let is_unsent = matches!(row.state, MessageState::Queued | MessageState::Failed);
    let is_gone = row.details.expires_at.is_some_and(|at| at <= place.now);
    let is_gap = row.kind == MessageKind::System && gap::is_gap(&row.text.0);
    !is_unsent && !is_gone && !is_gap && row.kind != MessageKind::Unreadable
}

fn new_people(packed: &HistoryMessage, known: &BTreeSet<AccountId>) -> BTreeSet<AccountId> {
    let line = packed.line.as_ref();
    let ids = [&packed.sender[..]]
        .into_iter()
        .chain(packed.reactions.iter().map(|one| &one.sender[..]))
        .chain(packed.deeds.iter().map(|one| &one.sender[..]))
        .chain(line.map(|line| &line.actor[..]))
        .chain(line.map(|line| &line.target[..]));
    ids.filter_map(|id| AccountId::try_from(id).ok())
        .filter(|account| !known.contains(account))
        .take(PEOPLE_MAX)
        .collect()
}
