//! A profile's folder, taken by this process before anything in it is read: its key can't be chosen by two.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::key::HistoryKey;
use crate::lock::ProfileLock;
use crate::{Store, StoreError, folder, seal};

const FILE_NAME: &str = "history.sqlite";
/// What every plain SQLite file begins with; of an encrypted one, these bytes are random.
const PLAIN_HEAD: &[u8; 16] = b"SQLite format 3\0";

/// What lies where the history belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryFile {
    /// Nothing, or an empty file.
    None,
    /// A history of before there was encryption.
    Plain,
    /// An encrypted one, or something damaged.
    Sealed,
}

/// A profile of this process's, not open yet.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    lock: ProfileLock,
}

impl Profile {
    /// Takes the profile for this process; makes the folder when it is not there.
    ///
    /// # Errors
    /// When another process has it, or the folder can't be used.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
        folder::make_private(path)?;
        Ok(Self {
            folder: path.to_owned(),
            lock: ProfileLock::take(path)?,
        })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What lies where the history belongs.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn history(&self) -> Result<HistoryFile, StoreError> {
        let file = match std::fs::File::open(self.folder.join(FILE_NAME)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(HistoryFile::None);
            }
            Err(error) => return Err(error.into()),
        };
        let mut head = Vec::new();
        file.take(PLAIN_HEAD.len() as u64).read_to_end(&mut head)?;
        Ok(match &head[..] {
            [] => HistoryFile::None,
            head if head == PLAIN_HEAD => HistoryFile::Plain,
            _ => HistoryFile::Sealed,
        })
    }

    /// Opens (or makes) the history with its key. One that is not encrypted yet becomes so, once: at any moment, and
    /// whatever ends the process, either all of the plain file is there or all of the encrypted one. Blocks for as
    /// long as the disk takes.
    ///
    /// # Errors
    /// When the history is newer, damaged, or of another key: the file stays as it is.
    pub fn open(self, key: HistoryKey) -> Result<Store, StoreError> {
        let file = self.folder.join(FILE_NAME);
        if self.history()? == HistoryFile::Plain {
            seal::seal(&file, &key)?;
        }
        Store::open(&file, key, self.lock)
    }
}
