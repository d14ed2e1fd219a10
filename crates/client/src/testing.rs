//! What unit tests of this crate share.

use pipit_store::{Store, Transaction};

use crate::error::ClientError;

/// Works in a transaction of a new, empty history.
pub(crate) async fn with_store(
    work: impl FnOnce(&Transaction<'_>) -> Result<(), ClientError> + Send + 'static,
) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let done = store.write(move |transaction| work(transaction)).await;
    done.unwrap();
}
