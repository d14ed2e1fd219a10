//! `cargo xtask setup`: makes this machine able to build and test the project.
//!
//! Each part does nothing when all is there already, so that `run` and `test` call it every time.

use anyhow::Result;
use clap::{Args, ValueEnum};

mod node;
mod system;
mod tools;

pub use node::install_packages;
pub use tools::{nextest, tauri_driver};

/// What a set of system packages is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// To compile and run the app
    Build,
    /// To run all tests: a virtual screen, a browser, a notification server, a keychain
    Test,
    /// To play sound and film inside messages
    Media,
}

/// The arguments of `cargo xtask setup`.
#[derive(Args)]
pub struct SetupArgs {
    /// What to set up; everything when left out
    #[arg(value_enum)]
    groups: Vec<Group>,
}

/// The command.
///
/// # Errors
/// When something is missing that cannot be installed; the error names it.
pub fn run(args: &SetupArgs) -> Result<()> {
    let all = [Group::Build, Group::Test, Group::Media];
    let groups = if args.groups.is_empty() {
        &all[..]
    } else {
        &args.groups
    };
    ensure(groups)?;
    println!("This machine has all that is needed.");
    Ok(())
}

/// Makes sure that everything of these groups is there.
///
/// # Errors
/// As [`run`].
pub fn ensure(groups: &[Group]) -> Result<()> {
    system::ensure(groups)?;
    node::check_version()?;
    install_packages("ui")?;
    if groups.contains(&Group::Test) {
        install_packages("src-tauri")?;
        install_packages("tests/browser")?;
        nextest()?;
        tauri_driver()?;
    }
    Ok(())
}
