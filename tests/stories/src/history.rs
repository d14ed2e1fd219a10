//! What a device shows of a conversation, and waiting for it.

use serde_json::{Value, json};

use crate::Person;
use crate::groups::said;
use crate::person::text;
use crate::wait::until;

/// Messages in one answer of `message.list`, at most.
const PAGE_LEN: usize = 200;

/// Everybody writes once, and everybody else reads it.
///
/// # Panics
/// When somebody does not.
pub async fn all_talk(devices: &[&Person], conversation: &str, word: &str) {
    for (number, device) in devices.iter().enumerate() {
        let text = format!("{word} {number}");
        device.send(conversation, &text).await;
        for reader in devices {
            reader.wait_text(conversation, &text).await;
        }
    }
}

impl Person {
    /// All messages of a conversation, oldest first, without the lines that tell of somebody's new devices: they
    /// come when they come.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn messages(&self, conversation: &str) -> Vec<Value> {
        let mut all = self.rows(conversation).await;
        all.retain(|message| message["system"]["word"] != "device.added");
        all
    }

    /// All messages and lines of a conversation, oldest first, read in pages.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn rows(&self, conversation: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let mut params = json!({ "conversationId": conversation, "limit": PAGE_LEN });
            if let Some(oldest) = all.first() {
                params["before"] = oldest["messageId"].clone();
            }
            let page = self.ask("message.list", params).await;
            let mut page = page.as_array().expect("a list").clone();
            let is_last = page.len() < PAGE_LEN;
            page.append(&mut all);
            all = page;
            if is_last {
                return all;
            }
        }
    }

    /// The texts of a conversation, oldest first.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn texts(&self, conversation: &str) -> Vec<String> {
        self.messages(conversation)
            .await
            .iter()
            .map(|message| text(&message["text"]))
            .collect()
    }

    /// Waits until a conversation has at least so many messages; answers their texts.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn wait_texts(&self, conversation: &str, count: usize) -> Vec<String> {
        let what = format!("{} to have {count} messages", self.account.username);
        until(&what, async || {
            // Not there before the first message of somebody else's conversation.
            let params = json!({ "conversationId": conversation });
            let view = self.call("conversation.get", params).await.ok()?;
            if view["messageCount"].as_u64()? < count as u64 {
                return None;
            }
            let texts = self.texts(conversation).await;
            (texts.len() >= count).then_some(texts)
        })
        .await
    }

    /// Waits until a message of this person is in a state.
    ///
    /// # Panics
    /// When it does not get there.
    pub async fn wait_state(&self, conversation: &str, message: &str, state: &str) {
        let what = format!("a message of {} to be {state}", self.account.username);
        until(&what, async || {
            let params = json!({ "conversationId": conversation, "around": message, "limit": 1 });
            let found = self.ask("message.list", params).await;
            (found[0]["messageId"] == message && found[0]["state"] == state).then_some(())
        })
        .await;
    }

    /// Waits until every message that this person has sent in a conversation is delivered: then
    /// nothing is on its way any more in this direction.
    ///
    /// # Panics
    /// When one is not.
    pub async fn wait_all_delivered(&self, conversation: &str) {
        let what = format!("all messages of {} to be delivered", self.account.username);
        until(&what, async || {
            let all = self.messages(conversation).await;
            all.iter()
                .filter(|message| message["isOwn"] == true)
                .all(|message| message["state"] == "delivered" || message["state"] == "read")
                .then_some(())
        })
        .await;
    }

    /// Waits until a conversation is as wanted on this device; answers it.
    ///
    /// # Panics
    /// When it does not get there.
    pub async fn wait_place(
        &self,
        conversation: &str,
        what: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let what = format!("{what} on a device of {}", self.account.username);
        until(&what, async || {
            let params = json!({ "conversationId": conversation });
            let view = self.call("conversation.get", params).await.ok()?;
            is_wanted(&view).then_some(view)
        })
        .await
    }

    /// Waits until this device has come into a conversation: from then on it gets what is sent.
    ///
    /// # Panics
    /// When it does not.
    pub async fn wait_in(&self, conversation: &str) {
        self.event("the conversation on the new device", |events| {
            let is_in = |event: &Value| {
                event["type"] == "conversation.changed"
                    && event["conversation"]["conversationId"] == conversation
            };
            events.iter().any(is_in).then_some(())
        })
        .await;
    }

    /// Waits until a text is in a conversation.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn wait_text(&self, conversation: &str, words: &str) {
        let what = format!("{words:?} on a device of {}", self.account.username);
        until(&what, async || {
            // Not there before the first message of somebody else's conversation.
            let params = json!({ "conversationId": conversation });
            self.call("conversation.get", params).await.ok()?;
            let texts = said(self, conversation).await;
            texts.iter().any(|said| said == words).then_some(())
        })
        .await;
    }

    /// Waits until the newest text of a conversation is this one.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn wait_last(&self, conversation: &str, words: &str) {
        let what = format!("{words:?} last on a device of {}", self.account.username);
        until(&what, async || {
            let params = json!({ "conversationId": conversation });
            self.call("conversation.get", params).await.ok()?;
            (self.texts(conversation).await.last()? == words).then_some(())
        })
        .await;
    }

    /// Waits until a text of this person is delivered.
    ///
    /// # Panics
    /// When it is not.
    pub async fn wait_delivered(&self, conversation: &str, words: &str) {
        until(&format!("{words:?} to be delivered"), async || {
            let messages = self.messages(conversation).await;
            let is_there =
                |message: &Value| message["text"] == words && message["state"] == "delivered";
            messages.iter().any(is_there).then_some(())
        })
        .await;
    }
}
