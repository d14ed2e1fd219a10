//! What is done to messages: replies, edits, reactions, deletions.

use serde_json::json;

use crate::hand::Hand;
use crate::model::Saying;

pub(super) async fn reply(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_text(false).await?;
    let conversation = row["conversationId"].as_str()?;
    hand.reply(conversation, &row).await
}

pub(super) async fn edit(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_text(true).await?;
    let saying = Saying::read(row["text"].as_str()?)?;
    let text = saying.text_of(hand.rng.u32(1..20));
    let params = json!({ "messageId": row["messageId"], "text": text });
    hand.ask("message.edit", params).await.map(drop)
}

pub(super) async fn react(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_text(false).await?;
    let emoji = ["👍", "🎉", "❤️"][hand.rng.usize(0..3)];
    // More often put there than taken away.
    let is_on = hand.rng.u8(0..3) > 0;
    let params = json!({ "messageId": row["messageId"], "emoji": emoji, "isOn": is_on });
    hand.ask("message.react", params).await.map(drop)
}

pub(super) async fn delete(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_text(true).await?;
    let saying = Saying::read(row["text"].as_str()?)?;
    hand.world.model().taken_back.insert(saying);
    let params = json!({ "messageIds": [row["messageId"]], "forEveryone": true });
    hand.ask("message.delete", params).await.map(drop)
}
