//! What was done to messages, and what people have set for themselves: the same wherever it must be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Chat, saying_of, text};
use crate::model::{Index, Model, Place, Saying, Since, Stay};
use crate::world::username;

/// What was done to a message (edits, deletions, reactions, votes, pins) is the same on all devices that were
/// there from its beginning on. So is the conversation's timer, which who comes later is told.
pub(super) fn check(
    model: &Model,
    place: &Place,
    chats: &BTreeMap<Index, &Chat>,
    wrong: &mut Vec<String>,
) {
    let mut first: BTreeMap<&str, (Index, Value)> = BTreeMap::new();
    let mut timer: Option<(Index, &Value)> = None;
    for (&device, chat) in chats {
        if model.floor(place, device).is_some() {
            let here = &chat.view["timer"];
            let (other, expected) = *timer.get_or_insert((device, here));
            if expected != here {
                wrong.push(format!(
                    "a timer is {expected} on d{other} and {here} on d{device}"
                ));
            }
        }
        for (id, saying, row) in rows_since(model, place, device, chat) {
            if row["state"] == "failed" {
                continue;
            }
            let deed = deed(row, model.owners[device]);
            let (other, expected) = first.entry(id).or_insert_with(|| (device, deed.clone()));
            if *expected != deed {
                let Saying { device: by, number } = saying;
                wrong.push(format!(
                    "d{by}#{number} is {expected} on d{other} and {deed} on d{device}"
                ));
            }
        }
    }
}

/// The rows of a device that its owner was there for from their beginning on.
pub(super) fn rows_since<'a>(
    model: &Model,
    place: &Place,
    device: Index,
    chat: &'a Chat,
) -> Vec<(&'a str, Saying, &'a Value)> {
    let Some((stay, Some(since))) = model.floor(place, device) else {
        return Vec::new();
    };
    let rows = chat.rows.iter().filter_map(|row| {
        let (saying, id) = (saying_of(model, row)?, row["messageId"].as_str()?);
        let of = |numbers: &BTreeMap<Index, u32>| numbers.get(&saying.device).copied();
        let floor = of(&stay).max(of(&since)).unwrap_or(0);
        (saying.number > floor).then_some((id, saying, row))
    });
    rows.collect()
}

/// What of a row depends on what was done to it, as everybody else sees it.
fn deed(row: &Value, owner: Index) -> Value {
    let mut reactions: Vec<(String, Vec<String>)> = Vec::new();
    for reaction in row["reactions"].as_array().into_iter().flatten() {
        reactions.push((text(&reaction["emoji"]), names(reaction, owner)));
    }
    reactions.sort();
    let options = row["poll"]["options"].as_array();
    let votes = options.into_iter().flatten();
    let votes: Vec<_> = votes.map(|option| names(option, owner)).collect();
    let is_deleted = row["kind"] == "deleted";
    json!({
        "text": row["text"],
        "kind": row["kind"],
        "isEdited": row["editedAt"].is_u64(),
        "reactions": reactions,
        "replyTo": row["replyTo"]["messageId"],
        "isPinned": row["isPinned"],
        "timer": if is_deleted { &Value::Null } else { &row["timer"] },
        "votes": votes,
        "voters": row["poll"]["voterCount"],
        "isClosed": row["poll"]["isClosed"],
    })
}

/// Everybody who has reacted so, or has chosen this. A person's own name is left out of what they see.
fn names(of: &Value, owner: Index) -> Vec<String> {
    let names = of["names"].as_array().into_iter().flatten();
    let mut names: Vec<_> = names.map(text).collect();
    if of["isOwn"] == true {
        names.push(username(owner));
    }
    names.sort();
    names
}

/// What a person has set for a conversation and its messages is the same on all their devices that were there when
/// they set it, and every list of a device says the same as its rows.
pub(super) fn check_own(
    model: &Model,
    place: &Place,
    chats: &BTreeMap<Index, &Chat>,
    wrong: &mut Vec<String>,
) {
    let mut first: BTreeMap<Index, (Index, &Chat)> = BTreeMap::new();
    for (&device, &chat) in chats {
        check_list(device, "at its head", "isPinned", &chat.pinned, chat, wrong);
        check_list(device, "marked", "isStarred", &chat.starred, chat, wrong);
        if model.since.get(&device) != Some(&Since::Always) {
            continue;
        }
        let owner = model.owners[device];
        let (other, before) = *first.entry(owner).or_insert((device, chat));
        let has_same =
            place.people.get(&owner) == Some(&Stay::Always) && received(before) == received(chat);
        let (expected, set) = (set(before, has_same), set(chat, has_same));
        if expected != set {
            wrong.push(format!(
                "a conversation is {expected} on d{other} and {set} on d{device}"
            ));
        }
        let (expected, starred) = (&before.starred, &chat.starred);
        let ids: BTreeSet<_> = ids(before).intersection(&ids(chat)).cloned().collect();
        for id in starred.symmetric_difference(expected) {
            if ids.contains(id.as_str()) {
                wrong.push(format!("{id} is marked on one of d{other} and d{device}"));
            }
        }
        if model.jumped.contains(&other) || model.jumped.contains(&device) {
            continue;
        }
        let expected = hidden_rows(model, place, other, before);
        let shown = hidden_rows(model, place, device, chat);
        for Saying { device: by, number } in shown.symmetric_difference(&expected) {
            wrong.push(format!(
                "d{by}#{number} is deleted on one of d{other} and d{device}"
            ));
        }
    }
}

/// What a person has set for a conversation; how much they have not read, where their devices have the same of it:
/// while somebody comes or goes each device hears of it by itself, and under a wrong clock what was brought back may be
/// gone already.
fn set(chat: &Chat, has_same: bool) -> Value {
    let view = &chat.view;
    json!({
        "isMuted": view["isMuted"],
        "isArchived": view["isArchived"],
        "isPinned": view["isPinned"],
        "isMarkedUnread": view["isMarkedUnread"],
        "unread": if has_same { &view["unread"] } else { &Value::Null },
    })
}

/// What others have written, as far as it is there.
fn received(chat: &Chat) -> BTreeSet<&str> {
    let rows = chat
        .rows
        .iter()
        .filter(|row| row["isOwn"] == false && row["kind"] != "system");
    rows.filter_map(|row| row["messageId"].as_str()).collect()
}

fn ids(chat: &Chat) -> BTreeSet<&str> {
    let ids = chat.rows.iter().filter_map(|row| row["messageId"].as_str());
    ids.collect()
}

/// What is there of all that its person may have deleted for themself, and that does not go by itself.
fn hidden_rows(model: &Model, place: &Place, device: Index, chat: &Chat) -> BTreeSet<Saying> {
    let rows = rows_since(model, place, device, chat).into_iter();
    let rows = rows.filter(|(_, saying, row)| {
        let is_queued = row["state"] == "failed";
        model.may_hide(model.owners[device], *saying) && !place.may_fade(*saying) && !is_queued
    });
    rows.map(|(_, saying, _)| saying).collect()
}

/// A list of a conversation's messages, and the rows that say to be in it.
fn check_list(
    device: Index,
    what: &str,
    field: &str,
    list: &BTreeSet<String>,
    chat: &Chat,
    wrong: &mut Vec<String>,
) {
    let rows = chat.rows.iter().filter(|row| row[field] == true);
    let rows: BTreeSet<String> = rows.map(|row| text(&row["messageId"])).collect();
    if *list != rows {
        wrong.push(format!(
            "d{device} has {} messages {what}, and {} rows that say so",
            list.len(),
            rows.len()
        ));
    }
}

#[cfg(test)]
mod tests;
