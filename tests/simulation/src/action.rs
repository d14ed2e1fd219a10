//! What people do: one row of the table a kind of action.
//!
//! A new action is a function that takes a [`Hand`] and a row with its weight. It makes its choices
//! with the hand's generator, tells the model what it is about to do before it asks the device, and
//! what it was answered after; it may end at any await when its device is killed.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::hand::Hand;

mod chat;
mod group;
mod invite;
mod message;
mod poll;

/// A kind of action.
pub(crate) struct Row {
    /// What it is called in reports.
    pub(crate) name: &'static str,
    /// How often it is drawn, against the others.
    pub(crate) weight: u32,
    /// Does it.
    pub(crate) act: for<'a> fn(&'a mut Hand<'_>) -> BoxFuture<'a, Option<()>>,
}

macro_rules! table {
    ($($weight:literal $($act:ident)::+;)*) => {
        /// All kinds.
        pub(crate) const TABLE: &[Row] = &[$(Row {
            name: stringify!($($act)::+),
            weight: $weight,
            act: |hand| Box::pin($($act)::+(hand)),
        }),*];
    };
}

table! {
    30 write_to_somebody;
    8 write_several;
    6 write_to_self;
    10 read_something;
    4 type_something;
    4 look_back;
    4 find_somebody;
    4 try_to_connect;
    5 group::make_group;
    30 group::write_in_group;
    5 group::add_somebody;
    3 group::remove_somebody;
    1 group::leave_group;
    4 group::rename_group;
    2 group::describe_group;
    3 group::give_role;
    3 group::allow;
    6 message::reply;
    6 message::edit;
    8 message::react;
    4 message::delete;
    3 message::delete_for_me;
    3 message::restore;
    3 message::star;
    4 message::pin;
    5 message::forward;
    4 poll::ask;
    8 poll::vote;
    1 poll::close;
    4 invite::make_link;
    16 invite::join;
    20 invite::approve;
    10 invite::decline;
    2 chat::set_timer;
    2 chat::mute;
    2 chat::pin;
    2 chat::archive;
    2 chat::mark_unread;
}

/// Messages in a row.
const BURST_LEN_MAX: usize = 12;

async fn write_to_somebody(hand: &mut Hand<'_>) -> Option<()> {
    let person = hand.somebody_else();
    let conversation = hand.open(person).await?;
    hand.say(&conversation).await
}

async fn write_several(hand: &mut Hand<'_>) -> Option<()> {
    let person = hand.somebody_else();
    let conversation = hand.open(person).await?;
    for _ in 0..hand.rng.usize(2..=BURST_LEN_MAX) {
        hand.say(&conversation).await?;
    }
    Some(())
}

async fn write_to_self(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.open(hand.owner()).await?;
    hand.say(&conversation).await
}

async fn read_something(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let message = conversation["lastMessage"]["messageId"].as_str()?;
    let params = json!({ "conversationId": conversation["conversationId"], "upTo": message });
    hand.ask("message.markRead", params).await.map(drop)
}

async fn type_something(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let text = ["", "dear", "well, "][hand.rng.usize(0..3)];
    let params = json!({ "conversationId": conversation["conversationId"], "text": text });
    hand.ask("conversation.setDraft", params).await.map(drop)
}

async fn look_back(hand: &mut Hand<'_>) -> Option<()> {
    let conversation = hand.some_conversation().await?;
    let id = &conversation["conversationId"];
    let focus = json!({ "focused": hand.rng.bool(), "conversationId": id });
    hand.ask("window.focus", focus).await?;
    let newest = hand
        .ask("message.list", json!({ "conversationId": id, "limit": 10 }))
        .await?;
    let Some(oldest) = newest.get(0) else {
        return Some(());
    };
    let before = json!({ "conversationId": id, "before": oldest["messageId"] });
    hand.ask("message.list", before).await.map(drop)
}

async fn find_somebody(hand: &mut Hand<'_>) -> Option<()> {
    let person = hand.somebody_else();
    let username = hand.username(person);
    hand.ask("contact.find", json!({ "username": username }))
        .await
        .map(drop)
}

async fn try_to_connect(hand: &mut Hand<'_>) -> Option<()> {
    hand.ask("connection.retry", Value::Null).await.map(drop)
}
