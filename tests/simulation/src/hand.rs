//! What an action works with: a device, its owner, choices, and the model to be told.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::device::Device;
use crate::model::{Index, Saying};
use crate::world::{World, text};

/// A person's hand on a device.
pub(crate) struct Hand<'a> {
    pub(crate) world: &'a World,
    pub(crate) device: &'a Device,
    pub(crate) index: Index,
    pub(crate) rng: Rng,
}

/// Refusals that nothing in a run explains: our bug, or an alarm that is false.
const NEVER: [&str; 8] = [
    "INTERNAL",
    "STORAGE",
    "BAD_REQUEST",
    "UNKNOWN_METHOD",
    "LEDGER_MISMATCH",
    "DEVICE_REVOKED",
    "WRONG_PASSWORD",
    "SIGNED_OUT",
];

impl Hand<'_> {
    /// Runs a command; nothing when it is refused, which is noted.
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Option<Value> {
        match self.device.call(method, params).await {
            Ok(answer) => Some(answer),
            Err(refused) => {
                if NEVER.contains(&refused.code.as_str()) {
                    self.world.complain(format!(
                        "d{}: {method} was refused: {} ({})",
                        self.index, refused.code, refused.message
                    ));
                }
                self.world.note_refusal(method, &refused.code);
                None
            }
        }
    }

    /// Whose device it is.
    pub(crate) fn owner(&self) -> Index {
        self.world.plan.devices[self.index].person
    }

    /// The address by which the device reaches the server.
    pub(crate) fn server(&self) -> &str {
        &self.world.lines[self.index].address
    }

    pub(crate) fn somebody_else(&mut self) -> Index {
        let people = self.world.plan.people;
        (self.owner() + self.rng.usize(1..people)) % people
    }

    pub(crate) fn username(&self, person: Index) -> String {
        crate::world::username(person)
    }

    /// Opens the 1:1 with somebody, or the note to self; answers the conversation.
    pub(crate) async fn open(&self, person: Index) -> Option<String> {
        let account = self.world.model().accounts[person].clone();
        let opened = self
            .ask("conversation.open", json!({ "accountId": account }))
            .await?;
        let conversation = opened["conversationId"].as_str()?.to_owned();
        self.world
            .model()
            .note_place(&conversation, [self.owner(), person]);
        Some(conversation)
    }

    /// Sends the device's next text.
    pub(crate) async fn say(&self, conversation: &str) -> Option<()> {
        self.say_what(conversation).await.map(drop)
    }

    /// The same; answers which it is, and its message.
    pub(crate) async fn say_what(&self, conversation: &str) -> Option<(Saying, String)> {
        let saying = self.world.model().ask(conversation, self.index);
        let params = json!({ "conversationId": conversation, "text": saying.text() });
        let id = self.send(conversation, saying, params).await?;
        Some((saying, id))
    }

    /// The same in answer to a message.
    pub(crate) async fn reply(&self, conversation: &str, to: &Value) -> Option<()> {
        let saying = self.world.model().ask(conversation, self.index);
        let params = json!({
            "conversationId": conversation,
            "text": saying.text(),
            "replyTo": to["messageId"],
        });
        self.send(conversation, saying, params).await.map(drop)
    }

    async fn send(&self, conversation: &str, saying: Saying, params: Value) -> Option<String> {
        let sent = self.ask("message.send", params).await?;
        Some(self.kept(conversation, saying, &sent))
    }

    /// The device has answered that it keeps something; answers its message.
    pub(crate) fn kept(&self, conversation: &str, saying: Saying, sent: &Value) -> String {
        let id = text(&sent["messageId"]);
        let mut model = self.world.model();
        model.keep(conversation, saying);
        model.ids.insert(id.clone(), saying);
        id
    }

    /// Which text, or which question, a row is.
    pub(crate) fn saying(row: &Value) -> Option<Saying> {
        Saying::read(Saying::words_of(row)?)
    }

    /// One of the conversations on the device.
    pub(crate) async fn some_conversation(&mut self) -> Option<Value> {
        let all = self.ask("conversation.list", Value::Null).await?;
        let all = all.as_array()?;
        if all.is_empty() {
            return None;
        }
        Some(all[self.rng.usize(0..all.len())].clone())
    }

    /// The groups on the device that its owner is in and may write to.
    pub(crate) async fn groups(&self) -> Vec<Group> {
        let all = self.ask("conversation.list", Value::Null).await;
        let mut groups = Vec::new();
        for view in all.as_ref().and_then(Value::as_array).into_iter().flatten() {
            if view["kind"] != "group" || view["canSend"] != true {
                continue;
            }
            let id = text(&view["conversationId"]);
            self.world.model().see_group(&id);
            groups.push(Group {
                id,
                is_admin: view["group"]["ownRole"] != "member",
            });
        }
        groups
    }

    /// One of these groups.
    pub(crate) async fn some_group(&mut self) -> Option<Group> {
        let mut groups = self.groups().await;
        if groups.is_empty() {
            return None;
        }
        Some(groups.swap_remove(self.rng.usize(0..groups.len())))
    }

    /// One of the newest messages of these kinds somewhere; with `is_own`, one that this account has written.
    pub(crate) async fn some_row(&mut self, is_own: bool, kinds: &[&str]) -> Option<Value> {
        let conversation = self.some_conversation().await?;
        let params = json!({ "conversationId": conversation["conversationId"], "limit": 20 });
        let rows = self.ask("message.list", params).await?;
        let mut rows: Vec<&Value> = rows.as_array()?.iter().collect();
        rows.retain(|row| {
            kinds.iter().any(|kind| row["kind"] == *kind) && (!is_own || row["isOwn"] == true)
        });
        if rows.is_empty() {
            return None;
        }
        let row = rows[self.rng.usize(0..rows.len())].clone();
        // When it is deleted, its id still says which it was.
        let saying = Self::saying(&row)?;
        let mut model = self.world.model();
        model.ids.insert(text(&row["messageId"]), saying);
        Some(row)
    }
}

/// A group as a device has it.
pub(crate) struct Group {
    pub(crate) id: String,
    /// The device's owner is an owner or an admin of it.
    pub(crate) is_admin: bool,
}
