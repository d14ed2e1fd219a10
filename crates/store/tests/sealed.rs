//! The history is encrypted on disk, and one that was not becomes so without a moment at which it is lost.

mod profile;

use std::path::{Path, PathBuf};

use pipit_store::table::account;
use pipit_store::{Connection, HistoryFile, HistoryKey, KEY_LEN, Profile, StoreError};

const WORDS: &str = "the heron nests behind the old mill";

fn file(folder: &Path) -> PathBuf {
    folder.join("history.sqlite")
}

fn until_free(folder: &Path) {
    let lock = std::fs::File::open(folder.join("profile.lock")).unwrap();
    lock.lock().unwrap();
}

fn contains(folder: &Path, words: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.into_iter().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes
            .windows(words.len())
            .any(|window| window == words.as_bytes())
    })
}

/// A history as an earlier version kept it: the same tables, with a draft in its log.
fn make_plain(folder: &Path) -> Connection {
    drop(profile::open(folder).unwrap());
    until_free(folder);
    let sealed = profile::raw(folder);
    let plain = folder.join("plain");
    sealed
        .execute("ATTACH DATABASE ?1 AS plain KEY ''", [plain.to_str()])
        .unwrap();
    sealed
        .query_row("SELECT sqlcipher_export('plain')", [], |_| Ok(()))
        .unwrap();
    let version: i64 = sealed
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    sealed
        .pragma_update(Some("plain"), "user_version", version)
        .unwrap();
    drop(sealed);
    for beside in ["sqlite-wal", "sqlite-shm"] {
        let _ = std::fs::remove_file(file(folder).with_extension(beside));
    }
    std::fs::rename(plain, file(folder)).unwrap();
    let connection = Connection::open(file(folder)).unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    connection
        .execute(
            "INSERT INTO conversation (conversation_id, kind, draft, updated_at)
             VALUES (zeroblob(16), 1, ?1, 1)",
            [WORDS],
        )
        .unwrap();
    connection
}

fn draft(folder: &Path) -> String {
    profile::raw(folder)
        .query_row("SELECT draft FROM conversation", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn nothing_that_was_written_can_be_read_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(profile::open(folder).unwrap());
    until_free(folder);
    let history = profile::raw(folder);
    history
        .execute(
            "INSERT INTO conversation (conversation_id, kind, draft, updated_at)
             VALUES (zeroblob(16), 1, ?1, 1)",
            [WORDS],
        )
        .unwrap();
    // In the log, and then in the file.
    let log = file(folder).with_extension("sqlite-wal");
    assert!(log.metadata().unwrap().len() > 0);
    assert!(!contains(folder, WORDS));
    history
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
    assert!(!contains(folder, WORDS));
    assert_eq!(draft(folder), WORDS);
}

#[test]
fn another_key_opens_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(profile::open(folder).unwrap());
    until_free(folder);
    let before = std::fs::read(file(folder)).unwrap();
    let other = HistoryKey::new([8; KEY_LEN]);
    let refused = Profile::take(folder).unwrap().open(other);
    assert!(
        matches!(refused, Err(StoreError::Corrupt(_))),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(file(folder)).unwrap(), before);
}

#[tokio::test]
async fn a_plain_history_is_encrypted_with_all_that_is_in_it_and_in_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let plain = make_plain(folder);
    // Copied while the log is there, as a process that was killed leaves it.
    let killed = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), killed.path().join(entry.file_name())).unwrap();
    }
    drop(plain);
    let folder = killed.path();
    assert!(contains(folder, WORDS));
    // Half of an earlier try.
    std::fs::write(file(folder).with_extension("sqlite.new"), "half").unwrap();
    std::fs::write(file(folder).with_extension("sqlite.new-journal"), "half").unwrap();
    let taken = Profile::take(folder).unwrap();
    assert_eq!(taken.history().unwrap(), HistoryFile::Plain);
    let store = taken.open(profile::key()).unwrap();
    assert!(store.read(account::get).await.unwrap().is_none());
    drop(store);
    until_free(folder);
    assert!(!contains(folder, WORDS));
    assert_eq!(draft(folder), WORDS);
    let mut left: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    left.sort();
    assert_eq!(left, ["history.sqlite", "profile.lock"]);
}

#[test]
fn a_damaged_plain_history_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(make_plain(folder));
    let mut bytes = std::fs::read(file(folder)).unwrap();
    bytes[16..4096].fill(0x5a);
    std::fs::write(file(folder), &bytes).unwrap();
    let refused = profile::open(folder);
    assert!(
        matches!(refused, Err(StoreError::Corrupt(_))),
        "{refused:?}"
    );
    assert!(std::fs::read(file(folder)).unwrap() == bytes);
}
