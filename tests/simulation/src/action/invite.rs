//! Links to groups: made, used, and those who come by them let in or not.

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::group::some_group_of_ours;
use crate::hand::Hand;

/// Before the coded part of a link.
const PREFIX: &str = "pipit://join/";
/// Of what is coded: format and count, then so many accounts, then conversation and secret. The server's address
/// follows.
const HEAD_LEN: usize = 2;
const ACCOUNT_LEN: usize = 32;
const TAIL_LEN: usize = 16 + 16;

/// Makes a link, and more often than not says that an admin must agree to whoever comes by it.
pub(super) async fn make_link(hand: &mut Hand<'_>) -> Option<()> {
    let group = some_group_of_ours(hand).await?;
    let needs_approval = hand.rng.u8(0..4) > 0;
    invite(hand, &group.id, needs_approval).await
}

async fn invite(hand: &Hand<'_>, group: &str, needs_approval: bool) -> Option<()> {
    let params = json!({ "conversationId": group });
    let made = hand.ask("invite.create", params).await?;
    let link = made["link"].as_str()?.to_owned();
    hand.world.model().links.insert(link, group.to_owned());
    let params = json!({ "conversationId": group, "needsApproval": needs_approval });
    hand.ask("conversation.setPermissions", params)
        .await
        .map(drop)
}

/// Uses a link, rather one to a group that the owner of the device is not in.
pub(super) async fn join(hand: &mut Hand<'_>) -> Option<()> {
    let groups: Vec<String> = hand
        .groups()
        .await
        .into_iter()
        .map(|group| group.id)
        .collect();
    let mut links: Vec<_> = hand.world.model().links.clone().into_iter().collect();
    if links.iter().any(|(_, group)| !groups.contains(group)) {
        links.retain(|(_, group)| !groups.contains(group));
    }
    let (link, group) = links.get(hand.rng.usize(0..links.len().max(1)))?;
    hand.world.model().bring_in(group, hand.owner());
    let params = json!({ "link": by_way_of(link, hand.server())? });
    hand.ask("invite.join", params).await.map(drop)
}

/// The same link with this address of the server: each device has a line to it of its own.
fn by_way_of(link: &str, server: &str) -> Option<String> {
    let coded = link.strip_prefix(PREFIX)?;
    let mut bytes = BASE64URL_NOPAD.decode(coded.as_bytes()).ok()?;
    let count = usize::from(*bytes.get(1)?);
    bytes.truncate(HEAD_LEN + count * ACCOUNT_LEN + TAIL_LEN);
    bytes.extend(server.as_bytes());
    Some(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)))
}

pub(super) async fn approve(hand: &mut Hand<'_>) -> Option<()> {
    let Some((group, account)) = asking(hand).await else {
        invite_to_ask(hand).await;
        return None;
    };
    let accounts = hand.world.model().accounts.clone();
    let person = accounts.iter().position(|known| *known == account)?;
    hand.world.model().bring_in(&group, person);
    let params = json!({ "conversationId": group, "accountId": account });
    hand.ask("invite.approve", params).await.map(drop)
}

pub(super) async fn decline(hand: &mut Hand<'_>) -> Option<()> {
    let Some((group, account)) = asking(hand).await else {
        invite_to_ask(hand).await;
        return None;
    };
    let params = json!({ "conversationId": group, "accountId": account });
    hand.ask("invite.decline", params).await.map(drop)
}

/// Nobody asks for now: whoever comes by this link will have to. It counts as a link, not as an answer.
async fn invite_to_ask(hand: &mut Hand<'_>) -> Option<()> {
    let mut groups = hand.groups().await;
    groups.retain(|group| group.is_admin);
    let group = groups.get(hand.rng.usize(0..groups.len().max(1)))?;
    invite(hand, &group.id, true).await?;
    hand.world.note_action("invite :: make_link");
    Some(())
}

/// The first group that somebody asks to join, as far as the device knows, and who.
async fn asking(hand: &mut Hand<'_>) -> Option<(String, String)> {
    for group in hand.groups().await {
        let params = json!({ "conversationId": group.id });
        let asking = hand.ask("invite.requests", params).await?;
        if let Some(account) = asking[0]["accountId"].as_str() {
            return Some((group.id, account.to_owned()));
        }
    }
    None
}
