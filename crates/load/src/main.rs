//! The binary `pipit-load`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use pipit_load::bench::{self, Plan};

/// Measures a pipit-server on this machine
#[derive(Parser)]
#[command(
    name = "pipit-load",
    version,
    after_help = "Example: pipit-load --server-binary target/release/pipit-server"
)]
struct Arguments {
    /// The pipit-server to start and measure
    #[arg(long, value_name = "FILE")]
    server_binary: PathBuf,
    /// Where the server keeps its data while it is measured (a disk that syncs, not a RAM disk)
    #[arg(long, value_name = "DIR", default_value = "target")]
    data: PathBuf,
    /// Clients that chat, in pairs
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Envelopes that each client has on their way when it sends as fast as it can
    #[arg(long, default_value_t = 16)]
    in_flight: usize,
    /// Messages between two real clients, one after the other
    #[arg(long, default_value_t = 300)]
    messages: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Connections that only stay open, to measure memory
    #[arg(long, default_value_t = 500)]
    idle: usize,
    /// Devices in the largest of three groups; the others have a tenth and a hundredth
    #[arg(long, default_value_t = 1000)]
    group: usize,
    /// Write the figures as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let plan = Plan {
        server_binary: arguments.server_binary,
        data: arguments.data,
        pairs: (arguments.clients / 2).max(1),
        in_flight: arguments.in_flight.max(1),
        messages: arguments.messages.max(1),
        time: Duration::from_secs(arguments.seconds.max(1)),
        idle: arguments.idle,
        group_sizes: [100, 10, 1].map(|part| (arguments.group / part).max(2)),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(bench::run(&plan))?;
    println!("{report}");
    if let Some(path) = arguments.json {
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
