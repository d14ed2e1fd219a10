//! Opening a profile's history, with the key that all of these tests use.
#![allow(dead_code, reason = "not every test file needs all of it")]

use std::path::Path;

use pipit_store::{Connection, HistoryKey, KEY_LEN, Profile, Store, StoreError};

pub fn key() -> HistoryKey {
    HistoryKey::new([7; KEY_LEN])
}

pub fn open(folder: &Path) -> Result<Store, StoreError> {
    Profile::take(folder)?.open(key())
}

/// Past the store.
pub fn raw(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("history.sqlite")).unwrap();
    let unlock = format!("PRAGMA key = \"x'{}'\"", *key().to_hex());
    connection.execute_batch(&unlock).unwrap();
    connection
}
