//! Figures of one server on this machine, beside what the machine can do at best.
//!
//! Order: floors first (a bare WebSocket echo, SQLite's own commits), then the server: bytes of one
//! message, everything as fast as it goes, half of that and next to nothing with times, send to shown
//! between two real client cores, groups of three sizes, and idle connections. Clients and server share the machine's cores,
//! as do the floors' two sides.

mod floor_echo;
mod floor_sqlite;
mod groups;
mod latency;
mod memory;
mod pairs;
mod payload;
mod report;
mod saturate;
mod server;
mod shown;
mod wire_bytes;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

pub use report::Report;

/// Envelopes a second when hardly anybody writes.
const QUIET_PER_SECOND: f64 = 50.0;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server's program.
    pub server_binary: PathBuf,
    /// A folder for its data.
    pub data: PathBuf,
    /// Pairs of clients.
    pub pairs: usize,
    /// Envelopes on their way per client at full speed.
    pub in_flight: usize,
    /// Messages between two real clients, one after the other.
    pub messages: usize,
    /// Of each measurement.
    pub time: Duration,
    /// Idle connections.
    pub idle: usize,
    /// Sizes of groups, in devices.
    pub group_sizes: [usize; 3],
}

/// Measures everything.
///
/// # Errors
/// When the server does not start, or refuses what it should take.
pub async fn run(plan: &Plan) -> Result<Report> {
    std::fs::create_dir_all(&plan.data)?;
    let folder = tempfile::Builder::new()
        .prefix("pipit-load")
        .tempdir_in(&plan.data)?;
    let commits = floor_sqlite::measure(folder.path(), plan.time / 2)?;
    let server = server::Server::start(&plan.server_binary, &folder.path().join("server"))
        .with_context(|| format!("starting {}", plan.server_binary.display()))?;
    let mut pairs = pairs::sign_up(&server, plan.pairs).await?;
    let wire = wire_bytes::measure(&mut pairs[0]).await?;
    let echo = floor_echo::measure(
        pairs.len() * 2,
        plan.in_flight,
        wire.envelope,
        plan.time / 2,
    )
    .await?;
    let full = saturate::measure(&server, &mut pairs, plan.in_flight, plan.time).await?;
    let half = latency::measure(&mut pairs, full.accepted_per_second / 2.0, plan.time).await?;
    let quiet = latency::measure(&mut pairs, QUIET_PER_SECOND, plan.time / 2).await?;
    drop(pairs);
    let profiles = folder.path().join("profiles");
    let shown = shown::measure(&server, &profiles, wire.envelope, plan.messages, plan.time).await?;
    let groups = groups::measure(&server, plan.group_sizes).await?;
    drop(server);
    let idle = memory::measure(&plan.server_binary, &folder.path().join("idle"), plan.idle).await?;
    Ok(Report {
        clients: plan.pairs * 2,
        in_flight: plan.in_flight,
        wire,
        commits,
        echo,
        full,
        half,
        quiet,
        shown,
        groups,
        idle,
    })
}
