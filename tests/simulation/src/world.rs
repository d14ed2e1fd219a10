//! A run's server, devices and lines, and what has been noted so far.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::{fs, io};

use serde_json::{Value, json};
use story_tests::{PASSWORD, Proxy, Server};
use tokio::sync::RwLock;

use crate::clock::JumpingClock;
use crate::device::Device;
use crate::fault::Counts;
use crate::model::{Index, Model, Since};
use crate::plan::Plan;

/// Everything that a run has.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) server: tokio::sync::Mutex<ServerState>,
    pub(crate) server_data: PathBuf,
    pub(crate) devices: Vec<RwLock<Device>>,
    pub(crate) lines: Vec<Proxy>,
    /// Of the devices that are no processes.
    pub(crate) clocks: Vec<Option<Arc<JumpingClock>>>,
    pub(crate) counts: Arc<Counts>,
    model: Mutex<Model>,
    complaints: Mutex<Vec<String>>,
    refusals: Mutex<BTreeMap<String, usize>>,
    actions: Mutex<BTreeMap<&'static str, usize>>,
}

/// The server, and whether it runs.
pub(crate) struct ServerState {
    pub(crate) server: Server,
    pub(crate) is_running: bool,
}

pub(crate) fn username(person: Index) -> String {
    ["alice", "bob", "carol", "dave"][person].to_owned()
}

pub(crate) fn thread_name(seed: u64, device: Index) -> String {
    format!("{seed}-d{device}")
}

impl World {
    /// The server, the devices and their lines, nobody signed in.
    pub(crate) async fn new(plan: Plan) -> Self {
        let server = Server::start().await;
        let server_data = server.data();
        let (mut devices, mut lines, mut clocks) = (Vec::new(), Vec::new(), Vec::new());
        for (index, device) in plan.devices.iter().enumerate() {
            let name = thread_name(plan.seed, index);
            let device = Device::new(device.is_process, &name).await;
            clocks.push(device.clock());
            devices.push(RwLock::new(device));
            lines.push(Proxy::start(&server.address).await);
        }
        let model = Model {
            owners: plan.devices.iter().map(|device| device.person).collect(),
            ..Model::default()
        };
        Self {
            plan,
            server: tokio::sync::Mutex::new(ServerState {
                server,
                is_running: true,
            }),
            server_data,
            devices,
            lines,
            clocks,
            counts: Arc::default(),
            model: Mutex::new(model),
            complaints: Mutex::default(),
            refusals: Mutex::default(),
            actions: Mutex::default(),
        }
    }

    /// Makes the accounts, and signs in the devices that are there from the start.
    pub(crate) async fn begin(&self) {
        for person in 0..self.plan.people {
            let device = self.devices[person].read().await;
            let params = json!({
                "server": self.lines[person].address,
                "username": username(person),
                "password": PASSWORD,
            });
            let made = device
                .call("account.register", params)
                .await
                .unwrap_or_else(|refused| panic!("signing up: {refused:?}"));
            let account = made["accountId"].as_str().expect("an account").to_owned();
            let mut model = self.model();
            model.accounts.push(account);
            model.since.insert(person, Since::Always);
        }
        for (index, plan) in self.plan.devices.iter().enumerate() {
            if index >= self.plan.people && !plan.is_late {
                let device = self.devices[index].read().await;
                self.login(index, &device).await.expect("a whole line");
                self.model().since.insert(index, Since::Always);
            }
        }
        for (index, plan) in self.plan.devices.iter().enumerate() {
            if plan.is_late {
                continue;
            }
            let device = self.devices[index].read().await;
            for person in (0..self.plan.people).filter(|&person| person != plan.person) {
                let username = username(person);
                story_tests::until("people to be found", async || {
                    let params = json!({ "username": username });
                    device.call("contact.find", params).await.ok()
                })
                .await;
            }
        }
    }

    /// Signs a device in; nothing when its line or the server does not let it.
    pub(crate) async fn login(&self, index: Index, device: &Device) -> Option<()> {
        let params = json!({
            "server": self.lines[index].address,
            "username": username(self.plan.devices[index].person),
            "password": PASSWORD,
        });
        match device.call("account.login", params).await {
            Ok(_) => Some(()),
            Err(refused) if refused.code == "ALREADY_SIGNED_IN" => Some(()),
            Err(refused) => {
                if refused.code == "INTERNAL" {
                    let words = refused.message;
                    self.complain(format!("d{index}: account.login was refused: {words}"));
                }
                self.note_refusal("account.login", &refused.code);
                None
            }
        }
    }

    pub(crate) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().expect("no panic while locked")
    }

    /// Notes something that must not happen.
    pub(crate) fn complain(&self, words: String) {
        let mut all = self.complaints.lock().expect("no panic while locked");
        all.push(words);
    }

    pub(crate) fn complaints(&self) -> Vec<String> {
        let all = self.complaints.lock().expect("no panic while locked");
        all.clone()
    }

    pub(crate) fn note_refusal(&self, method: &str, code: &str) {
        let mut all = self.refusals.lock().expect("no panic while locked");
        *all.entry(format!("{method} {code}")).or_default() += 1;
    }

    pub(crate) fn refusals(&self) -> BTreeMap<String, usize> {
        let all = self.refusals.lock().expect("no panic while locked");
        all.clone()
    }

    pub(crate) fn note_action(&self, name: &'static str) {
        let mut all = self.actions.lock().expect("no panic while locked");
        *all.entry(name).or_default() += 1;
    }

    pub(crate) fn actions(&self) -> BTreeMap<&'static str, usize> {
        let all = self.actions.lock().expect("no panic while locked");
        all.clone()
    }

    /// The devices that are signed in.
    pub(crate) fn signed_in(&self) -> Vec<Index> {
        self.model().since.keys().copied().collect()
    }

    /// Copies the server's and all devices' files, as they are while everything runs.
    pub(crate) async fn keep(&self, folder: &Path) -> io::Result<()> {
        copy(&self.server_data, &folder.join("server"))?;
        for (index, device) in self.devices.iter().enumerate() {
            let profile = device.read().await.profile();
            copy(&profile, &folder.join(format!("d{index}")))?;
        }
        Ok(())
    }

    /// Logs of the server and of the processes, for a run that failed.
    pub(crate) async fn logs(&self) -> String {
        let mut all = format!("server:\n{}\n", self.server.lock().await.server.log());
        for (index, device) in self.devices.iter().enumerate() {
            let log = device.read().await.log();
            if !log.is_empty() {
                all.push_str(&format!("d{index}:\n{log}\n"));
            }
        }
        all
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A field that is a text.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
