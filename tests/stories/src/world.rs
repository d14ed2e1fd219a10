//! What most stories begin with: a server, alice and bob.

use serde_json::json;

use crate::{Person, Proxy, Server, until};

/// Everybody's password.
pub const PASSWORD: &str = "meadow-pipit-sings-in-flight";

/// Alice and bob on one server, with their 1:1 open on alice's device.
#[derive(Debug)]
pub struct Pair {
    /// The server.
    pub server: Server,
    /// Stands between alice and the server.
    pub alice_line: Proxy,
    /// Stands between bob and the server.
    pub bob_line: Proxy,
    /// She opened the conversation.
    pub alice: Person,
    /// He has not seen it before her first message.
    pub bob: Person,
    /// Their conversation.
    pub conversation: String,
}

impl Pair {
    /// Makes them.
    ///
    /// # Panics
    /// When anything fails.
    pub async fn meet() -> Self {
        Self::meet_at(Server::start().await).await
    }

    /// Makes them on this server.
    ///
    /// # Panics
    /// When anything fails.
    pub async fn meet_at(server: Server) -> Self {
        let (alice_line, bob_line) =
            tokio::join!(Proxy::start(&server.address), Proxy::start(&server.address));
        let (alice, bob) = tokio::join!(
            Person::register(&alice_line.address, "alice"),
            Person::register(&bob_line.address, "bob"),
        );
        let conversation = alice.open("bob").await;
        Self {
            server,
            alice_line,
            bob_line,
            alice,
            bob,
            conversation,
        }
    }

    /// Both have written, so that the conversation is established and known to both.
    ///
    /// # Panics
    /// When anything fails.
    pub async fn talking() -> Self {
        let pair = Self::meet().await;
        pair.greet().await;
        pair
    }

    /// Each writes one message.
    ///
    /// # Panics
    /// When it does not arrive.
    pub async fn greet(&self) {
        let Self {
            alice,
            bob,
            conversation,
            ..
        } = self;
        alice.send(conversation, "hello bob").await;
        bob.wait_texts(conversation, 1).await;
        bob.send(conversation, "hello alice").await;
        alice.wait_texts(conversation, 2).await;
        alice.wait_all_delivered(conversation).await;
        bob.wait_all_delivered(conversation).await;
    }
}

/// Alice, bob and carol with two devices each, on one server.
#[derive(Debug)]
pub struct Three {
    /// The server.
    pub server: Server,
    /// Their first devices: alice's, bob's, carol's.
    pub people: [Person; 3],
    /// Their second ones.
    pub others: [Person; 3],
}

impl Three {
    /// Makes them.
    ///
    /// # Panics
    /// When anything fails.
    pub async fn meet() -> Self {
        let server = Server::start().await;
        let at = server.address.clone();
        Self::meet_by(server, [&at; 3], [&at; 3]).await
    }

    /// Makes them, each device by an address of its own, such as a proxy's: the first devices', the second ones'.
    ///
    /// # Panics
    /// When anything fails.
    pub async fn meet_by(server: Server, first: [&str; 3], second: [&str; 3]) -> Self {
        let (alice, bob, carol) = tokio::join!(
            Person::register(first[0], "alice"),
            Person::register(first[1], "bob"),
            Person::register(first[2], "carol"),
        );
        let (tablet_a, tablet_b, tablet_c) = tokio::join!(
            Person::login(second[0], "alice"),
            Person::login(second[1], "bob"),
            Person::login(second[2], "carol"),
        );
        Self {
            people: [alice, bob, carol],
            others: [tablet_a, tablet_b, tablet_c],
            server,
        }
    }

    /// All six.
    #[must_use]
    pub fn devices(&self) -> Vec<&Person> {
        self.people.iter().chain(&self.others).collect()
    }

    /// A group that alice makes of the three; answers it when all devices are in and all have accepted it.
    ///
    /// # Panics
    /// When anything fails.
    pub async fn group(&self, name: &str) -> String {
        let [alice, bob, carol] = &self.people;
        for person in [bob, carol] {
            let params = json!({ "username": person.account.username });
            alice.ask("contact.find", params).await;
        }
        let members = json!([bob.account.id, carol.account.id]);
        let params = json!({ "name": name, "members": members });
        let made = alice.ask("conversation.create", params).await;
        let id = made["conversationId"].as_str().expect("an id").to_owned();
        for device in self.devices() {
            until("the group on every device", async || {
                let params = json!({ "conversationId": id });
                let members = device.call("conversation.members", params).await.ok()?;
                (members.as_array()?.len() == 3).then_some(())
            })
            .await;
        }
        for person in [bob, carol] {
            let params = json!({ "conversationId": id });
            person.ask("request.accept", params).await;
        }
        for device in self.devices() {
            until("the group accepted on every device", async || {
                let params = json!({ "conversationId": id });
                let view = device.ask("conversation.get", params).await;
                view.get("request").is_none().then_some(())
            })
            .await;
        }
        id
    }
}

/// `PREFIX 1`, `PREFIX 2`, … up to `count`.
#[must_use]
pub fn numbered(prefix: &str, count: usize) -> Vec<String> {
    (1..=count)
        .map(|number| format!("{prefix} {number}"))
        .collect()
}
