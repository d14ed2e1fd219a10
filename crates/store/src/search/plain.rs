//! The part of a message's text that people see: what is searched and what a hit shows. Pure.

use std::borrow::Cow;

/// Follows the name in a mention: `[@Name](pipit:account:<64 hexadecimal digits>)`.
const MENTION: &str = "](pipit:account:";

/// The text with mentions as `@Name`.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(MENTION) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MENTION) {
        let (before, after) = (&rest[..at], &rest[at + MENTION.len()..]);
        let digits = after
            .find(|letter: char| !letter.is_ascii_hexdigit())
            .unwrap_or(after.len());
        let name = before.rfind("[@");
        match name {
            Some(name) if after[digits..].starts_with(')') => {
                seen.push_str(&before[..name]);
                seen.push_str(&before[name + 1..]);
                rest = &after[digits + 1..];
            }
            _ => {
                seen.push_str(before);
                seen.push_str(MENTION);
                rest = after;
            }
        }
    }
    seen.push_str(rest);
    Cow::Owned(seen)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_mention_is_its_name() {
        let text = "hi [@Ann B](pipit:account:00ff), [@](pipit:account:1) and [x](pipit:account:2";
        assert_eq!(plain(text), "hi @Ann B, @ and [x](pipit:account:2");
        assert_eq!(plain("[a](b)"), "[a](b)");
    }
}
