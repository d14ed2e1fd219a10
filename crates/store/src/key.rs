//! The key of a history, and the file beside it that tells where the key lies.
//!
//! The file never changes while its history is there: without it, or without what it points to, the history stays
//! shut. It is written whole or not at all.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::folder;

/// Bytes of a key: it is used as it is, without a password between.
pub const KEY_LEN: usize = 32;
const FILE_NAME: &str = "history.key";
const NEW_NAME: &str = "history.key.new";
const VERSION: u32 = 1;
/// Longer than any that this code writes.
const FILE_LEN_MAX: u64 = 4096;
/// A key is recognised by so much of its digest, which tells nothing about the key.
const CHECK_LEN: usize = 8;

/// The key of a history. Wiped from memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct HistoryKey(Zeroizing<[u8; KEY_LEN]>);

impl HistoryKey {
    /// A key of these bytes, which should be random.
    #[must_use]
    pub fn new(bytes: [u8; KEY_LEN]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads what [`HistoryKey::to_hex`] wrote.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 2 * KEY_LEN {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let mut key = Self::new([0; KEY_LEN]);
        for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
        }
        Some(key)
    }

    /// As lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = Zeroizing::new(String::with_capacity(2 * KEY_LEN));
        for byte in self.0.iter() {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text
    }

    /// What SQLCipher takes for the key itself, where other words would be a password.
    pub(crate) fn to_literal(&self) -> Zeroizing<String> {
        let hex = self.to_hex();
        let mut literal = Zeroizing::new(String::with_capacity(hex.len() + 3));
        literal.push_str("x'");
        literal.push_str(&hex);
        literal.push('\'');
        literal
    }

    /// Words by which this key is told from another.
    fn check(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(b"pipit history key");
        digest.update(*self.0);
        let digest = digest.finalize();
        digest[..CHECK_LEN]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for HistoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HistoryKey")
    }
}

/// Why the file that tells of the key is of no use. It was not touched.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Not what this program writes.
    #[error("{0} is damaged: without it the history cannot be opened; restore it from a copy")]
    Damaged(PathBuf),
    /// A newer version of Pipit wrote it.
    #[error("the key was kept by a newer version of Pipit; update Pipit to open this history")]
    Newer,
    /// The system.
    #[error("the file of the key could not be used: {0}")]
    File(#[from] std::io::Error),
}

/// Where the key of a profile lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// In this file, beside the history.
    File(HistoryKey),
    /// In the system's keychain.
    Keychain {
        /// Under this name.
        entry: String,
        /// What [`KeyPlace::fits`] looks at.
        check: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
}

/// The file: one JSON object.
#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    #[serde(flatten)]
    place: WrittenPlace,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "place", rename_all = "camelCase")]
enum WrittenPlace {
    File { key: Zeroizing<String> },
    Keychain { entry: String, check: String },
}

impl KeyPlace {
    /// That a key lies in the keychain, under this name.
    #[must_use]
    pub fn in_keychain(entry: String, key: &HistoryKey) -> Self {
        let check = key.check();
        Self::Keychain { entry, check }
    }

    /// Whether a key is the one that was put there.
    #[must_use]
    pub fn fits(&self, key: &HistoryKey) -> bool {
        match self {
            Self::File(kept) => kept == key,
            Self::Keychain { check, .. } => *check == key.check(),
        }
    }

    /// What the profile's folder tells; `None` where nothing was written yet.
    ///
    /// # Errors
    /// When the file is there and is not one of ours, or can't be read.
    pub fn read(profile: &Path) -> Result<Option<Self>, KeyFileError> {
        let path = profile.join(FILE_NAME);
        let len = match path.metadata() {
            Ok(file) => file.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let damaged = || KeyFileError::Damaged(path.clone());
        if len > FILE_LEN_MAX {
            return Err(damaged());
        }
        let text = Zeroizing::new(std::fs::read(&path)?);
        let head: Head = serde_json::from_slice(&text).map_err(|_| damaged())?;
        if head.version > VERSION {
            return Err(KeyFileError::Newer);
        }
        let written: Written = serde_json::from_slice(&text).map_err(|_| damaged())?;
        Ok(Some(match written.place {
            WrittenPlace::File { key } => {
                Self::File(HistoryKey::from_hex(&key).ok_or_else(damaged)?)
            }
            WrittenPlace::Keychain { entry, check } => Self::Keychain { entry, check },
        }))
    }

    /// Writes it into the profile's folder, for its owner alone; on disk when this answers.
    ///
    /// # Errors
    /// When the file can't be written: what was there stays.
    pub fn write(&self, profile: &Path) -> Result<(), KeyFileError> {
        let written = Written {
            version: VERSION,
            place: match self {
                Self::File(key) => WrittenPlace::File { key: key.to_hex() },
                Self::Keychain { entry, check } => WrittenPlace::Keychain {
                    entry: entry.clone(),
                    check: check.clone(),
                },
            },
        };
        let text = serde_json::to_vec(&written).map_err(std::io::Error::from)?;
        let text = Zeroizing::new(text);
        folder::write_private(&profile.join(NEW_NAME), &text)?;
        folder::put_in_place(&profile.join(NEW_NAME), &profile.join(FILE_NAME))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> HistoryKey {
        HistoryKey::new([byte; KEY_LEN])
    }

    #[test]
    fn what_is_written_is_read_and_a_key_knows_itself() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(KeyPlace::read(folder.path()).unwrap(), None);
        for place in [
            KeyPlace::File(key(7)),
            KeyPlace::in_keychain("somewhere".to_owned(), &key(7)),
        ] {
            place.write(folder.path()).unwrap();
            assert_eq!(KeyPlace::read(folder.path()).unwrap(), Some(place.clone()));
            assert!(place.fits(&key(7)) && !place.fits(&key(8)));
        }
        assert_eq!(HistoryKey::from_hex(&key(0xa5).to_hex()), Some(key(0xa5)));
        assert_eq!(HistoryKey::from_hex(&"g".repeat(64)), None);
        assert_eq!(HistoryKey::from_hex("a5"), None);
    }

    #[test]
    fn what_points_to_the_keychain_does_not_hold_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let place = KeyPlace::in_keychain("somewhere".to_owned(), &key(0xa5));
        place.write(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        assert!(!text.contains("a5a5"), "{text}");
        assert!(!format!("{:?}", KeyPlace::File(key(0xa5))).contains("165"));
    }

    #[test]
    fn what_is_no_file_of_ours_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let long = " ".repeat(5000);
        for text in [
            "",
            "{}",
            "a letter",
            r#"{"version":1,"place":"file","key":"a5"}"#,
            r#"{"version":1,"place":"elsewhere"}"#,
            &long,
        ] {
            std::fs::write(&path, text).unwrap();
            let refused = KeyPlace::read(folder.path());
            assert!(
                matches!(refused, Err(KeyFileError::Damaged(_))),
                "{refused:?}"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        std::fs::write(&path, r#"{"version":2,"place":"the moon"}"#).unwrap();
        let refused = KeyPlace::read(folder.path());
        assert!(matches!(refused, Err(KeyFileError::Newer)), "{refused:?}");
    }
}
