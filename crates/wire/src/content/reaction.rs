//! Reactions: one emoji in answer to a message.

use unicode_segmentation::UnicodeSegmentation as _;

/// Most bytes of a reaction: the longest emoji of Unicode 16 (a family with skin tones, or the flag of a
/// region) stay below.
pub const REACTION_LEN_MAX: usize = 64;
/// Most reactions that one content may hold; we send one.
pub(super) const REACTIONS_MAX: usize = 8;

/// Whether a text can be a reaction: one character as a person counts (a grapheme cluster), of at most
/// [`REACTION_LEN_MAX`] bytes, that is no plain letter, digit, space or control character. Which clusters are
/// emoji changes every year, so no list of them is kept.
#[must_use]
pub fn is_reaction(text: &str) -> bool {
    let has_form = !text.is_empty()
        && text.len() <= REACTION_LEN_MAX
        && !text.is_ascii()
        && text.graphemes(true).count() == 1;
    has_form && !text.chars().any(is_invisible) && !begins_with_letter(text)
}

/// Controls, and what turns the direction of the text around it.
fn is_invisible(letter: char) -> bool {
    let turns = matches!(letter, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
    letter.is_control() || turns || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Some emoji are letters to Unicode: those are followed by the sign that asks for a picture, or stand among
/// the pictures.
fn begins_with_letter(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next().unwrap_or(' ');
    let is_picture = first >= '\u{1f000}' || letters.next() == Some('\u{fe0f}');
    first.is_whitespace() || (first.is_alphabetic() && !is_picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_a_reaction_whatever_it_is_made_of() {
        for emoji in ["👍", "👍🏽", "❤️", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇩🇪", "1️⃣", "ℹ️", "🅰", "✓"]
        {
            assert!(is_reaction(emoji), "{emoji}");
        }
    }

    #[test]
    fn words_spaces_and_several_emoji_are_none() {
        let long = format!("👍{}", "\u{200d}👍".repeat(20));
        for text in [
            "", "a", "é", "ok", "👍👍", " ", "\u{a0}", "\u{202e}", "👍 ", &long,
        ] {
            assert!(!is_reaction(text), "{text:?}");
        }
    }
}
