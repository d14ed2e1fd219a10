//! The Rust side of the tests: one build of everything, then the tests by their kind.
//!
//! All steps name the whole workspace, so that Cargo chooses one set of features and builds each
//! crate once.

use anyhow::{Result, bail};

use super::Part;
use crate::{
    process,
    setup::nextest,
    tidy::{Metadata, Package},
};

/// Compiler warnings and lints are errors.
///
/// # Errors
/// When there is one.
pub fn lint() -> Result<()> {
    let args = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ];
    process::run(&mut process::cargo(&args))
}

/// Builds programs, tests and benchmarks.
///
/// # Errors
/// When something does not compile.
pub fn build() -> Result<()> {
    process::run(&mut process::cargo(&[
        "build",
        "--workspace",
        "--all-targets",
    ]))
}

/// Runs one kind of tests.
///
/// # Errors
/// When a test fails or, without a filter, when there is none.
pub fn test(part: Part, filter: Option<&str>) -> Result<()> {
    let metadata = Metadata::read()?;
    let packages: Vec<&str> = metadata
        .packages
        .iter()
        .filter(|p| belongs(p, part))
        .map(|p| p.name.as_str())
        .collect();
    if packages.is_empty() {
        bail!("no crate holds tests of this kind");
    }
    let expression = packages
        .iter()
        .map(|name| format!("package(={name})"))
        .collect::<Vec<_>>()
        .join(" or ");
    let mut command = process::command(nextest()?);
    command.args([
        "nextest",
        "run",
        "--workspace",
        "--no-fail-fast",
        "-E",
        &expression,
    ]);
    command.env("PIPIT_BIN_DIR", crate::paths::target().join("debug"));
    if let Some(filter) = filter {
        command.args(["--no-tests", "pass", filter]);
    }
    process::run(&mut command)
}

/// Runs seeds of the simulation for its budget of time; `PIPIT_SIMULATION_SECONDS` gives it more.
///
/// # Errors
/// When a seed fails; what it printed says which, and how to run it again.
pub fn simulate() -> Result<()> {
    process::run(&mut process::command(crate::paths::binary(
        "debug",
        "pipit-simulation",
    )))
}

/// Compiles and runs the examples in the documentation.
///
/// # Errors
/// When one fails.
pub fn doc_test() -> Result<()> {
    process::run(&mut process::cargo(&[
        "test",
        "--workspace",
        "--doc",
        "--quiet",
    ]))
}

fn belongs(package: &Package, part: Part) -> bool {
    let folder = package.folder.as_str();
    let kind = match folder {
        "tests/app" => Part::App,
        "tests/fuzz" => Part::Fuzz,
        "tests/simulation" => Part::Simulation,
        _ if folder.starts_with("tests/") => Part::Stories,
        _ => Part::Unit,
    };
    kind == part
}
