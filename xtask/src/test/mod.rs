//! `cargo xtask test`: every check, in the order in which they fail fastest.
//!
//! CI runs the same. A failed step does not stop the others, except those that need what it makes.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::{
    bundle,
    process::{self},
    setup::{self, Group},
    tidy, typescript, ui,
};

mod app;
mod report;
mod rust;

use report::Report;

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Tests inside the crates
    Unit,
    /// Tests across processes: real server, real clients
    Stories,
    /// Random people and random faults, drawn from seeds
    Simulation,
    /// Checks and unit tests of the screen
    Ui,
    /// The screen in a real browser, on a real core and server
    Browser,
    /// The packaged app on a virtual screen
    App,
    /// Short fuzz runs on a fixed seed
    Fuzz,
    /// Formatting, lints and the project's own rules
    Tidy,
}

/// The arguments of `cargo xtask test`.
#[derive(Args)]
pub struct TestArgs {
    /// Run only tests whose name contains this (Rust tests, unless --only says otherwise)
    filter: Option<String>,

    /// Run only this part; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Part>,

    /// Trust that this machine is set up
    #[arg(long)]
    no_setup: bool,
}

impl TestArgs {
    fn wants(&self, part: Part) -> bool {
        match (self.only.is_empty(), &self.filter) {
            (false, _) => self.only.contains(&part),
            (true, Some(_)) => matches!(part, Part::Unit | Part::Stories),
            (true, None) => true,
        }
    }

    fn wants_any(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| self.wants(*part))
    }
}

/// The command; its own answer is in the exit code and the last line.
pub fn run(args: &TestArgs) -> ExitCode {
    let mut report = Report::default();
    let filter = args.filter.as_deref();
    if !args.no_setup {
        let is_set_up = report.step("set-up", || setup::ensure(&[Group::Build, Group::Test]));
        if !is_set_up {
            return report.finish();
        }
    }
    if args.wants(Part::Tidy) {
        report.step("format", || {
            process::run(&mut process::cargo(&["fmt", "--all", "--check"]))
        });
        report.step("tidy", tidy::run);
    }
    let is_ui_built = report.step("build: screen", ui::build);
    if args.wants(Part::Ui) {
        report.step("screen: check", ui::check);
        report.step("screen: unit", || ui::test(filter));
    }
    if args.wants(Part::Tidy) {
        report.step("lint", rust::lint);
    }
    let needs_rust = [
        Part::Unit,
        Part::Stories,
        Part::Simulation,
        Part::Browser,
        Part::App,
        Part::Fuzz,
    ];
    let is_built = args.wants_any(&needs_rust) && report.step("build: Rust", rust::build);
    if args.wants(Part::Tidy) {
        report.step("types for the screen", typescript::check);
    }
    for (part, name) in [
        (Part::Unit, "unit"),
        (Part::Stories, "stories"),
        (Part::Fuzz, "fuzz"),
        (Part::Simulation, "simulation: its own tests"),
    ] {
        if args.wants(part) {
            report.step_if(is_built, name, || rust::test(part, filter));
        }
    }
    if args.wants(Part::Simulation) && filter.is_none() {
        report.step_if(is_built, "simulation", rust::simulate);
    }
    if args.wants(Part::Unit) && filter.is_none() {
        report.step_if(is_built, "examples in the documentation", rust::doc_test);
    }
    if args.wants(Part::Browser) {
        report.step_if(is_built && is_ui_built, "browser", || app::browser(filter));
    }
    if args.wants(Part::App) {
        let is_packaged =
            is_built && is_ui_built && report.step("package", || bundle::debug_package().map(drop));
        report.step_if(is_packaged, "app", || app::packaged(filter));
    }
    report.finish()
}
