//! A real `pipit-server` in a process of its own, which can be killed and started again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::binary::binary;
use crate::wait::DEADLINE;

/// Ports below those that systems hand out by themselves, so that a server which comes back finds its
/// own port free.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// Ports tried until one is free.
const PORT_TRIES: usize = 50;

/// A running server; it ends with this.
#[derive(Debug)]
pub struct Server {
    /// `127.0.0.1:PORT`, the same after every restart.
    pub address: String,
    folder: TempDir,
    flags: Vec<String>,
    log_filter: Option<String>,
    child: Option<Child>,
}

impl Server {
    /// Starts a server on an empty folder.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        Self::start_with(&[], None).await
    }

    /// Starts a server with more flags, and a filter for its log (see [`Server::log`]).
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(flags: &[&str], log_filter: Option<&str>) -> Self {
        let mut server = Self {
            address: String::new(),
            folder: tempfile::tempdir().expect("a folder for the server"),
            flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            log_filter: log_filter.map(str::to_owned),
            child: None,
        };
        for _ in 0..PORT_TRIES {
            server.address = format!("127.0.0.1:{}", fastrand::u16(PORTS));
            if server.try_start().await {
                return server;
            }
        }
        panic!("the server does not start; it says:\n{}", server.log());
    }

    /// More flags for the next start.
    pub fn add_flags(&mut self, flags: &[&str]) {
        self.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What it has logged, over all its starts.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// A folder for files that belong to this server.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Panics
    /// When it is not running.
    pub async fn kill(&mut self) {
        let mut child = self.child.take().expect("a running server");
        child.kill().await.expect("the server can be killed");
    }

    /// Asks it to end, as a service manager does; answers whether it ended well.
    ///
    /// # Panics
    /// When it is not running, or does not end in time.
    pub async fn terminate(&mut self) -> bool {
        let mut child = self.child.take().expect("a running server");
        let id = child.id().expect("it runs").to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .expect("kill runs");
        assert!(asked.success());
        let ended = timeout(DEADLINE, child.wait())
            .await
            .expect("the server ends when asked");
        ended.expect("its end can be seen").success()
    }

    /// Starts it again on the same data and port.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&mut self) {
        if self.child.is_some() {
            self.kill().await;
        }
        assert!(
            self.try_start().await,
            "the server does not come back:\n{}",
            self.log()
        );
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    async fn try_start(&mut self) -> bool {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file());
        let mut command = Command::new(binary("pipit-server"));
        command
            .arg("--data")
            .arg(self.data())
            .args(["--listen", &self.address])
            .args(&self.flags)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("a log file"))
            .kill_on_drop(true);
        if let Some(filter) = &self.log_filter {
            command.env("RUST_LOG", filter);
        }
        let mut child = command.spawn().expect("the server starts");
        let output = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let line = timeout(DEADLINE, output.lines().next_line()).await;
        let line = line
            .expect("the server says something")
            .expect("it says text");
        let is_ready = line.is_some_and(|line| line == format!("listening on {}", self.address));
        self.child = is_ready.then_some(child);
        is_ready
    }
}

/// A story that fails shows what the server has logged.
impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("log of the server:\n{}", self.log());
        }
    }
}
