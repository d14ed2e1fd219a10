//! The command line: reads flags, starts the log, runs, and says what went wrong.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::config::Arguments;
use crate::run::run;

/// All of `pipit-server`; tests run the same in a process of theirs.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let outcome = arguments
        .into_config()
        .map_err(anyhow::Error::from)
        .and_then(run);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pipit-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}
