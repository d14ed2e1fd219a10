//! A real server in a process of its own, and people with bare clients. No mocks.
//!
//! The stories are in `tests/`. Waiting is always for a condition, with a deadline in the client.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use pipit_domain::{EnvelopeId, GroupId};
use pipit_e2ee::{Opened, Suite};
use pipit_load::raw::{Connection, Device, Http, SignUp, random};
use pipit_wire::v1::{Accepted, Deliver, Submit, client_frame, server_frame};
use tempfile::TempDir;

/// A server process on a folder of its own.
pub struct Server {
    /// The program.
    program: PathBuf,
    folder: TempDir,
    flags: Vec<String>,
    child: Option<Child>,
    log: Arc<Mutex<String>>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts a server of this program on an empty folder. `program` is
    /// `env!("CARGO_BIN_EXE_test-server")`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(program: &str, flags: &[&str]) -> Result<Self> {
        let mut server = Self {
            program: program.into(),
            folder: tempfile::tempdir()?,
            flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            child: None,
            log: Arc::default(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        server.restart()?;
        Ok(server)
    }

    /// Starts it again on the same folder, on another port.
    ///
    /// # Errors
    /// When it does not start; the error holds what it said.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        let mut child = self
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("stdout is piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let Some(address) = line.trim().strip_prefix("listening on ") else {
            let mut said = String::new();
            child
                .stderr
                .take()
                .context("stderr is piped")?
                .read_to_string(&mut said)?;
            let status = child.wait()?;
            bail!("the server did not start ({status}): {said}");
        };
        self.address = address.parse()?;
        // What it says from now on is kept, and shown when a test fails.
        let stderr = BufReader::new(child.stderr.take().context("stderr is piped")?);
        let log = self.log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                eprintln!("{line}");
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        self.child = Some(child);
        Ok(())
    }

    /// Starts it again with more flags.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart_with(&mut self, flags: &[&str]) -> Result<()> {
        self.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
        self.restart()
    }

    /// The command that starts it.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("RUST_LOG", "debug");
        command
            .arg("--data")
            .arg(self.data())
            .args(["--listen", "127.0.0.1:0"])
            .args(&self.flags);
        command
    }

    /// Everything that it has written to its log, at the level debug.
    #[must_use]
    pub fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Its database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data().join("server.sqlite3")
    }

    /// Ends it as a crash does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to stop (SIGTERM) and waits.
    ///
    /// # Errors
    /// When it was not running.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        let mut child = self.child.take().context("the server is not running")?;
        Command::new("kill")
            .arg("-TERM")
            .arg(child.id().to_string())
            .status()?;
        Ok(child.wait()?)
    }

    /// Its HTTP side.
    #[must_use]
    pub fn http(&self) -> Http {
        Http::new(self.address)
    }

    /// Signs somebody up. The name is made unique.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn sign_up(&self, name: &str) -> Result<Device> {
        let http = self.http();
        let unregistered = Device::unregistered(http.clone(), "localhost", name);
        let upload = Some(
            unregistered
                .opaque_upload("correct horse battery staple")
                .await?,
        );
        Device::sign_up(
            http,
            "localhost",
            name,
            SignUp {
                upload,
                one_time: 2,
            },
        )
        .await
    }

    /// Signs up Alice and Bob, who open a 1:1 and both are in it.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn alice_and_bob(&self) -> Result<Pair> {
        let mut alice = self.sign_up("alice").await?;
        let mut bob = self.sign_up("bob").await?;
        let mut to_alice = alice.connect().await?;
        let mut to_bob = bob.connect().await?;
        let started = alice
            .open_direct(&mut to_alice, bob.account(), Suite::PostQuantum)
            .await?;
        let welcome = to_bob.delivery().await?;
        let accounts = [alice.account(), bob.account()];
        bob.fetch_ledgers(&mut to_bob, &accounts).await?;
        bob.join(&welcome)?;
        to_bob.acknowledge(vec![welcome.sequence]).await?;
        let (conversation, group) = (started.conversation, started.group);
        Ok(Pair {
            alice,
            bob,
            to_alice,
            to_bob,
            conversation,
            group,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Alice and Bob in their 1:1, connected.
pub struct Pair {
    /// Who opened it.
    pub alice: Device,
    /// Who was invited.
    pub bob: Device,
    /// Alice's connection.
    pub to_alice: Connection,
    /// Bob's connection.
    pub to_bob: Connection,
    /// Their conversation.
    pub conversation: pipit_domain::ConversationId,
    /// Its group.
    pub group: GroupId,
}

/// A fresh envelope id.
#[must_use]
pub fn envelope() -> EnvelopeId {
    EnvelopeId::new(random())
}

/// Submits sealed bytes.
///
/// # Errors
/// As the server refuses.
pub async fn submit(connection: &mut Connection, payload: Vec<u8>) -> Result<Accepted> {
    let submit = client_frame::Body::Submit(Submit {
        payload: payload.into(),
        ..Submit::default()
    });
    match connection.request(submit).await? {
        server_frame::Body::Accepted(accepted) => Ok(accepted),
        _ => bail!("another answer than Accepted"),
    }
}

/// Seals and submits text; answers the envelope's id.
///
/// # Errors
/// As the server refuses.
pub async fn say(
    from: &Device,
    connection: &mut Connection,
    group: GroupId,
    text: &str,
) -> Result<EnvelopeId> {
    let id = envelope();
    submit(connection, from.seal(group, id, text.as_bytes())?).await?;
    Ok(id)
}

/// Opens a delivery that must be a message.
///
/// # Errors
/// When it is not.
pub fn text_of(device: &Device, group: GroupId, deliver: &Deliver) -> Result<String> {
    match device.open(group, &deliver.payload)? {
        Opened::Application(message) => Ok(String::from_utf8(message.content.to_vec())?),
        _ => bail!("not a message"),
    }
}

/// The code of a refusal that must have come.
///
/// # Panics
/// When the request was not refused.
#[must_use]
#[track_caller]
pub fn refused<T>(outcome: Result<T>) -> &'static str {
    let Err(error) = outcome else {
        panic!("it was not refused")
    };
    match pipit_load::raw::refusal_code(&error) {
        Some(code) => code.as_str_name(),
        None => panic!("it failed otherwise: {error:#}"),
    }
}

/// A copy of a file's bytes, to see that nobody touched it.
///
/// # Panics
/// When it can't be read.
#[must_use]
pub fn bytes_of(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the file can be read")
}
