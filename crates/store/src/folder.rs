//! The profile's folder: the one place of this crate that knows operating systems.

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
