//! What must be true when it is calm: pure comparisons of what devices show with what people did.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{Index, Model, Place, Saying, Since};

/// What a device shows of its conversations: the rows of each, oldest first, as `message.list` has them.
pub type Shown = BTreeMap<String, Vec<Value>>;

/// What is wrong, in words; empty when everything holds.
#[must_use]
pub fn check(model: &Model, shown: &BTreeMap<Index, Shown>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (&device, conversations) in shown {
        for (conversation, rows) in conversations {
            let Some(place) = model.places.get(conversation) else {
                // A kill may come between opening one and the answer; nobody has said anything there.
                if rows.is_empty() {
                    continue;
                }
                wrong.push(format!("d{device} shows a conversation that nobody made"));
                continue;
            };
            check_rows(model, device, place, rows, &mut wrong);
        }
    }
    for (conversation, place) in &model.places {
        check_place(model, conversation, place, shown, &mut wrong);
    }
    wrong
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
    if !place.people.contains(&owner) {
        wrong.push(format!("d{device} shows a conversation of others"));
    }
    let mut last: BTreeMap<Index, u32> = BTreeMap::new();
    for row in rows {
        let Some(saying) = row["text"].as_str().and_then(Saying::read) else {
            wrong.push(format!(
                "d{device} shows a row of kind {} that nobody wrote",
                row["kind"]
            ));
            continue;
        };
        let author = model.owners[saying.device];
        let name = format!("d{}#{}", saying.device, saying.number);
        if row["kind"] != "text" || row["sender"] != model.accounts[author].as_str() {
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
        check_state(place, device, author == owner, saying, row, wrong);
    }
}

fn check_state(
    place: &Place,
    device: Index,
    is_own: bool,
    saying: Saying,
    row: &Value,
    wrong: &mut Vec<String>,
) {
    let state = row["state"].as_str().unwrap_or_default();
    let is_right = match (is_own, place.people.len()) {
        (false, _) => state == "received",
        (true, 1) => state == "accepted",
        (true, _) => state == "delivered" || state == "read",
    };
    if !is_right {
        let Saying { device: by, number } = saying;
        wrong.push(format!("d{by}#{number} is {state} on d{device}"));
    }
}

/// Everybody in a conversation has what each device said there.
fn check_place(
    model: &Model,
    conversation: &str,
    place: &Place,
    shown: &BTreeMap<Index, Shown>,
    wrong: &mut Vec<String>,
) {
    let numbers = |device: Index, by: Index| -> Vec<u32> {
        shown
            .get(&device)
            .and_then(|conversations| conversations.get(conversation))
            .into_iter()
            .flatten()
            .filter_map(|row| Saying::read(row["text"].as_str()?))
            .filter(|saying| saying.device == by)
            .map(|saying| saying.number)
            .collect()
    };
    for (&author, said) in &place.said {
        // What a crash interrupted was kept or was not; the author's own history says which.
        let truth = numbers(author, author);
        let kept: BTreeSet<u32> = truth.iter().copied().collect();
        for (number, is_kept) in said {
            if *is_kept && !kept.contains(number) {
                wrong.push(format!("d{author}#{number} is lost on its own device"));
            }
        }
        for number in kept.difference(&said.keys().copied().collect()) {
            wrong.push(format!("d{author}#{number} was never said here"));
        }
        for (&device, since) in &model.since {
            if !place.people.contains(&model.owners[device]) {
                continue;
            }
            let seen = numbers(device, author);
            let must = match since {
                Since::Always => &truth[..],
                Since::After(numbers) => {
                    let after = numbers.get(&author).copied().unwrap_or(0);
                    &truth[truth.partition_point(|number| *number <= after)..]
                }
                Since::Unknown => &[],
            };
            let have: BTreeSet<_> = seen.iter().collect();
            let missing: Vec<_> = must
                .iter()
                .filter(|number| !have.contains(number))
                .collect();
            if !missing.is_empty() {
                wrong.push(format!("d{device} has not got d{author}'s {missing:?}"));
            } else if !truth.ends_with(&seen) {
                wrong.push(format!(
                    "d{device} has a hole in d{author}'s: {seen:?} of {truth:?}"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests;
