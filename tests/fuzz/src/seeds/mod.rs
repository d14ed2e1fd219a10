//! Valid inputs, made by our own encoders: what the corpus starts from.
//!
//! `cargo run -p fuzz-tests --bin seeds` writes them to `corpus/` after a format has changed. They come
//! out the same each time, apart from those of [`mls`], which hold fresh keys.

mod ledger;
pub mod mls;
mod password;
mod text;
mod wire;

pub use ledger::ENTRY_MARK as LEDGER_ENTRY_MARK;
pub use password::Passwords;

/// The time that seeds are made at, in milliseconds since 1970 (UTC).
pub const TIME: u64 = 1_700_000_000_000;
/// The server that seed tokens are for.
pub const SERVER_NAME: &str = "localhost";

/// One file of the corpus.
pub struct Seed {
    /// The target that it is for.
    pub target: &'static str,
    /// Its file name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

fn seed(target: &'static str, name: &str, bytes: impl Into<Vec<u8>>) -> Seed {
    Seed {
        target,
        name: name.to_owned(),
        bytes: bytes.into(),
    }
}

/// Every seed that comes out the same each time.
#[must_use]
pub fn all() -> Vec<Seed> {
    [
        text::seeds(),
        wire::seeds(),
        ledger::seeds(),
        password::seeds(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
