//! How a back end fails, and the shape of its answers.

use std::pin::Pin;

/// Why the store could not answer. Nothing of the request was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// More requests wait than the queue holds: try again shortly.
    #[error("the store has too much to do")]
    Busy,
    /// The disk is full, or the database can't be written now: try again later.
    #[error("the store can't be written")]
    Unavailable,
    /// Stored bytes are not what was written.
    #[error("the store is damaged")]
    Corrupt,
    /// The store is stopping.
    #[error("the store is closed")]
    Closed,
}

/// What a port's method returns: a future that needs no runtime of its own.
///
/// The request enters the store's queue when the method is called, not when the future is first
/// polled, so the order of calls is the order of effects. Dropping the future loses the answer, not
/// the effect.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;
