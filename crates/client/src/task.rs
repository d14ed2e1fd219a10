//! The client's task owner: the one place that starts tasks.

/// Starts a task that ends by itself when the session or the profile is gone.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the task owner of the client"
)]
pub(crate) fn start(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}
