//! What must be true when it is calm: pure comparisons of what devices show with what people did.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::{Index, Model, Place, Saying, Since, Stay};
use crate::world::username;

/// A conversation as a device shows it.
#[derive(Debug, Clone, Default)]
pub struct Chat {
    /// As `conversation.list` has it.
    pub view: Value,
    /// Of a group: as `conversation.members` has them.
    pub members: Value,
    /// As `message.list` has them, oldest first.
    pub rows: Vec<Value>,
}

/// What a device shows: its conversations by their ids.
pub type Shown = BTreeMap<String, Chat>;

/// Who is in each group, as the server has it.
pub type Members = BTreeMap<String, BTreeSet<Index>>;

/// What is wrong, in words; empty when everything holds.
#[must_use]
pub fn check(model: &Model, shown: &BTreeMap<Index, Shown>, members: &Members) -> Vec<String> {
    let mut wrong = Vec::new();
    for (&device, chats) in shown {
        for (conversation, chat) in chats {
            let Some(place) = model.places.get(conversation) else {
                // A kill may come between opening or making one and the answer; nobody has said anything there.
                let is_said = |row: &Value| row["kind"] != "system";
                if chat.rows.iter().any(is_said) {
                    wrong.push(format!("d{device} shows a conversation that nobody made"));
                }
                continue;
            };
            check_rows(model, device, place, &chat.rows, &mut wrong);
        }
    }
    for (conversation, place) in &model.places {
        let chats: BTreeMap<Index, &Chat> = shown
            .iter()
            .filter_map(|(device, chats)| Some((*device, chats.get(conversation)?)))
            .collect();
        check_place(model, place, &chats, &mut wrong);
        check_deeds(model, place, &chats, &mut wrong);
        check_own(model, &chats, &mut wrong);
        if place.is_group {
            let members = members.get(conversation).cloned().unwrap_or_default();
            check_group(model, &members, &chats, &mut wrong);
        }
    }
    wrong
}

/// Which text a row is: by what it says, or, when that is gone, by its id.
fn saying_of(model: &Model, row: &Value) -> Option<Saying> {
    let said = row["text"].as_str().and_then(Saying::read);
    said.or_else(|| model.ids.get(row["messageId"].as_str()?).copied())
}

/// What can be said of one device's rows without looking at others.
fn check_rows(
    model: &Model,
    device: Index,
    place: &Place,
    rows: &[Value],
    wrong: &mut Vec<String>,
) {
    let owner = model.owners[device];
    if !place.people.contains_key(&owner) {
        wrong.push(format!("d{device} shows a conversation of others"));
    }
    let mut last: BTreeMap<Index, u32> = BTreeMap::new();
    for row in rows {
        if row["kind"] == "system" {
            continue;
        }
        let Some(saying) = saying_of(model, row) else {
            wrong.push(format!(
                "d{device} shows a row of kind {} that nobody wrote",
                row["kind"]
            ));
            continue;
        };
        let author = model.owners[saying.device];
        let name = format!("d{}#{}", saying.device, saying.number);
        let is_kind = row["kind"] == "text" || row["kind"] == "deleted";
        if !is_kind || row["sender"] != model.accounts[author].as_str() {
            wrong.push(format!("d{device} shows {name} as somebody else's"));
        }
        if row["isOwn"] != (author == owner) {
            wrong.push(format!("d{device} shows {name} on the wrong side"));
        }
        match last.insert(saying.device, saying.number) {
            Some(before) if before == saying.number => {
                wrong.push(format!("d{device} shows {name} twice"));
            }
            Some(before) if before > saying.number => {
                wrong.push(format!(
                    "d{device} shows {name} after d{}#{before}",
                    saying.device
                ));
            }
            _ => {}
        }
        check_state(model, place, device, saying, row, wrong);
    }
}

fn check_state(
    model: &Model,
    place: &Place,
    device: Index,
    saying: Saying,
    row: &Value,
    wrong: &mut Vec<String>,
) {
    let state = row["state"].as_str().unwrap_or_default();
    let author = model.owners[saying.device];
    let is_own = author == model.owners[device];
    let is_settled = is_settled(place, saying);
    let is_right = match (is_own, place.count()) {
        (false, _) => state == "received",
        // Who was put out before it came to them never says that they have it.
        (true, _) if !is_settled => ["accepted", "delivered", "read", "failed"].contains(&state),
        (true, 1) => state == "accepted",
        (true, _) => state == "delivered" || state == "read",
    };
    if !is_right && row["kind"] != "deleted" {
        let Saying { device: by, number } = saying;
        let (delivered, recipients) = (&row["deliveredCount"], &row["recipientCount"]);
        wrong.push(format!(
            "d{by}#{number} is {state} on d{device}, with {delivered} of {recipients} who have it"
        ));
    }
}

