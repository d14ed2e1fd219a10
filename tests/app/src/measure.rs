//! What the system knows about a running app: when it started and the memory it holds.

use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};

/// Clock ticks a second in `/proc`, the same on every Linux that this runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// When a process started, as time since 1970 (UTC), to about 20 ms.
///
/// # Errors
/// When it does not run.
pub fn started(id: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // Counted after the name, which may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("a stat line has a name")?;
    let ticks: f64 = fields
        .split_whitespace()
        .nth(19)
        .context("a stat line has a start")?
        .parse()?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let up: f64 = uptime
        .split_whitespace()
        .next()
        .context("uptime is a number")?
        .parse()?;
    let age = Duration::from_secs_f64((up - ticks / TICKS_PER_SECOND).max(0.0));
    Ok(now()?.saturating_sub(age))
}

/// Time since 1970 (UTC).
///
/// # Errors
/// When the clock stands before that.
pub fn now() -> Result<Duration> {
    #[expect(
        clippy::disallowed_methods,
        reason = "compared with times that the page measured"
    )]
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}

/// Memory of a process and all that it started, in bytes: each page shared with others counts by its
/// share (PSS). By process name, largest first.
///
/// # Errors
/// When it does not run.
pub fn memory(id: u32) -> Result<Vec<(String, u64)>> {
    let mut tree = vec![id];
    let mut next = 0;
    while let Some(parent) = tree.get(next).copied() {
        tree.extend(children(parent)?);
        next += 1;
    }
    let mut found = Vec::new();
    for id in tree {
        let Ok(rollup) = fs::read_to_string(format!("/proc/{id}/smaps_rollup")) else {
            continue;
        };
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kilobytes: u64 = line
            .and_then(|l| l.split_whitespace().next())
            .context("a rollup has Pss")?
            .parse()?;
        let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        found.push((name.trim().to_owned(), kilobytes * 1024));
    }
    found.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Ok(found)
}

fn children(parent: u32) -> Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(id) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else {
            continue;
        };
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        if fields.split_whitespace().nth(1) == Some(&parent.to_string()) {
            found.push(id);
        }
    }
    Ok(found)
}
