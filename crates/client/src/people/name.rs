//! What one calls somebody.

use std::sync::Arc;

use pipit_domain::{AccountId, Redacted, limits};

use crate::client::Client;
use crate::error::ClientError;
use crate::sync::{self, Change};

/// A name as it can be kept: one line without space around it, at most
/// [`limits::DISPLAY_NAME_LEN_MAX`] bytes.
///
/// # Errors
/// [`ClientError::Name`] when it is longer, or holds control characters.
pub(crate) fn one_line(name: &str) -> Result<String, ClientError> {
    let name = name.trim();
    if name.len() > limits::DISPLAY_NAME_LEN_MAX || name.chars().any(char::is_control) {
        return Err(ClientError::Name);
    }
    Ok(name.to_owned())
}

impl Client {
    /// Calls a person by a name of one's own, on all devices and nowhere else; empty takes it back.
    ///
    /// # Errors
    /// [`ClientError::Name`], or the history can't be written.
    pub async fn rename_contact(&self, account: AccountId, name: &str) -> Result<(), ClientError> {
        let session = self.session()?;
        let change = Change::ContactName {
            account,
            name: Redacted(one_line(name)?),
        };
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| sync::record(transaction, &worker, &change))
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_bounded_line() {
        assert_eq!(one_line("  Ines ").unwrap(), "Ines");
        assert_eq!(one_line("").unwrap(), "");
        assert!(one_line(&"x".repeat(limits::DISPLAY_NAME_LEN_MAX)).is_ok());
        for bad in ["two\nlines", &"x".repeat(limits::DISPLAY_NAME_LEN_MAX + 1)] {
            assert!(matches!(one_line(bad), Err(ClientError::Name)));
        }
    }
}
