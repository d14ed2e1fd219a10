//! Where a profile lies on disk, and the identity that two windows of one profile share.
//!
//! Not what is inside: the core owns that. Called by `main` once.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// The app's name towards the system: folder names, D-Bus names, window grouping.
const IDENTIFIER: &str = "org.pipit.desktop";

/// Why a profile cannot be used.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// The system names no folder for this person's data.
    #[error("This account has no folder for app data. Name one with --data-dir FOLDER.")]
    NoHome,
    /// The folder cannot be made or resolved.
    #[error("Pipit cannot use the folder {folder}: {source}. Name another with --data-dir FOLDER.")]
    Folder {
        /// The folder that was tried.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// One person's account and messages on this computer.
#[derive(Debug, Clone)]
pub struct Profile {
    folder: PathBuf,
    is_usual: bool,
}

impl Profile {
    /// Makes sure that the profile's folder is there, readable by its owner only.
    ///
    /// # Errors
    /// [`ProfileError`]; nothing is left half made.
    pub fn open(name: &str, data_dir: Option<&Path>) -> Result<Self, ProfileError> {
        let folder = match data_dir {
            Some(folder) => folder.to_owned(),
            None => dirs::data_dir()
                .ok_or(ProfileError::NoHome)?
                .join("pipit")
                .join("profiles")
                .join(name),
        };
        let is_usual = data_dir.is_none() && name == "default";
        let failed = |source| ProfileError::Folder {
            folder: folder.clone(),
            source,
        };
        fs::create_dir_all(&folder).map_err(failed)?;
        crate::platform::make_private(&folder).map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        Ok(Self { folder, is_usual })
    }

    /// The core's folder: database and keys.
    pub fn core_dir(&self) -> PathBuf {
        self.folder.join("core")
    }

    /// The webview's own folder: its caches and local storage.
    pub fn webview_dir(&self) -> PathBuf {
        self.folder.join("webview")
    }

    /// Where the window's size and place are remembered.
    pub fn window_file(&self) -> PathBuf {
        self.folder.join("window.json")
    }

    /// The app's identifier for this profile: a second start of the same profile wakes the first,
    /// another profile gets a window of its own.
    ///
    /// **Shape**: dot-separated words of letters, digits and hyphens, none starting with a digit, as
    /// D-Bus asks.
    pub fn identifier(&self) -> String {
        if self.is_usual {
            IDENTIFIER.to_owned()
        } else {
            format!(
                "{IDENTIFIER}.p{:016x}",
                fnv1a(self.folder.as_os_str().as_encoded_bytes())
            )
        }
    }
}

/// FNV-1a, 64 bits: tells a handful of local paths apart. Not for anything an attacker chooses.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_are_two_identities_and_one_folder_is_one() {
        let base = tempfile::tempdir().expect("a temporary folder");
        let open = |name: &str| {
            Profile::open("default", Some(&base.path().join(name))).expect("the folder is made")
        };
        assert_eq!(open("ines").identifier(), open("ines").identifier());
        assert_ne!(open("ines").identifier(), open("oskar").identifier());
    }

    #[test]
    fn a_file_in_the_folders_place_is_refused_and_left_alone() {
        let base = tempfile::tempdir().expect("a temporary folder");
        let taken = base.path().join("taken");
        fs::write(&taken, "mine").expect("written");
        let error = Profile::open("default", Some(&taken)).expect_err("a file is no folder");
        assert!(error.to_string().contains("--data-dir"), "{error}");
        assert_eq!(fs::read_to_string(&taken).expect("still there"), "mine");
    }
}
