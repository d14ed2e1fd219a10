//! The profile's folder and the files in it: the one place of this crate that knows operating systems.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

/// Makes the folder so that only its owner can look inside. On Windows, folders below a user's own
/// are private already.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file anew, which only its owner can read; on the disk when this returns.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    remove(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives a file that is complete the place of another in the same folder: at any moment one of them is there.
pub(crate) fn put_in_place(from: &Path, to: &Path) -> std::io::Result<()> {
    File::options().write(true).open(from)?.sync_all()?;
    std::fs::rename(from, to)?;
    // Only Unix lets a folder be written out; elsewhere the rename is as safe as the system makes it.
    #[cfg(unix)]
    if let Some(folder) = to.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
