//! The keychain of the system: a few words kept under a name, for this person on this computer.
//!
//! On Linux it is the Secret Service on the session's D-Bus (GNOME Keyring, KWallet, KeePassXC), on macOS the
//! Keychain, on Windows the Credential Manager. What is kept there, and what happens where there is none, is the
//! client's to decide; nothing here knows histories or files.

use std::fmt;

use keyring::{Entry, Error};
use zeroize::Zeroizing;

/// What the entries of this program are listed under.
const SERVICE: &str = "org.pipit.desktop";

/// Keeps secrets by name.
///
/// Each call may wait for a person who is asked to unlock the keychain.
pub trait Keychain: Send + Sync + fmt::Debug {
    /// What is kept under this name.
    ///
    /// # Errors
    /// When there is no keychain, or it stays locked.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeychainError>;

    /// Keeps a secret under a name, in the place of what was there.
    ///
    /// # Errors
    /// As [`Keychain::read`].
    fn write(&self, name: &str, secret: &str) -> Result<(), KeychainError>;
}

/// The keychain can't be used. It carries no words of the system's: they could name what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// This computer has none, or nothing answers for it.
    #[error("this computer has no keychain that answers")]
    None,
    /// It is locked, and was not unlocked.
    #[error("the keychain of this computer is locked")]
    Locked,
}

/// The keychain that the system has.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeychain;

impl Keychain for SystemKeychain {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
        match entry(name)?.get_password() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(cause(&error)),
        }
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), KeychainError> {
        entry(name)?
            .set_password(secret)
            .map_err(|error| cause(&error))
    }
}

fn entry(name: &str) -> Result<Entry, KeychainError> {
    Entry::new(SERVICE, name).map_err(|error| cause(&error))
}

fn cause(error: &Error) -> KeychainError {
    match error {
        Error::NoStorageAccess(_) => KeychainError::Locked,
        _ => KeychainError::None,
    }
}
