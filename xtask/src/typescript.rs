//! `cargo xtask typescript`: the screen's types, written from `crates/api`.
//!
//! The folder holds nothing written by hand; `test` fails when it is not what this command writes.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Result, bail};

use crate::{paths, process};

const FOLDER: &str = "ui/src/backend/generated";

/// Writes the types.
///
/// # Errors
/// When `crates/api` does not build.
pub fn write() -> Result<()> {
    export(&paths::root().join(FOLDER))
}

/// Checks that the types in the work tree are what [`write`] would write.
///
/// # Errors
/// When they are not; the error names the files.
pub fn check() -> Result<()> {
    let fresh = paths::target().join("typescript");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    export(&fresh)?;
    let (have, want) = (contents(&paths::root().join(FOLDER))?, contents(&fresh)?);
    let stale: Vec<&str> = have
        .keys()
        .chain(want.keys())
        .filter(|name| have.get(*name) != want.get(*name))
        .map(String::as_str)
        .collect();
    if !stale.is_empty() {
        bail!(
            "{FOLDER} is not up to date ({}). Run: cargo xtask typescript",
            stale.join(", ")
        );
    }
    Ok(())
}

fn export(folder: &Path) -> Result<()> {
    let mut command = process::cargo(&["run", "--quiet", "-p", "pipit-api", "--bin", "typescript"]);
    process::run(command.arg("--").arg(folder))
}

fn contents(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(files)
}
