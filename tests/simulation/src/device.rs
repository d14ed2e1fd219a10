//! A device of the simulation: a core in this process, or a process that is really killed.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use story_tests::Person;

use crate::clock::JumpingClock;
use crate::core::Core;

/// A refused command.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    /// The stable word.
    pub(crate) code: String,
    /// The sentence.
    pub(crate) message: String,
}

/// A device, running or not.
#[derive(Debug)]
pub(crate) enum Device {
    /// In this process.
    Core(Core),
    /// `pipit-cli`, and whether it runs.
    Process(Box<Person>, bool),
}

impl Device {
    /// A device without an account, running.
    pub(crate) async fn new(is_process: bool, name: &str) -> Self {
        if is_process {
            let log = std::env::var("PIPIT_LOG").unwrap_or_else(|_| "warn".to_owned());
            let person = Person::nobody(&[("PIPIT_LOG", &log)]).await;
            return Self::Process(Box::new(person), true);
        }
        let mut core = Core::new();
        core.start(name).await;
        Self::Core(core)
    }

    pub(crate) fn is_running(&self) -> bool {
        match self {
            Self::Core(core) => core.is_running(),
            Self::Process(_, is_running) => *is_running,
        }
    }

    /// Its clock, unless it is a process, which has the system's.
    pub(crate) fn clock(&self) -> Option<Arc<JumpingClock>> {
        match self {
            Self::Core(core) => Some(core.clock()),
            Self::Process(..) => None,
        }
    }

    pub(crate) fn profile(&self) -> PathBuf {
        match self {
            Self::Core(core) => core.profile(),
            Self::Process(person, _) => person.profile(),
        }
    }

    /// What a process has logged; a core in this process logs with this process.
    pub(crate) fn log(&self) -> String {
        match self {
            Self::Core(_) => String::new(),
            Self::Process(person, _) => {
                let log = person.log();
                // The WebSocket library's own lines say nothing about us.
                let ours = log.lines().filter(|line| !line.contains("tungstenite"));
                ours.collect::<Vec<_>>().join("\n")
            }
        }
    }

    pub(crate) async fn kill(&mut self) {
        match self {
            Self::Core(core) => core.kill(),
            Self::Process(person, is_running) => {
                person.kill().await;
                *is_running = false;
            }
        }
    }

    pub(crate) async fn start(&mut self, name: &str) {
        match self {
            Self::Core(core) => core.start(name).await,
            Self::Process(person, is_running) => {
                person.start().await;
                *is_running = true;
            }
        }
    }

    /// Runs a command.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Result<Value, Refused> {
        match self {
            Self::Core(core) => core.call(method, params).await.map_err(|error| {
                let code = serde_json::to_value(error.data.code).unwrap_or_default();
                Refused {
                    code: code.as_str().unwrap_or_default().to_owned(),
                    message: error.message,
                }
            }),
            Self::Process(person, _) => {
                person
                    .call(method, params)
                    .await
                    .map_err(|refusal| Refused {
                        code: refusal.code,
                        message: refusal.message,
                    })
            }
        }
    }
}
