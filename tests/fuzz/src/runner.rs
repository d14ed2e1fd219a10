//! A short run of one target: every seed of its corpus, then a fixed number of mutated ones.
//!
//! The same seed number gives the same inputs on every machine, and no clock decides how many: a run
//! that failed fails again. An input that breaks something is written to a file, whose path is printed;
//! put it into the corpus together with the fix.

use std::path::{Path, PathBuf};

use crate::{MEMORY_PER_BYTE, Target, mutate};

/// What a run saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Seeds of the corpus.
    pub seeds: u32,
    /// Of those, well-formed ones.
    pub seeds_accepted: u32,
    /// Mutated inputs.
    pub mutated: u32,
    /// Of those, well-formed ones.
    pub mutated_accepted: u32,
}

/// The seeds of a target, in the order of their file names.
///
/// # Panics
/// When a file cannot be read.
#[must_use]
pub fn corpus(target: &Target) -> Vec<Vec<u8>> {
    seeds_of(target.name)
}

pub(crate) fn seeds_of(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let Ok(files) = std::fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).expect("readable"))
        .collect()
}

/// Runs a target over its corpus and `iterations` inputs made from it.
///
/// # Panics
/// When the target does, or takes more memory than it may.
pub fn run(target: &Target, seed: u64, iterations: u32, failures: &Path) -> Outcome {
    // What a target sets up once is not counted as memory of its first input.
    (target.run)(&[]);
    let corpus = corpus(target);
    let mut outcome = Outcome::default();
    for input in &corpus {
        outcome.seeds += 1;
        outcome.seeds_accepted += u32::from(check(target, input, failures));
    }
    let mut rng = fastrand::Rng::with_seed(seed);
    for _ in 0..iterations {
        let input = mutate::input(&mut rng, &corpus);
        outcome.mutated += 1;
        outcome.mutated_accepted += u32::from(check(target, &input, failures));
    }
    outcome
}

fn check(target: &Target, input: &[u8], failures: &Path) -> bool {
    let failure = FailureReport {
        target: target.name,
        input,
        folder: failures,
    };
    let mut accepted = false;
    let used = allocation_counter::measure(|| accepted = (target.run)(input));
    let allowed = target.memory_max + MEMORY_PER_BYTE * input.len() as u64;
    assert!(
        used.bytes_max <= allowed,
        "{} bytes of memory, {allowed} allowed",
        used.bytes_max
    );
    drop(failure);
    accepted
}

/// Tells which input it was when a panic passes by.
struct FailureReport<'a> {
    target: &'static str,
    input: &'a [u8],
    folder: &'a Path,
}

impl Drop for FailureReport<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let path = self
            .folder
            .join(format!("{}-{}-bytes", self.target, self.input.len()));
        match std::fs::write(&path, self.input) {
            Ok(()) => eprintln!("the input that broke {} is {}", self.target, path.display()),
            Err(error) => eprintln!(
                "the input could not be written to {}: {error}",
                path.display()
            ),
        }
    }
}