/// Everybody who can be meant by a text was there for good when it was said.
fn is_settled(place: &Place, saying: Saying) -> bool {
    let Saying { device, number } = saying;
    place.people.values().all(|stay| match stay {
        Stay::Always => true,
        Stay::After(numbers) | Stay::Out(numbers) => {
            number > numbers.get(&device).copied().unwrap_or(0)
        }
        Stay::Unsure | Stay::Unseen => false,
    })
}

/// Everybody in a conversation has what each device said there.
fn check_place(
    model: &Model,
    place: &Place,
    chats: &BTreeMap<Index, &Chat>,
    wrong: &mut Vec<String>,
) {
    let numbers = |device: Index, by: Index| -> Vec<u32> {
        let rows = chats.get(&device).into_iter().flat_map(|chat| &chat.rows);
        rows.filter(|row| row["state"] != "failed")
            .filter_map(|row| saying_of(model, row))
            .filter(|saying| saying.device == by)
            .map(|saying| saying.number)
            .collect()
    };
    for (&author, said) in &place.said {
        // What a crash interrupted was kept or was not; the author's own history says which.
        let rows = chats.get(&author).into_iter().flat_map(|chat| &chat.rows);
        let kept: BTreeSet<u32> = rows
            .filter_map(|row| saying_of(model, row))
            .filter(|saying| saying.device == author)
            .map(|saying| saying.number)
            .collect();
        for (number, is_kept) in said {
            let saying = Saying {
                device: author,
                number: *number,
            };
            let may_be_gone = !*is_kept || model.taken_back.contains(&saying);
            if !may_be_gone && !kept.contains(number) {
                wrong.push(format!("d{author}#{number} is lost on its own device"));
            }
        }
        for number in kept.difference(&said.keys().copied().collect()) {
            wrong.push(format!("d{author}#{number} was never said here"));
        }
        let truth = numbers(author, author);
        for &device in model.since.keys() {
            let seen = numbers(device, author);
            check_seen(model, place, (device, author), &seen, &truth, wrong);
        }
    }
}

/// What one device has of what another said.
fn check_seen(
    model: &Model,
    place: &Place,
    (device, author): (Index, Index),
    seen: &[u32],
    truth: &[u32],
    wrong: &mut Vec<String>,
) {
    let invented: Vec<_> = seen
        .iter()
        .filter(|number| !truth.contains(number))
        .collect();
    if !invented.is_empty() {
        wrong.push(format!(
            "d{device} has d{author}'s {invented:?}, which it did not say"
        ));
    }
    let owner = model.owners[device];
    if let Some(Stay::Out(numbers)) = place.people.get(&owner) {
        let last = numbers.get(&author).copied().unwrap_or(0);
        if model.owners[author] != owner && seen.iter().any(|number| *number > last) {
            wrong.push(format!(
                "d{device} is out and has what d{author} said later"
            ));
        }
    }
    let Some((stay, since)) = model.floor(place, device) else {
        return;
    };
    let after = |all: &[u32], number: u32| -> Vec<u32> {
        all.iter().copied().filter(|of| *of > number).collect()
    };
    let stay = stay.get(&author).copied().unwrap_or(0);
    if let Some(since) = since {
        let since = since.get(&author).copied().unwrap_or(0).max(stay);
        let missing: Vec<_> = after(truth, since)
            .into_iter()
            .filter(|number| !seen.contains(number))
            .collect();
        if !missing.is_empty() {
            wrong.push(format!("d{device} has not got d{author}'s {missing:?}"));
            return;
        }
    }
    let (truth, seen) = (after(truth, stay), after(seen, stay));
    if !truth.ends_with(&seen) {
        wrong.push(format!(
            "d{device} has a hole in d{author}'s: {seen:?} of {truth:?}"
        ));
    }
}

