//! Writes the seeds of every target into `corpus/`, and the group that MLS seeds fit into `fixtures/`.
//! Run it after a format has changed; files that others put there stay.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use fuzz_tests::{fixture, seeds};
use pipit_domain::Timestamp;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let made = seeds::mls::make(now());
    for seed in seeds::all().into_iter().chain(made.seeds) {
        let folder = corpus.join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(seed.name), seed.bytes)?;
    }
    for (name, bytes) in made.fixture {
        fs::write(fixture::path(name), bytes)?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "OpenMLS holds lifetimes against the same clock"
)]
fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
