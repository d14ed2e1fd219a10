//! What a profile keeps on disk, opened past its client with the client's own key.

use std::io::Read as _;
use std::path::Path;

use pipit_store::{Connection, HistoryKey, KeyPlace, Profile, Store};

/// The key of a profile's history; the clients of tests keep it in the profile.
///
/// # Panics
/// When it lies elsewhere.
#[must_use]
pub fn key(profile: &Path) -> HistoryKey {
    match KeyPlace::read(profile).expect("the file of the key") {
        Some(KeyPlace::File(key)) => key,
        place => panic!("the key lies elsewhere: {place:?}"),
    }
}

/// A connection of its own to a profile's history, beside the client's when that runs.
///
/// # Panics
/// When there is no history, or it is of another key.
#[must_use]
pub fn history(profile: &Path) -> Connection {
    let file = profile.join("history.sqlite");
    assert!(file.is_file(), "there is no {}", file.display());
    let connection = Connection::open(file).expect("a history");
    let unlock = format!("PRAGMA key = \"x'{}'\"", *key(profile).to_hex());
    connection.execute_batch(&unlock).expect("a key");
    let count = "SELECT count(*) FROM sqlite_master";
    let tables: i64 = connection
        .query_row(count, [], |row| row.get(0))
        .expect("a history of this key");
    assert!(tables > 0, "the history is empty");
    connection
}

/// Whether a profile's history is not encrypted.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn is_plain(profile: &Path) -> bool {
    let mut head = [0; 16];
    std::fs::File::open(profile.join("history.sqlite"))
        .and_then(|mut file| file.read_exact(&mut head))
        .expect("a history");
    head == *b"SQLite format 3\0"
}

/// Makes the history of a client that has ended what a version without encryption kept: plain, with nothing that
/// tells of a key. `more` is run in it.
///
/// # Panics
/// When the history can't be read or written.
pub fn make_plain(profile: &Path, more: &str) {
    let (file, copy) = (profile.join("history.sqlite"), profile.join("plain"));
    let sealed = history(profile);
    sealed
        .execute("ATTACH DATABASE ?1 AS plain KEY ''", [copy.to_str()])
        .expect("a second file");
    sealed
        .query_row("SELECT sqlcipher_export('plain')", [], |_| Ok(()))
        .expect("a copy");
    let version: i64 = sealed
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("a version");
    sealed
        .pragma_update(Some("plain"), "user_version", version)
        .expect("it can be set");
    drop(sealed);
    std::fs::rename(copy, &file).expect("it can be put in place");
    std::fs::remove_file(profile.join("history.key")).expect("there is a key");
    let plain = Connection::open(&file).expect("a plain history");
    plain.execute_batch(more).expect("it can be written");
}

/// The store of a profile whose client has ended.
///
/// # Panics
/// When it can't be opened.
#[must_use]
pub fn store(profile: &Path) -> Store {
    Profile::take(profile)
        .and_then(|taken| taken.open(key(profile)))
        .expect("the history of a device that is off")
}
