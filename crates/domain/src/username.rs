//! Usernames: what an account is found by, checked in one place for client and server.

use std::fmt;

use crate::limits;

/// A valid username: lower-case `a-z`, `0-9`, and single `.`, `_` or `-` between them, 3 to 32
/// characters. One spelling each, so that two names that look alike to a reader are not two
/// accounts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(String);

/// Why text is not a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsernameProblem {
    /// Fewer characters than [`limits::USERNAME_LEN_MIN`].
    #[error("use 3 characters or more")]
    TooShort,
    /// More characters than [`limits::USERNAME_LEN_MAX`].
    #[error("use 32 characters or fewer")]
    TooLong,
    /// A character, or a place for one, that is not allowed.
    #[error("use a to z, 0 to 9, and single dots, dashes or underscores between them")]
    Characters,
}

impl Username {
    /// Reads a username as a person types it: surrounding spaces and a leading `@` go, capitals
    /// become small.
    ///
    /// # Errors
    /// Says what to change.
    pub fn parse(text: &str) -> Result<Self, UsernameProblem> {
        let text = text.trim();
        let name = text.strip_prefix('@').unwrap_or(text).to_ascii_lowercase();
        let is_mark = |c: u8| matches!(c, b'.' | b'_' | b'-');
        let bytes = name.as_bytes();
        if !bytes
            .iter()
            .all(|&c| c.is_ascii_lowercase() || c.is_ascii_digit() || is_mark(c))
        {
            return Err(UsernameProblem::Characters);
        }
        if bytes.len() < limits::USERNAME_LEN_MIN {
            return Err(UsernameProblem::TooShort);
        }
        if bytes.len() > limits::USERNAME_LEN_MAX {
            return Err(UsernameProblem::TooLong);
        }
        let edge = is_mark(bytes[0]) || is_mark(bytes[bytes.len() - 1]);
        if edge
            || bytes
                .windows(2)
                .any(|pair| is_mark(pair[0]) && is_mark(pair[1]))
        {
            return Err(UsernameProblem::Characters);
        }
        Ok(Self(name))
    }

    /// The name as it is stored and compared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names are personal: logs don't show them.
impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Username([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_one_spelling() {
        assert_eq!(Username::parse(" @Mara.L ").unwrap().as_str(), "mara.l");
    }

    #[test]
    fn bad_names_say_what_to_change() {
        for (text, problem) in [
            ("ab", UsernameProblem::TooShort),
            ("", UsernameProblem::TooShort),
            (&"a".repeat(33)[..], UsernameProblem::TooLong),
            ("mára", UsernameProblem::Characters),
            ("a b c", UsernameProblem::Characters),
            (".mara", UsernameProblem::Characters),
            ("mara-", UsernameProblem::Characters),
            ("ma..ra", UsernameProblem::Characters),
        ] {
            assert_eq!(Username::parse(text), Err(problem), "{text}");
        }
    }
}
