//! What a person sets for a conversation, on all their devices.

use serde_json::{Value, json};

use crate::hand::Hand;

pub(super) async fn mute(hand: &mut Hand<'_>) -> Option<()> {
    set(hand, "conversation.mute", "isMuted").await
}

pub(super) async fn pin(hand: &mut Hand<'_>) -> Option<()> {
    set(hand, "conversation.pin", "isPinned").await
}

pub(super) async fn archive(hand: &mut Hand<'_>) -> Option<()> {
    set(hand, "conversation.archive", "isArchived").await
}

pub(super) async fn mark_unread(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let params = json!({ "conversationId": conversation["conversationId"] });
    hand.ask("conversation.markUnread", params).await.map(drop)
}

/// What goes within a storm, what stays through it, and nothing any more.
const TIMERS: [u32; 4] = [1, 2, 86_400, 0];

pub(super) async fn set_timer(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let id = conversation["conversationId"].as_str()?;
    let seconds = TIMERS[hand.rng.usize(0..TIMERS.len())];
    hand.world.model().let_fade(id);
    let params = json!({ "conversationId": id, "seconds": seconds });
    hand.ask("conversation.setTimer", params).await.map(drop)
}

async fn set(hand: &mut Hand<'_>, method: &str, field: &str) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let mut params = json!({ "conversationId": conversation["conversationId"] });
    params[field] = Value::Bool(hand.rng.bool());
    hand.ask(method, params).await.map(drop)
}
