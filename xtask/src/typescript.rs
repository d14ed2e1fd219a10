//! `cargo xtask typescript`: the screen's types, written from `crates/api`.
//!
//! The file is never edited by hand; `test` fails when it is not what this command writes.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{paths, process};

const FILE: &str = "ui/src/backend/generated/api.ts";

/// Writes the types.
///
/// # Errors
/// When `crates/api` does not build.
pub fn write() -> Result<()> {
    export(&paths::root().join(FILE))
}

/// Checks that the types in the work tree are what [`write`] would write.
///
/// # Errors
/// When they are not.
pub fn check() -> Result<()> {
    let fresh = paths::target().join("api.ts");
    export(&fresh)?;
    let have =
        fs::read_to_string(paths::root().join(FILE)).with_context(|| format!("reading {FILE}"))?;
    if have != fs::read_to_string(&fresh)? {
        bail!("{FILE} is not up to date. Run: cargo xtask typescript");
    }
    Ok(())
}

fn export(file: &Path) -> Result<()> {
    let args = [
        "run",
        "--quiet",
        "-p",
        "pipit-api",
        "--example",
        "typescript",
        "--",
    ];
    process::run(process::cargo(&args).arg(file))
}