/// What was done to a message (edits, deletions, reactions) is the same on all devices that were there from
/// its beginning on.
fn check_deeds(
    model: &Model,
    place: &Place,
    chats: &BTreeMap<Index, &Chat>,
    wrong: &mut Vec<String>,
) {
    let mut first: BTreeMap<&str, (Index, Value)> = BTreeMap::new();
    for (&device, chat) in chats {
        let Some((stay, Some(since))) = model.floor(place, device) else {
            continue;
        };
        for row in chat.rows.iter().filter(|row| row["state"] != "failed") {
            let (Some(saying), Some(id)) = (saying_of(model, row), row["messageId"].as_str())
            else {
                continue;
            };
            let of = |numbers: &BTreeMap<Index, u32>| numbers.get(&saying.device).copied();
            if saying.number <= of(&stay).max(of(&since)).unwrap_or(0) {
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

/// What of a row depends on what was done to it, as everybody else sees it.
fn deed(row: &Value, owner: Index) -> Value {
    let mut reactions: Vec<(String, Vec<String>)> = Vec::new();
    for reaction in row["reactions"].as_array().into_iter().flatten() {
        let names = reaction["names"].as_array().into_iter().flatten();
        let mut names: Vec<_> = names.map(text).collect();
        // A person's own name is left out of what they see.
        if reaction["isOwn"] == true {
            names.push(username(owner));
        }
        names.sort();
        reactions.push((text(&reaction["emoji"]), names));
    }
    reactions.sort();
    json!({
        "text": row["text"],
        "kind": row["kind"],
        "isEdited": row["editedAt"].is_u64(),
        "reactions": reactions,
        "replyTo": row["replyTo"]["messageId"],
    })
}

/// What a person has set for a conversation is the same on all their devices that were there when they set it.
fn check_own(model: &Model, chats: &BTreeMap<Index, &Chat>, wrong: &mut Vec<String>) {
    let mut first: BTreeMap<Index, (Index, Value)> = BTreeMap::new();
    for (&device, chat) in chats {
        if model.since.get(&device) != Some(&Since::Always) {
            continue;
        }
        let view = &chat.view;
        // A group is left by each device when it hears of it: what came until then is not the same on all.
        let is_left = view["group"]["isMember"] == false;
        let set = json!({
            "isMuted": view["isMuted"],
            "isArchived": view["isArchived"],
            "isPinned": view["isPinned"],
            "isMarkedUnread": view["isMarkedUnread"],
            "unread": if is_left { &Value::Null } else { &view["unread"] },
        });
        let owner = model.owners[device];
        let (other, expected) = first.entry(owner).or_insert_with(|| (device, set.clone()));
        if *expected != set {
            wrong.push(format!(
                "a conversation is {expected} on d{other} and {set} on d{device}"
            ));
        }
    }
}

/// Members see the same group, and others see that they are out.
fn check_group(
    model: &Model,
    members: &BTreeSet<Index>,
    chats: &BTreeMap<Index, &Chat>,
    wrong: &mut Vec<String>,
) {
    let accounts: BTreeSet<&str> = members
        .iter()
        .map(|person| model.accounts[*person].as_str())
        .collect();
    let mut first: Option<(Index, Value)> = None;
    for &device in model.since.keys() {
        let is_in = members.contains(&model.owners[device]);
        let Some(chat) = chats.get(&device) else {
            if is_in {
                wrong.push(format!("d{device} does not show a group that it is in"));
            }
            continue;
        };
        let group = &chat.view["group"];
        if group["isMember"] != is_in {
            let says = &group["isMember"];
            wrong.push(format!(
                "d{device} says {says} to being in a group, which is {is_in}"
            ));
        }
        if !is_in {
            continue;
        }
        let mut people: Vec<(String, String)> = Vec::new();
        for member in chat.members.as_array().into_iter().flatten() {
            people.push((text(&member["accountId"]), text(&member["role"])));
        }
        people.sort();
        if !people
            .iter()
            .map(|(account, _)| account.as_str())
            .eq(accounts.iter().copied())
        {
            wrong.push(format!(
                "d{device} shows {people:?}, the server {accounts:?}"
            ));
        }
        let state = json!({
            "name": chat.view["name"],
            "about": chat.view["about"],
            "members": people,
            "permissions": group["permissions"],
            "sharesHistory": group["sharesHistory"],
            "needsApproval": group["needsApproval"],
        });
        match &first {
            Some((other, expected)) if *expected != state => wrong.push(format!(
                "a group is {expected} on d{other} and {state} on d{device}"
            )),
            Some(_) => {}
            None => first = Some((device, state)),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
