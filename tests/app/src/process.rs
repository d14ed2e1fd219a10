//! Programs that a test starts, and that end with it.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How long a program may take to say that it is ready.
const READY_WAIT: Duration = Duration::from_secs(30);
/// How long it may take to end when asked.
const END_WAIT: Duration = Duration::from_secs(5);

/// A started program.
#[derive(Debug)]
pub struct Program {
    child: Child,
}

impl Program {
    /// Starts it, with its output thrown away.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let name = command.get_program().to_string_lossy().into_owned();
        Ok(Self {
            child: command
                .spawn()
                .with_context(|| format!("starting {name}"))?,
        })
    }

    /// Starts it and waits for the first line on standard output that `ready` accepts; gives what
    /// `ready` made of it.
    ///
    /// # Errors
    /// When it cannot be started, ends, or says nothing in time.
    pub fn start_and_read<T: Send + 'static>(
        command: &mut Command,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let output = child.stdout.take().context("its output is a pipe")?;
        let program = Self { child };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || read(output, &ready, &sender));
        match receiver.recv_timeout(READY_WAIT) {
            Ok(value) => Ok((program, value)),
            Err(_) => bail!("{name} did not become ready"),
        }
    }

    /// Asks it to end, and waits until it has.
    pub fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _asked = Command::new("kill")
            .arg("-TERM")
            .arg(self.child.id().to_string())
            .status();
        let deadline = Instant::now() + END_WAIT;
        while Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.kill();
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Reads to the end, so that the program never waits for a full pipe.
fn read<T>(output: impl Read, ready: &impl Fn(&str) -> Option<T>, sender: &mpsc::Sender<T>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some(value) = ready(&line) {
            let _nobody_waits = sender.send(value);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}
