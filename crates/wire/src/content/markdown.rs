//! When a text needs Markdown to be read as its writer means it.

/// Characters that Markdown may read as something else than themselves.
const MARKUP: &[char] = &['*', '_', '~', '`', '[', ']', '\\', '<', '>', '#', '|', '&'];

/// Whether a text reads the same with and without Markdown. When in doubt it does not: the price is a longer
/// media type.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.contains(MARKUP) && !text.lines().any(begins_item)
}

/// A plain text written so that Markdown shows it as it stands.
#[must_use]
pub fn escape(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for line in text.split_inclusive('\n') {
        let mut is_start = begins_item(line);
        for letter in line.chars() {
            if is_start && matches!(letter, '-' | '+' | '=' | '.' | ')') {
                escaped.push('\\');
                is_start = false;
            } else if MARKUP.contains(&letter) {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
    }
    escaped
}

/// Whether a line begins as an item of a list does, or underlines a heading.
fn begins_item(line: &str) -> bool {
    let line = line.trim_start();
    let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let is_numbered = rest.len() < line.len()
        && rest.starts_with(['.', ')'])
        && !rest[1..].starts_with(|letter: char| !letter.is_whitespace());
    is_numbered || line.starts_with(['-', '+', '='])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_markdown_reads_differently_needs_it() {
        for text in [
            "hello",
            "3.5 km, 2 x 2 - fine?",
            "a (b) {c}",
            "https://a.example/b?c=d",
        ] {
            assert!(is_plain(text), "{text}");
            assert_eq!(escape(text), text);
        }
        for text in ["*a*", "a_b_", "- a", "hm\n  2) b", "`x`", "1 < 2", "a\n==="] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn an_escaped_text_has_a_backslash_before_all_markup() {
        assert_eq!(escape("2*3*4"), "2\\*3\\*4");
        assert_eq!(escape("- a\n1. b-c"), "\\- a\n1\\. b-c");
    }
}
