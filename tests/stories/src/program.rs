//! The process behind a person: its input, and its output sorted into answers, events and others.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{oneshot, watch};

use crate::binary::binary;

/// The process and what connects to it.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) stdin: tokio::sync::Mutex<ChildStdin>,
    last_id: AtomicU64,
    waiting: Waiting,
    /// What came as events.
    pub(crate) events: watch::Sender<Vec<Value>>,
    /// Lines that answer nothing that was asked here.
    pub(crate) others: watch::Sender<Vec<Value>>,
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

impl Program {
    #[expect(
        clippy::disallowed_methods,
        reason = "the reader of a process's output is a task"
    )]
    pub(crate) fn start(folder: &Path, environment: &[(String, String)]) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.join("log"));
        let mut child = Command::new(binary("pipit-cli"))
            .arg("rpc")
            .arg("--data")
            .arg(folder.join("profile"))
            .env_remove("PIPIT_LOG")
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.expect("a log file"))
            .kill_on_drop(true)
            .spawn()
            .expect("pipit-cli starts");
        let stdin = tokio::sync::Mutex::new(child.stdin.take().expect("stdin is a pipe"));
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let waiting = Waiting::default();
        let (events, others) = (watch::Sender::default(), watch::Sender::default());
        tokio::spawn(read(
            stdout,
            Arc::clone(&waiting),
            events.clone(),
            others.clone(),
        ));
        Self {
            child,
            stdin,
            last_id: AtomicU64::new(0),
            waiting,
            events,
            others,
        }
    }

    pub(crate) async fn request(&self, method: &str, params: Value) -> oneshot::Receiver<Value> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, answer) = oneshot::channel();
        self.waiting
            .lock()
            .expect("no panic while locked")
            .insert(id, sender);
        let mut line =
            json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string();
        line.push('\n');
        let mut stdin = self.stdin.lock().await;
        // A process that has ended shows in the answer that never comes.
        let _ = stdin.write_all(line.as_bytes()).await;
        answer
    }
}

/// Sorts lines into answers, events and others, until the process ends.
async fn read(
    stdout: ChildStdout,
    waiting: Waiting,
    events: watch::Sender<Vec<Value>>,
    others: watch::Sender<Vec<Value>>,
) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(mut line) = serde_json::from_str::<Value>(&line) else {
            others.send_modify(|others| others.push(Value::String(line)));
            continue;
        };
        if line["method"] == "event" {
            events.send_modify(|events| events.push(line["params"].take()));
            continue;
        }
        let asked = line["id"]
            .as_u64()
            .and_then(|id| waiting.lock().expect("no panic while locked").remove(&id));
        match asked {
            Some(asked) => drop(asked.send(line)),
            None => others.send_modify(|others| others.push(line)),
        }
    }
    waiting.lock().expect("no panic while locked").clear();
}
