//! A password as a person types it, brought to one spelling.
//!
//! The rules follow OpaqueString (RFC 8265, section 4.2): every space character becomes U+0020, the
//! text becomes NFC, control characters are refused; letters keep their case and width. So the same
//! password typed on two keyboards or systems gives the same bytes.

use std::fmt;

use pipit_domain::limits;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A password in its one spelling: UTF-8, NFC, 1 to [`limits::PASSWORD_LEN_MAX`] bytes. Never
/// printed, wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why text cannot be used as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer characters than [`limits::PASSWORD_LEN_MIN`] (when choosing), or none at all.
    #[error("use 12 characters or more")]
    TooShort,
    /// More bytes than [`limits::PASSWORD_LEN_MAX`].
    #[error("use a shorter password")]
    TooLong,
    /// A control character, such as a tab or a line break.
    #[error("leave out tabs, line breaks and other control characters")]
    Control,
}

impl Password {
    /// A new password: also checks that it is long enough to be chosen.
    ///
    /// # Errors
    /// Says what to change.
    pub fn choose(text: &str) -> Result<Self, PasswordProblem> {
        let password = Self::enter(text)?;
        if password.0.chars().count() < limits::PASSWORD_LEN_MIN {
            return Err(PasswordProblem::TooShort);
        }
        Ok(password)
    }

    /// A password that exists already, entered to log in: short ones are let through, so that a
    /// later, stricter minimum locks nobody out.
    ///
    /// # Errors
    /// When it is empty, too long or holds control characters, which no chosen password does.
    pub fn enter(text: &str) -> Result<Self, PasswordProblem> {
        if text.len() > limits::PASSWORD_LEN_MAX {
            return Err(PasswordProblem::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordProblem::Control);
        }
        // NFC makes text at most three times as long (Unicode Annex 15), so no growth below leaves
        // an unwiped copy behind.
        let mut normal = Zeroizing::new(String::with_capacity(text.len() * 3));
        normal.extend(
            text.chars()
                .map(|c| if c.is_whitespace() { ' ' } else { c })
                .nfc(),
        );
        match normal.len() {
            0 => Err(PasswordProblem::TooShort),
            len if len > limits::PASSWORD_LEN_MAX => Err(PasswordProblem::TooLong),
            _ => Ok(Self(normal)),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_password_has_one_spelling() {
        let composed = Password::enter("caf\u{e9} au lait").unwrap();
        let decomposed = Password::enter("cafe\u{301}\u{a0}au\u{3000}lait").unwrap();
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
        assert_ne!(
            Password::enter("Café au lait").unwrap().as_bytes(),
            composed.as_bytes()
        );
    }

    #[test]
    fn what_cannot_be_a_password_says_why() {
        assert_eq!(
            Password::choose("elevenchars").unwrap_err(),
            PasswordProblem::TooShort
        );
        assert_eq!(Password::enter("").unwrap_err(), PasswordProblem::TooShort);
        assert_eq!(
            Password::enter(&"a".repeat(1025)).unwrap_err(),
            PasswordProblem::TooLong
        );
        assert_eq!(
            Password::enter("tab\tinside it").unwrap_err(),
            PasswordProblem::Control
        );
        assert!(Password::choose("twelve chars").is_ok());
        assert!(Password::enter("short").is_ok());
    }

    #[test]
    fn it_does_not_print() {
        assert_eq!(
            format!("{:?}", Password::enter("hunter2").unwrap()),
            "Password([redacted])"
        );
    }

    proptest::proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{1,40}") {
            if let Ok(once) = Password::enter(&text) {
                let again = Password::enter(&once.0).unwrap();
                proptest::prop_assert_eq!(once.as_bytes(), again.as_bytes());
            }
        }
    }
}
