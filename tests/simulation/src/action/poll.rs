//! Questions, what people choose, and the end of it.

use serde_json::{Value, json};

use crate::hand::Hand;

/// Options of each poll.
const OPTIONS: [&str; 3] = ["heath", "fen", "shore"];

pub(super) async fn ask(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let id = conversation["conversationId"].as_str()?;
    let saying = hand.world.model().ask(id, hand.index);
    let params = json!({
        "conversationId": id,
        "question": saying.text(),
        "options": OPTIONS,
        "isMultiple": hand.rng.bool(),
    });
    let asked = hand.ask("poll.create", params).await?;
    hand.kept(id, saying, &asked);
    Some(())
}

pub(super) async fn vote(hand: &mut Hand<'_>) -> Option<()> {
    let row = hand.some_row(false, &["poll"]).await?;
    if row["poll"]["isClosed"] == true {
        return None;
    }
    let mut options: Vec<usize> = (0..OPTIONS.len()).filter(|_| hand.rng.bool()).collect();
    if row["poll"]["isMultiple"] == false {
        options.truncate(1);
    }
    let params = json!({ "messageId": row["messageId"], "options": options });
    hand.ask("poll.vote", params).await.map(drop)
}

pub(super) async fn close(hand: &mut Hand<'_>) -> Option<()> {
    let row: Value = hand.some_row(true, &["poll"]).await?;
    let params = json!({ "messageId": row["messageId"] });
    hand.ask("poll.close", params).await.map(drop)
}
