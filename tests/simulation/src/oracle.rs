//! What must be true when it is calm: pure comparisons of what devices show with what people did.

use std::collections::{BTreeMap, BTreeSet};

use pipit_client::SystemClock;
use pipit_domain::Clock as _;
use serde_json::Value;

use crate::model::{Index, Model, Place, Saying, Stay};

mod deed;
mod group;
mod order;

/// A conversation as a device shows it.
#[derive(Debug, Clone, Default)]
pub struct Chat {
    /// As `conversation.list` has it.
    pub view: Value,
    /// Of a group: as `conversation.members` has them.
    pub members: Value,
    /// As `message.list` has them, oldest first.
    pub rows: Vec<Value>,
    /// Messages at its head, as `conversation.pinned` has them.
    pub pinned: BTreeSet<String>,
    /// Messages in it that its person has marked, as `message.starred` has them.
    pub starred: BTreeSet<String>,
}

/// What a device shows: its conversations by their ids.
pub type Shown = BTreeMap<String, Chat>;

/// A message may go so much later than it should: the device's task waits for its turn on a busy machine.
const LATE_MS: u64 = 5_000;

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
        deed::check(model, place, &chats, &mut wrong);
        deed::check_own(model, place, &chats, &mut wrong);
        order::check(model, place, &chats, &mut wrong);
        if place.is_group {
            let members = members.get(conversation).cloned().unwrap_or_default();
            group::check(model, &members, &chats, &mut wrong);
        }
    }
    wrong
}

/// Which text a row is: by what it says, or, when that is gone, by its id.
fn saying_of(model: &Model, row: &Value) -> Option<Saying> {
    let said = Saying::words_of(row).and_then(Saying::read);
    said.or_else(|| model.ids.get(row["messageId"].as_str()?).copied())
}

/// Whether a row may disappear by itself: its timer says so, or it may have had one before it was taken back.
fn fades(model: &Model, place: &Place, row: &Value) -> bool {
    let is_fading = |saying| place.may_fade(saying);
    row["timer"].is_u64()
        || row["kind"] == "deleted" && saying_of(model, row).is_some_and(is_fading)
}

/// Whether a person may have deleted a text for themself, or its author may have before it left the device.
fn hides(model: &Model, device: Index, saying: Saying) -> bool {
    let author = model.owners[saying.device];
    model.may_hide(model.owners[device], saying) || model.may_hide(author, saying)
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
    let mut all: BTreeSet<Saying> = BTreeSet::new();
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
        let is_kind = ["text", "poll", "deleted"]
            .iter()
            .any(|kind| row["kind"] == *kind);
        if !is_kind || row["sender"] != model.accounts[author].as_str() {
            wrong.push(format!("d{device} shows {name} as somebody else's"));
        }
        if row["isOwn"] != (author == owner) {
            wrong.push(format!("d{device} shows {name} on the wrong side"));
        }
        if row["kind"] != "deleted" && row["isForwarded"] != place.passed_on.contains(&saying) {
            let says = &row["isForwarded"];
            wrong.push(format!("d{device} says {says} to {name} being passed on"));
        }
        if !all.insert(saying) {
            wrong.push(format!("d{device} shows {name} twice"));
        }
        // What was deleted before it left its device, and brought back, is sent after what was said meanwhile.
        if !model.may_hide(author, saying) {
            let before = last.insert(saying.device, saying.number);
            if let Some(before) = before.filter(|before| *before > saying.number) {
                wrong.push(format!(
                    "d{device} shows {name} after d{}#{before}",
                    saying.device
                ));
            }
        }
        if !model.jumped.contains(&device) {
            check_end(device, &name, row, wrong);
        }
        check_state(model, place, device, saying, row, wrong);
    }
}

/// A message whose time is over is gone, where the clock has always been right.
fn check_end(device: Index, name: &str, row: &Value, wrong: &mut Vec<String>) {
    let end = row["expiresAt"].as_u64();
    if end.is_some_and(|end| SystemClock.now().as_millis() > end + LATE_MS) {
        wrong.push(format!("d{device} still shows {name}, whose time is over"));
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
    // What disappears is compared where it still is ([`deed`]): it does not go everywhere at once.
    let numbers = |device: Index, by: Index, seer: Index| -> Vec<u32> {
        let rows = chats.get(&device).into_iter().flat_map(|chat| &chat.rows);
        rows.filter(|row| row["state"] != "failed" && !fades(model, place, row))
            .filter_map(|row| saying_of(model, row))
            .filter(|saying| saying.device == by && !hides(model, seer, *saying))
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
            let may_be_gone = !*is_kept
                || model.taken_back.contains(&saying)
                || model.may_hide(model.owners[author], saying)
                || place.may_fade(saying);
            if !may_be_gone && !kept.contains(number) {
                wrong.push(format!("d{author}#{number} is lost on its own device"));
            }
        }
        for number in kept.difference(&said.keys().copied().collect()) {
            wrong.push(format!("d{author}#{number} was never said here"));
        }
        let rows = chats.get(&author).into_iter().flat_map(|chat| &chat.rows);
        let fading: BTreeSet<u32> = rows
            .filter(|row| fades(model, place, row))
            .filter_map(|row| saying_of(model, row))
            .filter(|saying| saying.device == author)
            .map(|saying| saying.number)
            .collect();
        for &device in model.since.keys() {
            let truth = numbers(author, author, device);
            let mut seen = numbers(device, author, device);
            // What its author took back after going is still there for others, and may have gone where it was said.
            seen.retain(|number| {
                let saying = Saying {
                    device: author,
                    number: *number,
                };
                let is_gone = !kept.contains(number) && place.may_fade(saying);
                !is_gone && !fading.contains(number)
            });
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

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
