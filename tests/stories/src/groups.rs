//! Groups as a device shows them.

use serde_json::{Value, json};

use crate::{Person, until};

impl Person {
    /// Finds a person by name; answers their account.
    ///
    /// # Panics
    /// When nobody has it.
    pub async fn find(&self, name: &str) -> String {
        let found = self.ask("contact.find", json!({ "username": name })).await;
        found["accountId"].as_str().expect("an account").to_owned()
    }

    /// Makes a group; answers it.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn create_group(&self, name: &str, members: &[&str]) -> String {
        let params = json!({ "name": name, "members": members });
        let made = self.ask("conversation.create", params).await;
        made["conversationId"].as_str().expect("an id").to_owned()
    }
}

/// Waits until a device shows a group that satisfies `is_right`.
///
/// # Panics
/// When it does not.
pub async fn wait_group(device: &Person, id: &str, what: &str, is_right: impl Fn(&Value) -> bool) {
    device.wait_place(id, what, is_right).await;
}

/// Waits until a device shows so many members.
///
/// # Panics
/// When it does not.
pub async fn wait_members(device: &Person, id: &str, count: usize) {
    until(&format!("{count} members"), async || {
        let params = json!({ "conversationId": id });
        let members = device.call("conversation.members", params).await.ok()?;
        (members.as_array()?.len() == count).then_some(())
    })
    .await;
}

/// What people wrote in a group, as a device shows it.
///
/// # Panics
/// When the group is not there.
pub async fn said(device: &Person, id: &str) -> Vec<String> {
    let messages = device.messages(id).await;
    let texts = messages.iter().filter(|message| message["kind"] == "text");
    texts
        .map(|message| message["text"].as_str().expect("a text").to_owned())
        .collect()
}

/// The words of the lines in a group, with whom they are about.
///
/// # Panics
/// When the group is not there.
pub async fn lines(device: &Person, id: &str) -> Vec<(String, String)> {
    let messages = device.messages(id).await;
    messages
        .iter()
        .filter(|message| message["kind"] == "system")
        .map(|message| {
            let system = &message["system"];
            let who = ["target", "actor"]
                .iter()
                .find_map(|field| system[field]["name"].as_str())
                .unwrap_or_default();
            let word = system["word"].as_str().expect("a word");
            (word.to_owned(), who.to_owned())
        })
        .collect()
}

/// Waits until a device shows a line.
///
/// # Panics
/// When it does not.
pub async fn wait_line(device: &Person, id: &str, word: &str, who: &str) {
    until(&format!("{word} of {who}"), async || {
        let lines = lines(device, id).await;
        let is_it = |line: &(String, String)| line.0 == word && line.1 == who;
        lines.iter().any(is_it).then_some(())
    })
    .await;
}
