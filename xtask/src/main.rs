//! The project's own commands, called as `cargo xtask …`.
//!
//! Not a part of the product: nothing here ships. Each command is one module.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod bundle;
mod paths;
mod process;
mod run;
mod setup;
mod test;
mod tidy;
mod typescript;
mod ui;

/// Pipit's own commands. A newcomer needs two: `run` and `test`.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what the project needs on this machine (`run` and `test` do that by themselves)
    Setup(setup::SetupArgs),
    /// Build everything, start a local server and open the app on it
    Run(run::RunArgs),
    /// Run every check and test, as CI does
    Test(test::TestArgs),
    /// Check the rules of ARCHITECTURE.md that no compiler checks
    Tidy,
    /// Build the package that people install
    Bundle(bundle::BundleArgs),
    /// Measure speed and size
    Bench(bench::BenchArgs),
    /// Write the screen's TypeScript types again from the Rust ones
    Typescript,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Setup(args) => setup::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => return test::run(&args),
        Command::Tidy => tidy::run(),
        Command::Bundle(args) => bundle::run(&args).map(drop),
        Command::Bench(args) => bench::run(&args),
        Command::Typescript => typescript::write(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}
