//! What must be true of groups: members see the same one, and others see that they are out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Chat, text};
use crate::model::{Index, Model};

/// Members see the same group, and others see that they are out.
pub(super) fn check(
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
