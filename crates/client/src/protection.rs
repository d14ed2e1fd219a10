//! The key of the history: where it lies, and opening the history with it.
//!
//! It is made once, and put into the system's keychain; where there is none, into a file beside the history, and the
//! screen says so. A history that is there is opened with its own key or not at all: no other key is made for it, and
//! nothing is written over it.

use std::path::Path;

use data_encoding::HEXLOWER;
use pipit_keychain::{Keychain, KeychainError};
use pipit_store::{HistoryFile, HistoryKey, KeyFileError, KeyPlace, Profile, Store};

use crate::clock;
use crate::error::ClientError;

/// Bytes of a name in the keychain: no two profiles have the same.
const ENTRY_LEN: usize = 16;

/// Who keeps the key of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKeeper {
    /// The system's keychain.
    Keychain,
    /// A file in the profile's folder: whoever can copy the folder can read the history.
    File,
}

/// Why there is no key for a history. It was not touched.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The keychain can't be asked.
    #[error(
        "the key of this history lies in the keychain of this computer: {0}; unlock it and try again"
    )]
    Keychain(KeychainError),
    /// This program was told not to ask the keychain.
    #[error(
        "the key of this history lies in the keychain of this computer; start with --keychain to use it"
    )]
    NotAsked,
    /// The keychain does not have it.
    #[error(
        "the keychain of this computer does not have the key of this history; restore the keychain, or move the profile's folder away to start anew"
    )]
    Gone,
    /// The keychain has another.
    #[error(
        "the keychain of this computer has another key than this history's; restore the keychain, or move the profile's folder away to start anew"
    )]
    Other,
    /// Nothing tells where the key lies.
    #[error(
        "the file history.key is missing, which tells where the key of this history lies; restore it from a copy, or move the profile's folder away to start anew"
    )]
    NoFile,
    /// What tells it is damaged, or can't be read or written.
    #[error(transparent)]
    File(#[from] KeyFileError),
}

/// Opens a profile's history with its key, and makes both where there are none. Blocks, also for a person who is
/// asked to unlock the keychain.
///
/// # Errors
/// When there is a history and no key for it, or it can't be opened.
pub(crate) fn open(
    folder: &Path,
    keychain: Option<&dyn Keychain>,
) -> Result<(Store, KeyKeeper), ClientError> {
    let profile = Profile::take(folder)?;
    let (key, keeper) = match KeyPlace::read(profile.folder()).map_err(KeyError::from)? {
        Some(place) => find(&place, keychain)?,
        None if profile.history()? == HistoryFile::Sealed => return Err(KeyError::NoFile.into()),
        None => make(profile.folder(), keychain)?,
    };
    Ok((profile.open(key)?, keeper))
}

fn find(
    place: &KeyPlace,
    keychain: Option<&dyn Keychain>,
) -> Result<(HistoryKey, KeyKeeper), KeyError> {
    let entry = match place {
        KeyPlace::File(key) => return Ok((key.clone(), KeyKeeper::File)),
        KeyPlace::Keychain { entry, .. } => entry,
    };
    let keychain = keychain.ok_or(KeyError::NotAsked)?;
    let kept = keychain.read(entry).map_err(KeyError::Keychain)?;
    let kept = kept.ok_or(KeyError::Gone)?;
    let key = HistoryKey::from_hex(&kept).filter(|key| place.fits(key));
    Ok((key.ok_or(KeyError::Other)?, KeyKeeper::Keychain))
}

/// A new key, kept before it is used. When this ends half-way, a name in the keychain is left that nothing uses.
fn make(
    folder: &Path,
    keychain: Option<&dyn Keychain>,
) -> Result<(HistoryKey, KeyKeeper), KeyError> {
    let key = HistoryKey::new(clock::random());
    if let Some(keychain) = keychain {
        let entry = random_entry();
        if is_kept(keychain, &entry, &key) {
            KeyPlace::in_keychain(entry, &key).write(folder)?;
            return Ok((key, KeyKeeper::Keychain));
        }
    }
    KeyPlace::File(key.clone()).write(folder)?;
    Ok((key, KeyKeeper::File))
}

/// Whether the keychain has taken a key, and gives it back.
fn is_kept(keychain: &dyn Keychain, entry: &str, key: &HistoryKey) -> bool {
    let hex = key.to_hex();
    let kept = keychain
        .write(entry, &hex)
        .and_then(|()| keychain.read(entry));
    match kept {
        Ok(kept) => kept == Some(hex),
        Err(error) => {
            tracing::warn!("the key of the history lies beside it: {error}");
            false
        }
    }
}

