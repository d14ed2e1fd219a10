//! Tests through the screen: in a browser, and in the packaged app.

use anyhow::Result;

use crate::{
    bundle, paths, process,
    setup::{self, nextest},
};

/// The screen in Chromium, on `pipit-cli serve` and a real server.
///
/// # Errors
/// When a test fails.
pub fn browser(filter: Option<&str>) -> Result<()> {
    setup::install_packages("tests/browser")?;
    let mut command = process::npm(&["test", "--prefix", "tests/browser"]);
    if let Some(filter) = filter {
        command
            .arg("--")
            .arg(format!("--test-name-pattern={filter}"));
    }
    command.env("PIPIT_BIN_DIR", paths::target().join("debug"));
    command.env("PIPIT_ARTIFACTS", paths::artifacts().join("browser"));
    process::run(&mut command)
}

/// The app from its package, driven as a person would, on a virtual screen.
///
/// # Errors
/// When a test fails.
pub fn packaged(filter: Option<&str>) -> Result<()> {
    let mut command = process::command(nextest()?);
    command.args([
        "nextest",
        "run",
        "--workspace",
        "--no-fail-fast",
        "-E",
        "package(=app-tests)",
    ]);
    // They share the machine's cores with two webviews each: one at a time.
    command.args(["--test-threads", "1"]).args(filter);
    command.env("PIPIT_APP", bundle::unpacked_app());
    command.env("PIPIT_BIN_DIR", paths::target().join("debug"));
    command.env("PIPIT_TAURI_DRIVER", setup::tauri_driver()?);
    command.env("PIPIT_ARTIFACTS", paths::artifacts().join("app"));
    process::run(&mut command)
}
