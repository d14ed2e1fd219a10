//! A wrapper that keeps what it holds out of `Debug` and logs.

use std::fmt;

/// Holds a value whose content must never reach a log, an error text or a `Debug` print: message
/// text, names, keys, tokens, addresses. `Debug` prints `[redacted]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Redacted<T>(pub T);

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> From<T> for Redacted<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        assert_eq!(format!("{:?}", Redacted("secret")), "[redacted]");
    }
}
