//! Waiting for what becomes of one message.

use serde_json::{Value, json};

use crate::{Pair, Person, Three, until};

impl Three {
    /// Waits until a message is as wanted on all six devices.
    ///
    /// # Panics
    /// When it does not get there.
    pub async fn wait_everywhere(
        &self,
        message: &str,
        what: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) {
        for device in self.devices() {
            device.wait_message(message, what, &is_wanted).await;
        }
    }
}

impl Pair {
    /// One more device of bob's, which gets what is sent from now on.
    ///
    /// # Panics
    /// When it does not come in.
    pub async fn second_device(&self) -> Person {
        let tablet = Person::login(&self.bob_line.address, "bob").await;
        tablet.wait_in(&self.conversation).await;
        tablet
    }
}

impl Person {
    /// Waits until a message is as wanted on this device; answers it.
    ///
    /// # Panics
    /// When it does not get there.
    pub async fn wait_message(
        &self,
        message: &str,
        what: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let what = format!("{what} on a device of {}", self.account.username);
        until(&what, async || {
            let params = json!({ "messageId": message });
            let view = self.call("message.get", params).await.ok()?;
            is_wanted(&view).then_some(view)
        })
        .await
    }

    /// Waits until a message is not on this device.
    ///
    /// # Panics
    /// When it stays.
    pub async fn wait_gone(&self, message: &str) {
        let what = format!("a message to go from a device of {}", self.account.username);
        until(&what, async || {
            let params = json!({ "messageId": message });
            let refusal = self.call("message.get", params).await.err()?;
            (refusal.code == "NOT_FOUND").then_some(())
        })
        .await;
    }
}
