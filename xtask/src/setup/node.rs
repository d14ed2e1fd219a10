//! Node.js: that it is new enough, and that the packages of a lock file are installed.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{paths, process};

/// Vite 8 needs it.
const NODE_MIN: (u32, u32) = (20, 19);

/// Checks that Node.js is there and new enough.
///
/// # Errors
/// When it is not; the error says how to get it.
pub fn check_version() -> Result<()> {
    let text = process::output(process::command("node").arg("--version"))
        .context("Node.js is missing. Install version 20.19 or newer: https://nodejs.org")?;
    let mut parts = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().ok());
    let found = (
        parts.next().flatten().unwrap_or(0),
        parts.next().flatten().unwrap_or(0),
    );
    if found < NODE_MIN {
        bail!(
            "Node.js {} is too old. Install version 20.19 or newer: https://nodejs.org",
            text.trim()
        );
    }
    Ok(())
}

/// Installs the npm packages of a folder when its lock file changed since the last time.
///
/// # Errors
/// When npm fails.
pub fn install_packages(folder: &str) -> Result<()> {
    let place = paths::root().join(folder);
    let Ok(lock) = fs::read(place.join("package-lock.json")) else {
        return Ok(());
    };
    let stamp = place.join("node_modules/.pipit-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    clean_install(&place)?;
    fs::write(&stamp, lock).with_context(|| format!("writing {}", stamp.display()))
}

fn clean_install(place: &Path) -> Result<()> {
    let mut command = process::npm(&["ci", "--no-audit", "--no-fund"]);
    process::run(command.current_dir(place))
}
