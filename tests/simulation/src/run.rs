//! One seed, from an empty server to the last comparison.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::calm;
use crate::fault::Counts;
use crate::plan::Plan;
use crate::storm::Devices;
use crate::world::World;

/// A run that takes longer stands still: storms last for seconds, and calms have a limit of their own.
const LIMIT: Duration = Duration::from_secs(180);

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// What did not hold; empty when it passed.
    pub wrong: Vec<String>,
    /// What was done, by kind of action.
    pub actions: BTreeMap<&'static str, usize>,
    /// What was refused, by command and code.
    pub refusals: BTreeMap<String, usize>,
    /// What was injected.
    pub faults: Arc<Counts>,
    /// Logs, when it failed.
    pub logs: String,
    /// How long it took.
    pub time: Duration,
}

/// Runs a seed; the files of one that fails are copied to `keep`.
///
/// # Panics
/// When a part of the simulation itself, or a core in this process, fails in a way that no oracle sees.
pub async fn run(seed: u64, keep: Option<&Path>) -> Outcome {
    let start = Instant::now();
    let world = Arc::new(World::new(Plan::draw(seed)).await);
    world.begin().await;
    let mut devices = Devices::start(&world);
    let mut tasks = std::mem::take(&mut devices.tasks);
    let wrong = tokio::select! {
        wrong = weather(&world, &devices) => wrong,
        () = sleep(LIMIT) => vec![format!("it did not end within {LIMIT:?}")],
        Some(ended) = tasks.join_next() => match ended {
            Err(error) => vec![format!("a device's task failed: {error}")],
            Ok(()) => vec!["a device's task ended".to_owned()],
        },
    };
    if let Some(keep) = keep.filter(|_| !wrong.is_empty()) {
        let folder = keep.join(format!("seed-{seed}"));
        world
            .keep(&folder)
            .await
            .expect("a folder to keep files in");
    }
    let logs = match wrong.is_empty() {
        true => String::new(),
        false => world.logs().await,
    };
    Outcome {
        seed,
        wrong,
        actions: world.actions(),
        refusals: world.refusals(),
        faults: Arc::clone(&world.counts),
        logs,
        time: start.elapsed(),
    }
}

/// Storms and calms; answers what did not hold.
async fn weather(world: &World, devices: &Devices) -> Vec<String> {
    for (number, steps) in world.plan.storms.iter().enumerate() {
        devices.storm(world, steps).await;
        devices.calm(world).await;
        for part in ["the storm", "everybody wrote to everybody"] {
            let settled = calm::settle(world).await;
            if let Err(wrong) = settled.and_then(|()| calm::rest(world)) {
                let when = format!("after {part}, round {}: ", number + 1);
                return wrong
                    .into_iter()
                    .map(|words| when.clone() + &words)
                    .collect();
            }
            if part == "the storm" {
                calm::probe(world).await;
            }
        }
    }
    Vec::new()
}
