//! `pipit-simulation`: runs seeds until the time or the seeds are used up, and says what it saw.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Parser;
use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _};
use simulation::{Counts, Outcome, run};
use tracing_subscriber::EnvFilter;

/// Runs the seeded simulation: random people, random faults, and what must hold afterwards.
///
/// A run is drawn from its seed; a seed that fails is printed with the command that runs it again.
#[derive(Parser)]
struct Args {
    /// The first seed
    #[arg(long, env = "PIPIT_SIMULATION_FROM", default_value_t = 1)]
    from: u64,

    /// How many seeds to run; as many as the time allows when left out
    #[arg(long, env = "PIPIT_SIMULATION_SEEDS")]
    seeds: Option<u64>,

    /// Begins no seed after so many seconds; without a limit when --seeds is given
    #[arg(long, env = "PIPIT_SIMULATION_SECONDS")]
    seconds: Option<u64>,

    /// Where to copy the files of a seed that fails
    #[arg(long)]
    keep: Option<PathBuf>,

    /// Seeds that run at the same time
    #[arg(long, default_value_t = 3)]
    at_once: usize,
}

/// The budget without any argument, in seconds.
const SECONDS: u64 = 40;

/// Panics of threads that nobody joins: cores in this process.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_env("PIPIT_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_thread_names(true)
        .with_env_filter(filter)
        .init();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if let Ok(mut all) = PANICS.lock() {
            let thread = std::thread::current();
            all.push(format!("{}: {info}", thread.name().unwrap_or("a thread")));
        }
        before(info);
    }));
    simulate(&args).await
}

async fn simulate(args: &Args) -> ExitCode {
    let start = Instant::now();
    let seconds = args.seconds.or(match args.seeds {
        Some(_) => None,
        None => Some(SECONDS),
    });
    let has_time = || seconds.is_none_or(|limit| start.elapsed() < Duration::from_secs(limit));
    let seeds = (args.from..).take(args.seeds.map_or(usize::MAX, |seeds| {
        usize::try_from(seeds).unwrap_or(usize::MAX)
    }));
    let mut runs = stream::iter(seeds)
        .take_while(|_| std::future::ready(has_time()))
        .map(|seed| one(seed, args.keep.clone()))
        .buffer_unordered(args.at_once);
    let mut total = Total::default();
    while let Some(outcome) = runs.next().await {
        total.add(&outcome);
    }
    total.finish(start.elapsed())
}

async fn one(seed: u64, keep: Option<PathBuf>) -> Outcome {
    let start = Instant::now();
    match AssertUnwindSafe(run(seed, keep.as_deref()))
        .catch_unwind()
        .await
    {
        Ok(outcome) => outcome,
        Err(panic) => Outcome {
            seed,
            wrong: vec![words_of(&*panic)],
            actions: BTreeMap::new(),
            refusals: BTreeMap::new(),
            faults: Default::default(),
            logs: String::new(),
            time: start.elapsed(),
        },
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or(panic.downcast_ref::<&str>().copied());
    words.unwrap_or("a panic without words").to_owned()
}

/// All runs together.
#[derive(Default)]
struct Total {
    seeds: usize,
    failed: Vec<u64>,
    faults: Counts,
    actions: BTreeMap<&'static str, usize>,
    refusals: BTreeMap<String, usize>,
}

impl Total {
    fn add(&mut self, outcome: &Outcome) {
        let Outcome { seed, wrong, .. } = outcome;
        let word = if wrong.is_empty() { "passed" } else { "FAILED" };
        let seconds = outcome.time.as_secs_f64();
        println!("seed {seed} {word} in {seconds:.1} s: {}", outcome.faults);
        self.seeds += 1;
        self.faults.add_all(&outcome.faults);
        for (name, count) in &outcome.actions {
            *self.actions.entry(name).or_default() += count;
        }
        for (name, count) in &outcome.refusals {
            *self.refusals.entry(name.clone()).or_default() += count;
        }
        if wrong.is_empty() {
            return;
        }
        self.failed.push(*seed);
        for words in wrong {
            println!("  {words}");
        }
        println!("  actions: {}", listed(&outcome.actions));
        println!("  refusals: {}", listed(&outcome.refusals));
        println!("  logs:\n{}", outcome.logs);
        println!("run it again: {}", again(*seed));
    }

    fn finish(self, time: Duration) -> ExitCode {
        println!("\n{} seeds in {:.0} s", self.seeds, time.as_secs_f64());
        println!("faults: {}", self.faults);
        println!("actions: {}", listed(&self.actions));
        println!("refusals: {}", listed(&self.refusals));
        let panics = PANICS.lock().map(|all| all.clone()).unwrap_or_default();
        for panic in &panics {
            println!("panicked: {panic}");
        }
        for seed in &self.failed {
            println!("FAILED; run it again: {}", again(*seed));
        }
        match self.failed.is_empty() && panics.is_empty() && self.seeds > 0 {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}

fn again(seed: u64) -> String {
    format!("cargo run -p simulation -- --from {seed} --seeds 1 --keep target/simulation")
}

fn listed(counts: &BTreeMap<impl AsRef<str>, usize>) -> String {
    let all = counts
        .iter()
        .map(|(name, count)| format!("{} {count}", name.as_ref()));
    all.collect::<Vec<_>>().join(", ")
}
