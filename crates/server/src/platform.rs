//! What differs between operating systems: how a server is told to stop, and private folders.

use std::io;
use std::path::Path;

/// Makes a folder (and those above it) that only this user may read; an existing one stays as it is.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    // On Windows a folder inherits the access list of the one above, which for user and service
    // profiles admits only their owner.
    builder.create(path)
}

/// Waits until the server is told to stop: SIGTERM or Ctrl C.
#[cfg(unix)]
pub(crate) async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

/// Waits until the server is told to stop: Ctrl C, its window closed, or the system going down.
#[cfg(windows)]
pub(crate) async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
    let (mut c, mut close, mut shutdown) = (ctrl_c()?, ctrl_close()?, ctrl_shutdown()?);
    tokio::select! {
        _ = c.recv() => Ok(()),
        _ = close.recv() => Ok(()),
        _ = shutdown.recv() => Ok(()),
    }
}
