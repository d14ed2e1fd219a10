//! The app's figures: size of program and package, time to the first paint, memory.

use std::fs;

use anyhow::Result;

use crate::{
    bundle::{self, BundleArgs},
    process, setup,
};

/// Builds the release package, prints its sizes, and lets the app tests' tool measure a start with
/// a long history.
///
/// # Errors
/// When something cannot be built or measured.
pub fn measure() -> Result<()> {
    let package = bundle::run(&BundleArgs::release())?;
    let app = bundle::release_app();
    println!(
        "app: program {:.1} MB",
        megabytes(fs::metadata(&app)?.len())
    );
    println!(
        "app: .deb package {:.1} MB",
        megabytes(fs::metadata(&package)?.len())
    );
    let mut figures = process::cargo(&[
        "run",
        "--release",
        "-p",
        "app-tests",
        "--bin",
        "app-figures",
    ]);
    figures
        .env("PIPIT_APP", app)
        .env("PIPIT_TAURI_DRIVER", setup::tauri_driver()?);
    process::run(&mut figures)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for a person to read, with one decimal"
)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
