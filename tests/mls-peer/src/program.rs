//! The programs that the peer meets: a real server, and our client behind its automation interface.
//!
//! They are the binaries of this workspace, built before the tests run (`cargo xtask test` does; by
//! hand: `cargo build -p pipit-server -p pipit-cli`). Each ends with its handle.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep, timeout};

/// How long anything may take: a loaded machine is slow, a broken program never gets there.
const DEADLINE: Duration = Duration::from_secs(60);
/// Between two looks at something that changes by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A program of this workspace: in `PIPIT_BIN_DIR`, or where Cargo builds for tests.
fn binary(name: &str) -> PathBuf {
    let folder = std::env::var_os("PIPIT_BIN_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug"),
        PathBuf::from,
    );
    folder.join(name)
}

/// A running `pipit-server` on a free port.
pub struct Server {
    /// `127.0.0.1:PORT`.
    pub address: String,
    _child: Child,
    _folder: TempDir,
}

impl Server {
    /// Starts it with an empty folder, and waits until it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut child = Command::new(binary("pipit-server"))
            .arg("--data")
            .arg(folder.path())
            .args(["--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting pipit-server; is it built?")?;
        let mut lines =
            BufReader::new(child.stdout.take().context("its output is a pipe")?).lines();
        let address = timeout(DEADLINE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix("listening on ") {
                    return Ok(address.trim().to_owned());
                }
            }
            bail!("the server ended")
        })
        .await
        .context("the server did not listen in time")??;
        Ok(Self {
            address,
            _child: child,
            _folder: folder,
        })
    }
}

/// A running `pipit-cli rpc`: our client, spoken to in JSON-RPC lines.
pub struct Cli {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    last_request: u64,
    _child: Child,
    _folder: TempDir,
}

impl Cli {
    /// Starts it with an empty profile.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut child = Command::new(binary("pipit-cli"))
            .args(["rpc", "--data"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting pipit-cli; is it built?")?;
        let input = child.stdin.take().context("its input is a pipe")?;
        let output = BufReader::new(child.stdout.take().context("its output is a pipe")?).lines();
        Ok(Self {
            input,
            output,
            last_request: 0,
            _child: child,
            _folder: folder,
        })
    }

    /// Calls a method; gives its result.
    ///
    /// # Errors
    /// When it fails, or does not answer in time.
    pub async fn call(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.last_request += 1;
        let id = self.last_request;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.input
            .write_all(format!("{request}\n").as_bytes())
            .await?;
        self.input.flush().await?;
        let answer = timeout(DEADLINE, async {
            while let Some(line) = self.output.next_line().await? {
                let answer: Value = serde_json::from_str(&line)?;
                if answer["id"] == id {
                    return Ok(answer);
                }
            }
            bail!("the client ended")
        })
        .await
        .with_context(|| format!("{method} was not answered in time"))??;
        match answer.get("error") {
            Some(error) => bail!("{method}: {error}"),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Calls a method again and again until its result is as wanted.
    ///
    /// # Errors
    /// When it fails, or never becomes so.
    pub async fn call_until(
        &mut self,
        method: &str,
        params: Value,
        wanted: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let end = Instant::now() + DEADLINE;
        loop {
            let result = self.call(method, params.clone()).await?;
            if wanted(&result) {
                return Ok(result);
            }
            if Instant::now() > end {
                bail!("{method} stayed at {result}");
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}
