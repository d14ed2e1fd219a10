//! Writes the seeds of every target into `corpus/`; with the word `mls` also those of MLS messages, and
//! the group that they fit into `fixtures/`: these have fresh keys each time. Run it after a format has
//! changed; files that others put there stay.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use fuzz_tests::{fixture, seeds};
use pipit_domain::Timestamp;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut written = seeds::all();
    if std::env::args().nth(1).as_deref() == Some("mls") {
        let made = seeds::mls::make(now());
        written.extend(made.seeds);
        for (name, bytes) in made.fixture {
            fs::write(fixture::path(name), bytes)?;
        }
    }
    for seed in written {
        let folder = corpus.join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(seed.name), seed.bytes)?;
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
