//! Links to groups: made, used, and answered by who may let people in.

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::group::some_group_of_ours;
use crate::hand::Hand;

/// Before the coded part of a link.
const PREFIX: &str = "pipit://join/";
/// Of what is coded: format, inviter, conversation, secret. The server's address follows.
const FIXED_LEN: usize = 1 + 32 + 16 + 16;

pub(super) async fn make_link(hand: &mut Hand<'_>) -> Option<()> {
    let group = some_group_of_ours(hand).await?;
    let params = json!({ "conversationId": group.id });
    let made = hand.ask("invite.create", params).await?;
    let link = made["link"].as_str()?.to_owned();
    hand.world.model().links.insert(link, group.id);
    Some(())
}

pub(super) async fn join(hand: &mut Hand<'_>) -> Option<()> {
    let links = hand.world.model().links.clone();
    let place = hand.rng.usize(0..links.len().max(1));
    let (link, group) = links.into_iter().nth(place)?;
    hand.world.model().bring_in(&group, hand.owner());
    let params = json!({ "link": by_way_of(&link, hand.server())? });
    hand.ask("invite.join", params).await.map(drop)
}

/// The same link with this address of the server: each device has a line to it of its own.
fn by_way_of(link: &str, server: &str) -> Option<String> {
    let coded = link.strip_prefix(PREFIX)?;
    let mut bytes = BASE64URL_NOPAD.decode(coded.as_bytes()).ok()?;
    bytes.truncate(FIXED_LEN);
    bytes.extend(server.as_bytes());
    Some(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)))
}

pub(super) async fn answer(hand: &mut Hand<'_>) -> Option<()> {
    let group = some_group_of_ours(hand).await?;
    let params = json!({ "conversationId": group.id });
    let asking = hand.ask("invite.requests", params).await?;
    let account = asking.get(0)?["accountId"].as_str()?.to_owned();
    let params = json!({ "conversationId": group.id, "accountId": account });
    if hand.rng.u8(0..4) == 0 {
        return hand.ask("invite.decline", params).await.map(drop);
    }
    let accounts = hand.world.model().accounts.clone();
    let person = accounts.iter().position(|known| *known == account)?;
    hand.world.model().bring_in(&group.id, person);
    hand.ask("invite.approve", params).await.map(drop)
}