fn random_entry() -> String {
    let bytes: [u8; ENTRY_LEN] = clock::random();
    format!("history-{}", HEXLOWER.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use pipit_store::StoreError;
    use zeroize::Zeroizing;

    use super::*;

    /// A keychain in memory.
    #[derive(Debug, Default)]
    struct Fake {
        kept: Mutex<HashMap<String, String>>,
        problem: Mutex<Option<KeychainError>>,
    }

    impl Fake {
        fn fails(&self, problem: Option<KeychainError>) {
            *self.problem.lock().unwrap() = problem;
        }

        fn works(&self) -> Result<(), KeychainError> {
            match *self.problem.lock().unwrap() {
                Some(problem) => Err(problem),
                None => Ok(()),
            }
        }
    }

    impl Keychain for Fake {
        fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
            self.works()?;
            Ok(self
                .kept
                .lock()
                .unwrap()
                .get(name)
                .cloned()
                .map(Zeroizing::new))
        }

        fn write(&self, name: &str, secret: &str) -> Result<(), KeychainError> {
            self.works()?;
            let mut kept = self.kept.lock().unwrap();
            kept.insert(name.to_owned(), secret.to_owned());
            Ok(())
        }
    }

    /// Opens and closes it.
    fn visit(folder: &Path, keychain: Option<&Fake>) -> Result<KeyKeeper, ClientError> {
        let keychain = keychain.map(|fake| fake as &dyn Keychain);
        let (store, keeper) = open(folder, keychain)?;
        drop(store);
        let lock = std::fs::File::open(folder.join("profile.lock")).unwrap();
        lock.lock().unwrap();
        Ok(keeper)
    }

    fn history(folder: &Path) -> Vec<u8> {
        std::fs::read(folder.join("history.sqlite")).unwrap()
    }

    #[test]
    fn the_key_lies_in_the_keychain_and_nowhere_in_the_folder() {
        let (folder, keychain) = (tempfile::tempdir().unwrap(), Fake::default());
        let folder = folder.path();
        for _ in 0..2 {
            let keeper = visit(folder, Some(&keychain)).unwrap();
            assert_eq!(keeper, KeyKeeper::Keychain);
        }
        let kept = keychain.kept.lock().unwrap();
        assert_eq!(kept.len(), 1, "made once");
        let key = kept.values().next().unwrap();
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(key.as_str()));
        }
    }

    #[test]
    fn without_a_keychain_the_key_lies_beside_the_history_and_stays_there() {
        let (folder, keychain) = (tempfile::tempdir().unwrap(), Fake::default());
        let folder = folder.path();
        keychain.fails(Some(KeychainError::None));
        assert_eq!(visit(folder, Some(&keychain)).unwrap(), KeyKeeper::File);
        keychain.fails(None);
        assert_eq!(visit(folder, Some(&keychain)).unwrap(), KeyKeeper::File);
        assert_eq!(visit(folder, None).unwrap(), KeyKeeper::File);
    }

    #[test]
    fn without_its_own_key_a_history_stays_shut_and_as_it_is() {
        let (folder, keychain) = (tempfile::tempdir().unwrap(), Fake::default());
        let folder = folder.path();
        visit(folder, Some(&keychain)).unwrap();
        let before = history(folder);
        let refused = |keychain: Option<&Fake>| match visit(folder, keychain) {
            Err(ClientError::Key(error)) => error,
            other => panic!("{other:?}"),
        };
        keychain.fails(Some(KeychainError::Locked));
        let error = refused(Some(&keychain));
        assert!(matches!(error, KeyError::Keychain(KeychainError::Locked)));
        keychain.fails(None);
        assert!(matches!(refused(None), KeyError::NotAsked));
        let (name, key) = keychain.kept.lock().unwrap().drain().next().unwrap();
        assert!(matches!(refused(Some(&keychain)), KeyError::Gone));
        for other in ["", &"0".repeat(64)] {
            keychain.write(&name, other).unwrap();
            assert!(matches!(refused(Some(&keychain)), KeyError::Other));
        }
        keychain.write(&name, &key).unwrap();
        let file = folder.join("history.key");
        let told = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(refused(Some(&keychain)), KeyError::NoFile));
        std::fs::write(&file, "a letter").unwrap();
        assert!(matches!(refused(Some(&keychain)), KeyError::File(_)));
        assert_eq!(history(folder), before, "nothing was written");

        std::fs::write(&file, told).unwrap();
        visit(folder, Some(&keychain)).unwrap();
    }

    #[test]
    fn a_history_of_another_key_is_damaged_and_stays_as_it_is() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        visit(one.path(), None).unwrap();
        visit(other.path(), None).unwrap();
        let foreign = history(one.path());
        std::fs::write(other.path().join("history.sqlite"), &foreign).unwrap();
        let refused = visit(other.path(), None);
        assert!(
            matches!(refused, Err(ClientError::Store(StoreError::Corrupt(_)))),
            "{refused:?}"
        );
        assert_eq!(history(other.path()), foreign);
    }
}
