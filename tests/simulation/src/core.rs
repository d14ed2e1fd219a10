//! A client core in this process, on threads of its own, that can be ended at any of its awaits.
//!
//! Ending it is weaker than killing a process: a transaction that has begun is finished. It is
//! hundreds of times as fast, and the clock is ours. Processes that are killed are `story_tests`' part.

use std::path::PathBuf;
use std::sync::Arc;

use pipit_api::{Api, ApiConfig, RpcError};
use serde_json::Value;
use story_tests::until;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::clock::JumpingClock;

/// A profile, and the core on it while it runs.
#[derive(Debug)]
pub(crate) struct Core {
    folder: TempDir,
    clock: Arc<JumpingClock>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    api: Api,
    /// Taken when it is ended, which may happen inside another runtime.
    runtime: Option<Runtime>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Core {
    /// An empty profile; nothing runs yet.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder for the profile"),
            clock: Arc::default(),
            running: None,
        }
    }

    pub(crate) fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn clock(&self) -> Arc<JumpingClock> {
        Arc::clone(&self.clock)
    }

    /// Starts the core, again on the same profile.
    pub(crate) async fn start(&mut self, name: &str) {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(name)
            .enable_all()
            .build()
            .expect("threads can be started");
        // The core before may be finishing its last transaction.
        let api = until("the profile to be free", async || {
            let config = ApiConfig {
                folder: self.profile(),
                keychain: None,
                servers: Vec::new(),
            };
            let clock = self.clock();
            let opening = runtime.spawn(async move { Api::open_with_clock(config, clock).await });
            opening.await.expect("opening does not panic").ok()
        })
        .await;
        self.running = Some(Running {
            api,
            runtime: Some(runtime),
        });
    }

    /// Ends the core: each of its tasks is gone at its next await.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Runs a command on the core's own threads.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Result<Value, RpcError> {
        let running = self.running.as_ref().expect("it runs");
        let (api, method) = (running.api.clone(), method.to_owned());
        let runtime = running.runtime.as_ref().expect("it runs");
        let answer = runtime.spawn(async move { api.call(&method, params).await });
        answer.await.expect("commands do not panic")
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use serde_json::json;
    use story_tests::{PASSWORD, Proxy, Server};

    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    async fn online(core: &Core) {
        until("the core to be online", async || {
            let status = core.call("account.status", Value::Null).await.ok()?;
            (status["connection"] == "online").then_some(())
        })
        .await;
    }

    /// Sends the first message of a new conversation, which goes by HTTP and by the connection.
    async fn talk(core: &Core, username: &str) {
        let found = core
            .call("contact.find", json!({ "username": username }))
            .await
            .expect("somebody");
        let opened = core
            .call(
                "conversation.open",
                json!({ "accountId": found["accountId"] }),
            )
            .await
            .expect("a conversation");
        let id = &opened["conversationId"];
        core.call(
            "message.send",
            json!({ "conversationId": id, "text": "hello" }),
        )
        .await
        .expect("it is kept");
        until("the message to be delivered", async || {
            let list = core.call("message.list", json!({ "conversationId": id }));
            (list.await.ok()?[0]["state"] == "delivered").then_some(())
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_wrong_clock_locks_nobody_out() {
        let server = Server::start().await;
        let mut cores = Vec::new();
        for (name, off_ms) in [("alice", -3 * DAY_MS), ("bob", 0), ("carol", 0)] {
            let mut core = Core::new();
            // Alice's clock is wrong before her first connection.
            core.clock().jump(off_ms);
            core.start(name).await;
            let account =
                json!({ "server": server.address, "username": name, "password": PASSWORD });
            core.call("account.register", account)
                .await
                .expect("a free name");
            online(&core).await;
            cores.push(core);
        }
        talk(&cores[0], "bob").await;
        // Put right while it is connected, and wrong again while it is not running.
        cores[0].clock().jump(3 * DAY_MS);
        talk(&cores[0], "carol").await;
        cores[1].kill();
        cores[1].clock().jump(DAY_MS);
        cores[1].start("bob").await;
        online(&cores[1]).await;
        talk(&cores[1], "carol").await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_clock_that_is_set_while_somebody_signs_in_stops_nobody() {
        let server = Server::start().await;
        let mut first = Core::new();
        first.start("alice").await;
        let account =
            |server: &str| json!({ "server": server, "username": "alice", "password": PASSWORD });
        first
            .call("account.register", account(&server.address))
            .await
            .expect("a free name");
        for by_ms in [3 * DAY_MS, -3 * DAY_MS] {
            let line = Proxy::start(&server.address).await;
            let mut core = Core::new();
            core.start("alice").await;
            // The server has said what time it is, and has not let the device in yet.
            line.hold_answers_to("POST /v1/login/finish");
            let signed_in = async { core.call("account.login", account(&line.address)).await };
            let clock = core.clock();
            let set = async {
                line.request("POST /v1/login/finish").await;
                clock.jump(by_ms);
                line.let_answers_pass();
            };
            let (signed_in, ()) = tokio::join!(signed_in, set);
            signed_in.expect("it is let in");
            online(&core).await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn requests_that_meet_a_wrong_clock_together_are_all_answered() {
        const COMMITS: &str = "POST /v1/conversations/commit";
        let server = Server::start().await;
        let line = Proxy::start(&server.address).await;
        let mut core = Core::new();
        core.start("alice").await;
        let account = json!({ "server": line.address, "username": "alice", "password": PASSWORD });
        core.call("account.register", account)
            .await
            .expect("a free name");
        online(&core).await;
        let mut groups = Vec::new();
        for name in ["heath", "fen", "shore"] {
            let made = core
                .call(
                    "conversation.create",
                    json!({ "name": name, "members": [] }),
                )
                .await
                .expect("a group");
            groups.push(made["conversationId"].clone());
        }
        line.hold_answers_to(COMMITS);
        core.clock().jump(3 * DAY_MS);
        let renamed = groups.iter().map(|id| {
            let params = json!({ "conversationId": id, "name": "reeds" });
            core.call("conversation.rename", params)
        });
        // All are on their way before the first is refused.
        let answers = async {
            until("three requests", async || {
                (line.request(COMMITS).await >= 3).then_some(())
            })
            .await;
            line.let_answers_pass();
        };
        let (renamed, ()) = tokio::join!(join_all(renamed), answers);
        for answer in renamed {
            answer.expect("it is renamed");
        }
    }

    /// Sends a text that goes from everywhere so long after reading; answers it when the server has it.
    async fn send_for(core: &Core, conversation: &Value, seconds: u32, text: &str) -> Value {
        let timer = json!({ "conversationId": conversation, "seconds": seconds });
        core.call("conversation.setTimer", timer)
            .await
            .expect("it may be set");
        let send = json!({ "conversationId": conversation, "text": text });
        let sent = core.call("message.send", send).await.expect("it is kept");
        let id = sent["messageId"].clone();
        until("its clock to start, or it to be gone", async || {
            let view = core.call("message.get", json!({ "messageId": id })).await;
            view.map_or(true, |view| view["expiresAt"].is_u64())
                .then_some(())
        })
        .await;
        id
    }

    async fn is_there(core: &Core, message: &Value) -> bool {
        core.call("message.get", json!({ "messageId": message }))
            .await
            .is_ok()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_disappears_goes_by_the_servers_clock_when_that_of_the_device_jumps() {
        let server = Server::start().await;
        let mut core = Core::new();
        core.start("alice").await;
        let account =
            json!({ "server": server.address, "username": "alice", "password": PASSWORD });
        let account = core.call("account.register", account).await;
        online(&core).await;
        let own = json!({ "accountId": account.expect("a free name")["accountId"] });
        let notes = core.call("conversation.open", own).await.expect("notes");
        let notes = &notes["conversationId"];
        let stays = send_for(&core, notes, 3_600, "for an hour").await;
        for jump in [DAY_MS, -2 * DAY_MS] {
            core.clock().jump(jump);
            let goes = send_for(&core, notes, 1, "for a second").await;
            until("the message to disappear", async || {
                (!is_there(&core, &goes).await).then_some(())
            })
            .await;
            assert!(is_there(&core, &stays).await, "the hour is not over");
        }
    }
}
