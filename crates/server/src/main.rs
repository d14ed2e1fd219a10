//! The binary `pipit-server`.

use std::process::ExitCode;

use clap::Parser;
use pipit_server::config::Arguments;
use pipit_server::run::run;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
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
