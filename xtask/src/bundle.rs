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
    let package = if args.debug {
        process::run(&mut process::cargo(&["build", "-p", "pipit"]))?;
        debug_package()?
    } else {
        let mut build = process::cargo(&["build", "--release", "-p", "pipit"]);
        build
            .args(["--config", "src-tauri/release.toml", "--target-dir"])
            .arg(release_target());
        process::run(&mut build)?;
        pack(&release_target(), "release")?
    };
    println!("The package is {}", package.display());
    Ok(package)
}

/// Packs the debug build, which is there already, and unpacks it beside, ready to be run by tests.
///
/// # Errors
/// When it cannot be packed.
pub fn debug_package() -> Result<PathBuf> {
    let package = pack(&paths::target(), "debug")?;
    let place = paths::target().join("unpacked");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    process::run(
        process::command("dpkg-deb")
            .arg("-x")
            .arg(&package)
            .arg(&place),
    )?;
    Ok(package)
}

/// The app as people get it.
pub fn release_app() -> PathBuf {
    release_target()
        .join("release")
        .join(format!("pipit{}", std::env::consts::EXE_SUFFIX))
}

/// The app is built by other rules than the server (`src-tauri/release.toml`), so it has a folder of
/// its own, where neither undoes the other's work.
fn release_target() -> PathBuf {
    paths::target().join("app")
}

/// Packs `target/profile/pipit`, which must be there.
fn pack(target: &Path, profile: &str) -> Result<PathBuf> {
    setup::install_packages("src-tauri")?;
    let folder = target.join(profile).join("bundle/deb");
    if folder.exists() {
        // An older version's package would stay beside the new one.
        fs::remove_dir_all(&folder)?;
    }
    let mut tauri = process::npm(&["exec", "--", "tauri", "bundle", "--bundles", "deb", "--ci"]);
    tauri
        .args(["--no-sign", "--no-binary-patching"])
        .env("CARGO_TARGET_DIR", target);
    if profile == "debug" {
        tauri.arg("--debug");
    }
    process::run(tauri.current_dir(paths::root().join("src-tauri")))?;
    only_deb(&folder)
}

/// The app's program inside the unpacked debug package.
pub fn unpacked_app() -> PathBuf {
    paths::target().join("unpacked/usr/bin/pipit")
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
