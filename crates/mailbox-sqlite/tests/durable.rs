//! What SQLite adds to the contract: grouping, the lock, and stored bytes that go away.

use std::path::Path;
use std::sync::Arc;

use pipit_mailbox::contract::Recorder;
use pipit_mailbox::{Directory, Store, StoreError};
use pipit_mailbox_sqlite::{OpenError, SqliteStore};

fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(folder, Arc::new(Recorder::default()))
}

#[tokio::test]
async fn requests_that_wait_share_a_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let answers: Vec<_> = (0..1000).map(|_| store.secret("shared", vec![1])).collect();
    for answer in answers {
        assert_eq!(answer.await, Ok(vec![1]));
    }
    let stats = store.write_stats();
    assert_eq!(stats.requests, 1000);
    assert!(stats.commits < 500, "{} commits", stats.commits);
}

#[tokio::test]
async fn a_flood_is_told_to_wait_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let answers: Vec<_> = (0..50_000)
        .map(|_| store.secret("shared", vec![1]))
        .collect();
    let mut busy = 0;
    for answer in answers {
        match answer.await {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error, StoreError::Busy);
                busy += 1;
            }
        }
    }
    assert!(busy > 0);
    assert_eq!(store.check().await, Ok(()));
}

#[test]
fn a_folder_belongs_to_one_store() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    assert!(matches!(open(folder.path()), Err(OpenError::InUse(_))));
    drop(first);
    assert!(open(folder.path()).is_ok());
}

#[test]
fn the_schema_is_strict_and_has_the_version_of_the_code() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let database = rusqlite::Connection::open(folder.path().join("server.sqlite3")).unwrap();
    let version: u32 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 5);
    let loose: Vec<String> = database
        .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(loose.is_empty(), "{loose:?}");
}
