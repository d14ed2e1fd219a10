//! Where things lie in the work tree. No command's logic.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folder of the root `Cargo.toml`.
pub fn root() -> PathBuf {
    // Cargo sets it when it runs us; the compiled-in place serves a copied binary.
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// Cargo's target folder, where everything that can be made again goes.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Tools that the project installs for itself.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// Screenshots and logs of test runs, for a person to look at.
pub fn artifacts() -> PathBuf {
    target().join("artifacts")
}

/// A program that this workspace builds.
///
/// `profile` is Cargo's folder name: `debug` or `release`.
pub fn binary(profile: &str, name: &str) -> PathBuf {
    target()
        .join(profile)
        .join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
