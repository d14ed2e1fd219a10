//! A real server of the test's own.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::process::Program;

/// A running `pipit-server`; ends with it.
#[derive(Debug)]
pub struct Server {
    /// `127.0.0.1:PORT`.
    pub address: String,
    program: Program,
}

impl Server {
    /// Starts it on a free port, with its data in `folder`, and waits until it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_at(folder, "127.0.0.1:0")
    }

    /// Starts it again where it was.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_at(folder: &Path, address: &str) -> Result<Self> {
        let mut command = Command::new(binary("pipit-server"));
        command
            .arg("--data")
            .arg(folder)
            .args(["--listen", address]);
        let (program, address) = Program::start_and_read(&mut command, |line| {
            line.strip_prefix("listening on ")
                .map(|address| address.trim().to_owned())
        })?;
        Ok(Self { address, program })
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        self.program.kill();
    }
}

/// A program of this workspace: in `PIPIT_BIN_DIR`, or where Cargo builds for tests.
fn binary(name: &str) -> std::path::PathBuf {
    let folder = std::env::var_os("PIPIT_BIN_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug"),
        std::path::PathBuf::from,
    );
    folder.join(name)
}
