//! Steps of a test run: their times and results, and the table that closes the run.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;

enum Outcome {
    Passed,
    Failed(String),
    /// Something that it needs failed before.
    Skipped,
}

struct Step {
    name: String,
    time: Duration,
    outcome: Outcome,
}

/// The steps so far.
#[derive(Default)]
pub struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// Runs a step; true when it passed.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> bool {
        println!("\n━━ {name}");
        let start = Instant::now();
        let result = work();
        let outcome = match result {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                eprintln!("{error:#}");
                Outcome::Failed(format!("{error:#}"))
            }
        };
        let is_passed = matches!(outcome, Outcome::Passed);
        self.steps.push(Step {
            name: name.to_owned(),
            time: start.elapsed(),
            outcome,
        });
        is_passed
    }

    /// Runs a step when what it needs is there; otherwise it counts as skipped.
    pub fn step_if(&mut self, is_possible: bool, name: &str, work: impl FnOnce() -> Result<()>) {
        if is_possible {
            self.step(name, work);
        } else {
            let (time, outcome) = (Duration::ZERO, Outcome::Skipped);
            self.steps.push(Step {
                name: name.to_owned(),
                time,
                outcome,
            });
        }
    }

    /// Prints the table and gives the exit code: success only when every step passed.
    pub fn finish(self) -> ExitCode {
        println!("\n━━ result");
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for Step {
            name,
            time,
            outcome,
        } in &self.steps
        {
            let word = match outcome {
                Outcome::Passed => {
                    passed += 1;
                    "passed"
                }
                Outcome::Failed(_) => {
                    failed += 1;
                    "FAILED"
                }
                Outcome::Skipped => {
                    skipped += 1;
                    "not run"
                }
            };
            println!("{word:8} {:7.1} s  {name}", time.as_secs_f64());
        }
        let total: Duration = self.steps.iter().map(|step| step.time).sum();
        println!("{:8} {:7.1} s\n", "total", total.as_secs_f64());
        for Step { name, outcome, .. } in &self.steps {
            if let Outcome::Failed(why) = outcome {
                // The last lines of a tool say the most; the whole is above.
                let lines: Vec<&str> = why.lines().collect();
                let tail = &lines[lines.len().saturating_sub(12)..];
                println!("{name}: {}\n", tail.join("\n  "));
            }
        }
        // The form that runners of CI read.
        if skipped > 0 {
            println!("{passed} passed, {failed} failed, {skipped} skipped");
        } else {
            println!("{passed} passed, {failed} failed");
        }
        if failed == 0 && skipped == 0 && passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
