//! What an action works with: a device, its owner, choices, and the model to be told.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::device::Device;
use crate::model::Index;
use crate::world::World;

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
        let saying = self.world.model().ask(conversation, self.index);
        let params = json!({ "conversationId": conversation, "text": saying.text() });
        self.ask("message.send", params).await?;
        self.world.model().keep(conversation, saying);
        Some(())
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
}
