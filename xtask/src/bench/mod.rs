//! `cargo xtask bench`: the figures that the project prints about itself.
//!
//! Each group of figures is one function here; the measuring is done by the program it starts.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{
    paths, process,
    setup::{self, Group},
    ui,
};

mod app;

/// A group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Figures {
    /// Single operations (Criterion)
    Micro,
    /// Bytes on the wire, messages a second, times to delivery
    Load,
    /// Size, start and memory of the app
    App,
}

/// The arguments of `cargo xtask bench`.
#[derive(Args)]
pub struct BenchArgs {
    /// What to measure; everything when left out
    #[arg(value_enum)]
    figures: Vec<Figures>,
}

/// The command.
///
/// # Errors
/// When something cannot be built or measured.
pub fn run(args: &BenchArgs) -> Result<()> {
    let wants = |group| args.figures.is_empty() || args.figures.contains(&group);
    setup::ensure(&[Group::Build, Group::Test])?;
    ui::build()?;
    if wants(Figures::Micro) {
        process::run(&mut process::cargo(&["bench", "--workspace", "--benches"]))?;
    }
    if wants(Figures::Load) {
        load()?;
    }
    if wants(Figures::App) {
        app::measure()?;
    }
    Ok(())
}

/// One server under load, and the floors that no server on this machine can pass.
fn load() -> Result<()> {
    // Each by itself: built together, the server would link the client's SQLite.
    for package in ["pipit-load", "pipit-server"] {
        process::run(&mut process::cargo(&["build", "--release", "-p", package]))?;
    }
    let mut command = process::command(paths::binary("release", "pipit-load"));
    command
        .arg("--server-binary")
        .arg(paths::binary("release", "pipit-server"));
    process::run(&mut command)
}
