//! What unit tests of this crate share.

use pipit_store::{HistoryKey, KEY_LEN, Profile, Transaction};

use crate::error::ClientError;

/// Works in a transaction of a new, empty history.
pub(crate) async fn with_store(
    work: impl FnOnce(&Transaction<'_>) -> Result<(), ClientError> + Send + 'static,
) {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::take(folder.path()).unwrap();
    let store = profile.open(HistoryKey::new([7; KEY_LEN])).unwrap();
    let done = store.write(move |transaction| work(transaction)).await;
    done.unwrap();
}
