//! The contract suite of the ports, on SQLite.

use std::path::Path;
use std::sync::Arc;

use pipit_mailbox::{Announcer, Store};
use pipit_mailbox_sqlite::SqliteStore;

fn open(folder: &Path, announcer: Arc<dyn Announcer>) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(folder, announcer).expect("the folder is good"))
}

pipit_mailbox::contract_tests!(open);
