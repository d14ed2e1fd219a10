//! Cargo tools that the tests need, built once into `target/tools` when the machine has none.

use std::path::PathBuf;

use anyhow::Result;

use crate::{paths, process};

/// Makes sure that `cargo nextest` can be run.
///
/// # Errors
/// When it can be neither found nor built.
pub fn nextest() -> Result<PathBuf> {
    match process::find("cargo-nextest") {
        Some(found) => Ok(found),
        None => install("cargo-nextest", &["cargo-nextest", "--locked"]),
    }
}

/// Makes sure that `tauri-driver` can be run: the bridge between the app tests and the webview.
///
/// # Errors
/// When it can be neither found nor built.
pub fn tauri_driver() -> Result<PathBuf> {
    match process::find("tauri-driver") {
        Some(found) => Ok(found),
        None => install("tauri-driver", &["tauri-driver@2.1.0", "--locked"]),
    }
}

fn install(program: &str, args: &[&str]) -> Result<PathBuf> {
    let place = paths::tools();
    let binary = place
        .join("bin")
        .join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if !binary.is_file() {
        let mut command = process::cargo(&["install", "--quiet"]);
        // A target folder of its own that stays: a second try goes on where the first ended.
        command
            .args(args)
            .arg("--root")
            .arg(&place)
            .arg("--target-dir")
            .arg(place.join("build"));
        process::run(&mut command)?;
    }
    Ok(binary)
}
