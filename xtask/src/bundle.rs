//! `cargo xtask bundle`: the package that people install.
//!
//! Builds with Cargo, packs with Tauri's own tool (an npm package, held in `src-tauri/`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    paths, process,
    setup::{self, Group},
    ui,
};

/// The arguments of `cargo xtask bundle`.
#[derive(Args)]
pub struct BundleArgs {
    /// Pack the build that tests use: fast to make, large, with debugging on
    #[arg(long)]
    debug: bool,
}

impl BundleArgs {
    /// What people install.
    pub fn release() -> Self {
        Self { debug: false }
    }
}

/// The command; gives the package's place.
///
/// # Errors
/// When something cannot be built or packed.
pub fn run(args: &BundleArgs) -> Result<PathBuf> {
    setup::ensure(&[Group::Build])?;
    ui::build()?;
    let profile = if args.debug { "debug" } else { "release" };
    let mut build = process::cargo(&["build", "-p", "pipit"]);
    if !args.debug {
        build.arg("--release");
    }
    process::run(&mut build)?;
    let package = package(profile)?;
    println!("The package is {}", package.display());
    Ok(package)
}

/// Packs an app that is built already, and unpacks it beside, ready to be run by tests.
///
/// # Errors
/// When it cannot be packed.
pub fn package(profile: &str) -> Result<PathBuf> {
    setup::install_packages("src-tauri")?;
    let folder = paths::target().join(profile).join("bundle/deb");
    if folder.exists() {
        // An older version's package would stay beside the new one.
        fs::remove_dir_all(&folder)?;
    }
    let mut tauri = process::npm(&[
        "exec",
        "--",
        "tauri",
        "bundle",
        "--bundles",
        "deb",
        "--ci",
        "--no-sign",
        "--no-binary-patching",
    ]);
    if profile == "debug" {
        tauri.arg("--debug");
    }
    process::run(tauri.current_dir(paths::root().join("src-tauri")))?;
    let package = only_deb(&folder)?;
    if profile == "debug" {
        unpack(&package)?;
    }
    Ok(package)
}

/// The app's program inside the unpacked debug package.
pub fn unpacked_app() -> PathBuf {
    paths::target().join("unpacked/usr/bin/pipit")
}

fn unpack(package: &Path) -> Result<()> {
    let place = paths::target().join("unpacked");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    process::run(
        process::command("dpkg-deb")
            .arg("-x")
            .arg(package)
            .arg(&place),
    )
}

fn only_deb(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            return Ok(path);
        }
    }
    bail!("no package was made in {}", folder.display())
}
