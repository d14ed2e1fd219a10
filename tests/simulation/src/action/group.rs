//! Groups: made, changed and left by several people at once.

use serde_json::json;

use crate::hand::{Group, Hand};
use crate::model::Index;

/// Enough to meet in; in more, nobody would change the same one at the same moment.
const GROUPS_MAX: usize = 3;

pub(super) async fn make_group(hand: &mut Hand<'_>) -> Option<()> {
    if hand.groups().await.len() >= GROUPS_MAX {
        return None;
    }
    let own = hand.owner();
    let mut founders = vec![own];
    for person in (0..hand.world.plan.people).filter(|person| *person != own) {
        if hand.rng.u8(0..3) > 0 {
            founders.push(person);
        }
    }
    let accounts = hand.world.model().accounts.clone();
    let members: Vec<&String> = founders[1..].iter().map(|at| &accounts[*at]).collect();
    let name = some_words(hand, "group");
    let params = json!({ "name": name, "members": members });
    let made = hand.ask("conversation.create", params).await?;
    let id = made["conversationId"].as_str()?;
    hand.world.model().note_group(id, &founders);
    Some(())
}

pub(super) async fn write_in_group(hand: &mut Hand<'_>) -> Option<()> {
    let group = hand.some_group().await?;
    for _ in 0..hand.rng.usize(1..4) {
        hand.say(&group.id).await?;
    }
    Some(())
}

pub(super) async fn add_somebody(hand: &mut Hand<'_>) -> Option<()> {
    let group = hand.some_group().await?;
    let person = hand.somebody_else();
    hand.world.model().bring_in(&group.id, person);
    let members = [account(hand, person)];
    let params = json!({ "conversationId": group.id, "members": members });
    hand.ask("conversation.add", params).await.map(drop)
}

pub(super) async fn remove_somebody(hand: &mut Hand<'_>) -> Option<()> {
    let group = some_group_of_ours(hand).await?;
    let person = hand.somebody_else();
    hand.world.model().move_person(&group.id, person);
    let params = json!({ "conversationId": group.id, "accountId": account(hand, person) });
    hand.ask("conversation.remove", params).await.map(drop)
}

pub(super) async fn leave_group(hand: &mut Hand<'_>) -> Option<()> {
    let group = hand.some_group().await?;
    hand.world.model().move_person(&group.id, hand.owner());
    let params = json!({ "conversationId": group.id });
    hand.ask("conversation.leave", params).await.map(drop)
}

pub(super) async fn rename_group(hand: &mut Hand<'_>) -> Option<()> {
    let group = hand.some_group().await?;
    let name = some_words(hand, "group");
    let params = json!({ "conversationId": group.id, "name": name });
    hand.ask("conversation.rename", params).await.map(drop)
}

pub(super) async fn describe_group(hand: &mut Hand<'_>) -> Option<()> {
    let group = hand.some_group().await?;
    let about = some_words(hand, "about");
    let params = json!({ "conversationId": group.id, "about": about });
    hand.ask("conversation.setAbout", params).await.map(drop)
}

pub(super) async fn give_role(hand: &mut Hand<'_>) -> Option<()> {
    let group = some_group_of_ours(hand).await?;
    let person = hand.somebody_else();
    let role = ["member", "admin", "owner"][hand.rng.usize(0..3)];
    let account = account(hand, person);
    let params = json!({ "conversationId": group.id, "accountId": account, "role": role });
    hand.ask("conversation.setRole", params).await.map(drop)
}

/// Who may do what, mostly more: groups in which nobody may do anything see no races.
pub(super) async fn allow(hand: &mut Hand<'_>) -> Option<()> {
    let group = some_group_of_ours(hand).await?;
    let mut who = || match hand.rng.u8(0..4) {
        0 => "admins",
        _ => "everyone",
    };
    let (add, edit) = (who(), who());
    let shared = [0, 20][hand.rng.usize(0..2)];
    let params = json!({
        "conversationId": group.id,
        "add": add,
        "editInfo": edit,
        "needsApproval": hand.rng.bool(),
        "sharesHistory": shared,
    });
    hand.ask("conversation.setPermissions", params)
        .await
        .map(drop)
}

/// A group in which the owner of the device may do everything, or, now and then, another, to be refused.
pub(super) async fn some_group_of_ours(hand: &mut Hand<'_>) -> Option<Group> {
    let group = hand.some_group().await?;
    let tries_all_the_same = hand.rng.u8(0..10) == 0;
    (group.is_admin || tries_all_the_same).then_some(group)
}

pub(super) fn account(hand: &Hand<'_>, person: Index) -> String {
    hand.world.model().accounts[person].clone()
}

fn some_words(hand: &mut Hand<'_>, word: &str) -> String {
    format!("{word} {}", hand.rng.u32(0..1000))
}
