//! A person with a device: a `pipit-cli rpc` process that is asked by JSON-RPC, collects its events,
//! and can be killed and started again on the same profile.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::program::Program;
use crate::wait::{DEADLINE, gathered, until};
use crate::world::PASSWORD;

/// A command's error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// JSON-RPC's number.
    pub number: i64,
    /// The stable word.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// Whether trying again may help.
    pub retry: bool,
    /// When to try again, in milliseconds from then.
    pub retry_after_ms: Option<u64>,
}

/// Who a person is, for others.
#[derive(Debug, Clone)]
pub struct Account {
    /// The exact username.
    pub username: String,
    /// The account's id.
    pub id: String,
    /// The recovery key, when this device made the account.
    pub recovery_key: String,
}

/// A device of a person.
#[derive(Debug)]
pub struct Person {
    /// Who.
    pub account: Account,
    folder: TempDir,
    environment: Vec<(String, String)>,
    program: Option<Program>,
}

impl Person {
    /// A device without an account, with more environment variables for its process.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn nobody(environment: &[(&str, &str)]) -> Self {
        let account = Account {
            username: String::new(),
            id: String::new(),
            recovery_key: String::new(),
        };
        let environment = environment
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let folder = tempfile::tempdir().expect("a folder for the profile");
        let mut person = Self {
            account,
            folder,
            environment,
            program: None,
        };
        person.start().await;
        person
    }

    /// A new account with its first device.
    ///
    /// # Panics
    /// When signing up fails.
    pub async fn register(server: &str, username: &str) -> Self {
        let mut person = Self::nobody(&[]).await;
        person.sign_up(server, username).await;
        person
    }

    /// One more device of an account, by its password.
    ///
    /// # Panics
    /// When signing in fails.
    pub async fn login(server: &str, username: &str) -> Self {
        let mut person = Self::nobody(&[]).await;
        let params = json!({ "server": server, "username": username, "password": PASSWORD });
        let account = person.ask("account.login", params).await;
        person.account.username = username.to_owned();
        person.account.id = text(&account["accountId"]);
        person
    }

    /// Makes an account on this device.
    ///
    /// # Panics
    /// When signing up fails.
    pub async fn sign_up(&mut self, server: &str, username: &str) {
        let params = json!({ "server": server, "username": username, "password": PASSWORD });
        let account = self.ask("account.register", params).await;
        self.account = Account {
            username: username.to_owned(),
            id: text(&account["accountId"]),
            recovery_key: text(&account["recoveryKey"]),
        };
    }

    /// Starts the process, or starts it again.
    ///
    /// # Panics
    /// When it runs, or does not start.
    pub async fn start(&mut self) {
        assert!(self.program.is_none(), "it runs already");
        self.program = Some(Program::start(self.folder.path(), &self.environment));
        self.ask("events.subscribe", json!({})).await;
    }

    /// Ends the process at once, as a crash would.
    ///
    /// # Panics
    /// When it is not running.
    pub async fn kill(&mut self) {
        let mut program = self.program.take().expect("a running process");
        program
            .child
            .kill()
            .await
            .expect("the process can be killed");
    }

    /// Ends the process by ending its input; answers whether it ended well.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn quit(&mut self) -> bool {
        let program = self.program.take().expect("a running process");
        let Program {
            mut child, stdin, ..
        } = program;
        drop(stdin);
        let ended = timeout(DEADLINE, child.wait())
            .await
            .expect("it ends with its input");
        ended.expect("its end can be seen").success()
    }

    /// The profile's folder.
    #[must_use]
    pub fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// What the process has logged, over all its starts.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn program(&self) -> &Program {
        self.program.as_ref().expect("a running process")
    }

    /// Runs a command.
    ///
    /// # Errors
    /// The command's own.
    ///
    /// # Panics
    /// When no answer comes in time.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, Refusal> {
        let answer = self.program().request(method, params).await;
        let answer = timeout(DEADLINE, answer)
            .await
            .unwrap_or_else(|_| panic!("{method} was not answered"))
            .unwrap_or_else(|_| {
                panic!(
                    "the process ended instead of answering {method}:\n{}",
                    self.log()
                )
            });
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => Err(Refusal {
                number: error["code"].as_i64().expect("an error has a number"),
                code: text(&error["data"]["code"]),
                message: text(&error["message"]),
                retry: error["data"]["retry"]
                    .as_bool()
                    .expect("an error says whether to retry"),
                retry_after_ms: error["data"]["retryAfterMs"].as_u64(),
            }),
        }
    }

    /// Runs a command that must succeed.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn ask(&self, method: &str, params: Value) -> Value {
        match self.call(method, params).await {
            Ok(result) => result,
            Err(refusal) => panic!(
                "{} {method}: {refusal:?}\n{}",
                self.account.username,
                self.log()
            ),
        }
    }

    /// Runs a command that must be refused.
    ///
    /// # Panics
    /// When it succeeds.
    pub async fn refused(&self, method: &str, params: Value) -> Refusal {
        match self.call(method, params).await {
            Err(refusal) => refusal,
            Ok(result) => panic!("{method} answered {result}"),
        }
    }

    /// Writes raw bytes to the process.
    ///
    /// # Panics
    /// When its input is closed.
    pub async fn write(&self, bytes: &[u8]) {
        let mut stdin = self.program().stdin.lock().await;
        stdin.write_all(bytes).await.expect("it reads its input");
        stdin.flush().await.expect("it reads its input");
    }

    /// Waits for something among the lines that answer nothing that was asked by [`Person::call`].
    ///
    /// # Panics
    /// When it does not come.
    pub async fn line<T>(&self, what: &str, pick: impl FnMut(&Vec<Value>) -> Option<T>) -> T {
        gathered(what, &self.program().others, pick).await
    }

    /// Waits for something among the events since the process started.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn event<T>(&self, what: &str, pick: impl FnMut(&Vec<Value>) -> Option<T>) -> T {
        gathered(what, &self.program().events, pick).await
    }

    /// Waits until the connection is in this state.
    ///
    /// # Panics
    /// When it does not get there.
    pub async fn connection(&self, state: &str) {
        until(
            &format!("{} to be {state}", self.account.username),
            async || {
                let status = self.ask("account.status", json!({})).await;
                (status["connection"] == state).then_some(())
            },
        )
        .await;
    }

    /// Finds a person by name and opens the 1:1 with them; answers the conversation.
    ///
    /// # Panics
    /// When either is refused.
    pub async fn open(&self, other: &str) -> String {
        self.connection("online").await;
        let found = self.ask("contact.find", json!({ "username": other })).await;
        self.open_account(&text(&found["accountId"])).await
    }

    /// Opens the 1:1 with an account, or the note to self; answers the conversation.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn open_account(&self, account: &str) -> String {
        let opened = self
            .ask("conversation.open", json!({ "accountId": account }))
            .await;
        text(&opened["conversationId"])
    }

    /// Sends text; answers the message.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn send(&self, conversation: &str, words: &str) -> String {
        let params = json!({ "conversationId": conversation, "text": words });
        text(&self.ask("message.send", params).await["messageId"])
    }
}

/// A story that fails shows what everybody has logged.
impl Drop for Person {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("log of {:?}:\n{}", self.account.username, self.log());
        }
    }
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}
