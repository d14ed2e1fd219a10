//! What is done to messages: replies, edits, reactions, deletions, marks, pins, passing on.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::hand::Hand;

/// What can be said by a person, and seen by others.
const WRITTEN: [&str; 2] = ["text", "poll"];
/// After deleting something for oneself, before it is too late to want it back. Less than the minute that the
/// devices allow: one that hears of it late no longer has it, which is not what is looked for here.
const REGRET: Duration = Duration::from_secs(15);
/// Conversations that something is passed on to at once.
const FORWARD_MAX: usize = 3;

pub(super) async fn reply(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(false, &WRITTEN).await?;
    let conversation = row["conversationId"].as_str()?;
    hand.reply(conversation, &row).await
}

pub(super) async fn edit(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(true, &["text"]).await?;
    let saying = Hand::saying(&row)?;
    let text = saying.text_of(hand.rng.u32(1..20));
    let params = json!({ "messageId": row["messageId"], "text": text });
    hand.ask("message.edit", params).await.map(drop)
}

pub(super) async fn react(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(false, &WRITTEN).await?;
    let emoji = ["👍", "🎉", "❤️"][hand.rng.usize(0..3)];
    // More often put there than taken away.
    let is_on = hand.rng.u8(0..3) > 0;
    let params = json!({ "messageId": row["messageId"], "emoji": emoji, "isOn": is_on });
    hand.ask("message.react", params).await.map(drop)
}

pub(super) async fn delete(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(true, &WRITTEN).await?;
    let saying = Hand::saying(&row)?;
    hand.world.model().taken_back.insert(saying);
    let params = json!({ "messageIds": [row["messageId"]], "forEveryone": true });
    hand.ask("message.delete", params).await.map(drop)
}

pub(super) async fn delete_for_me(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(false, &WRITTEN).await?;
    let (id, saying) = (row["messageId"].as_str()?, Hand::saying(&row)?);
    hand.world.model().hide(hand.owner(), saying, id);
    let params = json!({ "messageIds": [id], "forEveryone": false });
    hand.ask("message.delete", params).await.map(drop)
}

pub(super) async fn restore(hand: &mut Hand<'_>) -> Option<()> {
    let owner = hand.owner();
    let ids: Vec<String> = {
        let model = hand.world.model();
        let hidden = model.hidden.iter().filter(|((person, _), hidden)| {
            *person == owner && Instant::now() < hidden.at + REGRET
        });
        hidden.map(|(_, hidden)| hidden.id.clone()).collect()
    };
    let id = ids.get(hand.rng.usize(0..ids.len().max(1)))?;
    let params = json!({ "messageIds": [id] });
    hand.ask("message.restore", params).await.map(drop)
}

pub(super) async fn star(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(false, &WRITTEN).await?;
    let is_starred = hand.rng.u8(0..3) > 0;
    let params = json!({ "messageId": row["messageId"], "isStarred": is_starred });
    hand.ask("message.star", params).await.map(drop)
}

pub(super) async fn pin(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(false, &WRITTEN).await?;
    let is_pinned = hand.rng.u8(0..3) > 0;
    let params = json!({ "messageId": row["messageId"], "isPinned": is_pinned });
    hand.ask("message.pin", params).await.map(drop)
}

/// Says something and passes it on: so every copy is a text of this device's, in its order.
pub(super) async fn forward(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let from = conversation["conversationId"].as_str()?;
    let (saying, id) = hand.say_what(from).await?;
    let said = hand.ask("message.get", json!({ "messageId": id })).await?;
    if said["timer"].is_u64() {
        // What disappears is not passed on.
        return None;
    }
    let mut to = Vec::new();
    for _ in 0..hand.rng.usize(1..=FORWARD_MAX) {
        let conversation = hand.some_conversation().await?;
        let other = conversation["conversationId"].as_str()?.to_owned();
        if other != from && !to.contains(&other) {
            to.push(other);
        }
    }
    if to.is_empty() {
        return None;
    }
    for other in &to {
        hand.world.model().pass_on(other, saying);
    }
    let params = json!({ "messageIds": [id], "conversationIds": to });
    hand.ask("message.forward", params).await?;
    for other in &to {
        hand.world.model().keep(other, saying);
    }
    Some(())
}
