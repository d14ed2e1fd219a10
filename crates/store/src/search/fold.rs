//! Folding: the form in which texts are compared. Case, accents, apostrophes, width and the like are
//! gone; where each character came from is kept, for highlighting. Pure; knows no database.
//!
//! What is the same here: `E`, `é` and `e`; `ß` and `ss`; `don’t` and `dont`; katakana, half-width or
//! not, and hiragana; the forms of Arabic alef; digits of other scripts and ours. Japanese voicing and
//! Hangul syllables are letters, not accents: they stay.

use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, compose, decompose_compatible};

/// Changes when the same text folds or splits into grams differently than before.
const FOLDING: u32 = 1;

/// Names how texts are folded, with the versions of Unicode that decide about letters.
pub(crate) fn folding() -> String {
    let (a, b, c) = char::UNICODE_VERSION;
    let (d, e, f) = unicode_normalization::UNICODE_VERSION;
    format!("{FOLDING}/{a}.{b}.{c}/{d}.{e}.{f}")
}

/// One folded character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letter {
    /// In its folded form.
    pub(crate) letter: char,
    /// A query of one or two letters matches here: a word begins, or goes on after an apostrophe.
    pub(crate) is_start: bool,
    /// Byte offsets in the original of what it came from; always on boundaries of characters.
    start: u32,
    end: u32,
}

/// A text as its words. Script without spaces makes long ones; an emoji is a word.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    letters: Vec<Letter>,
    words: Vec<Range<usize>>,
    /// A word is being read.
    is_open: bool,
    /// An apostrophe was passed in it.
    is_elided: bool,
}

impl Folded {
    /// Folds a text; longer than 4 GiB it would be cut, and no message is.
    pub(crate) fn new(text: &str) -> Self {
        let mut folded = Self::default();
        for (start, letter) in text.char_indices() {
            let start = u32::try_from(start).unwrap_or(u32::MAX);
            let end = start.saturating_add(u32::try_from(letter.len_utf8()).unwrap_or(0));
            folded.read(letter, start, end);
        }
        folded
    }

    /// The words, as their letters.
    pub(crate) fn words(&self) -> impl DoubleEndedIterator<Item = &[Letter]> + ExactSizeIterator {
        self.words.iter().map(|word| &self.letters[word.clone()])
    }

    fn read(&mut self, letter: char, start: u32, end: u32) {
        if letter.is_ascii_alphanumeric() {
            self.push(letter.to_ascii_lowercase(), start, end);
        } else if is_apostrophe(letter) {
            self.is_elided = self.is_open;
        } else if letter.is_ascii() {
            self.is_open = false;
        } else if is_settled(letter) {
            self.push(letter, start, end);
        } else {
            decompose_compatible(letter, |part| self.read_part(part, start, end));
        }
    }

    /// A piece of a character that was taken apart.
    fn read_part(&mut self, part: char, start: u32, end: u32) {
        if is_apostrophe(part) {
            self.is_elided = self.is_open;
            return;
        }
        if is_ignored(part) {
            self.extend(start, end);
            return;
        }
        if joins(part) && self.is_open {
            let last = self.letters.last_mut();
            if let Some((last, joined)) =
                last.and_then(|last| compose(last.letter, part).map(|joined| (last, joined)))
            {
                last.letter = joined;
                last.end = end;
                return;
            }
        }
        if canonical_combining_class(part) != 0 {
            self.extend(start, end);
        } else if is_emoji(part) {
            self.is_open = false;
            self.push(part, start, end);
            self.is_open = false;
        } else if part.is_alphanumeric() {
            match part {
                // One letter by itself to Unicode, two or another one to people.
                'ø' | 'Ø' => self.push('o', start, end),
                'đ' | 'Đ' | 'ð' | 'Ð' => self.push('d', start, end),
                'ł' | 'Ł' => self.push('l', start, end),
                'ħ' | 'Ħ' => self.push('h', start, end),
                'æ' | 'Æ' => self.push_all("ae", start, end),
                'œ' | 'Œ' => self.push_all("oe", start, end),
                'þ' | 'Þ' => self.push_all("th", start, end),
                '\u{671}' => self.push('\u{627}', start, end),
                '\u{629}' => self.push('\u{647}', start, end),
                '\u{649}' | '\u{6CC}' => self.push('\u{64A}', start, end),
                '\u{6A9}' => self.push('\u{643}', start, end),
                '\u{660}'..='\u{669}' => self.digit(part, '\u{660}', start, end),
                '\u{6F0}'..='\u{6F9}' => self.digit(part, '\u{6F0}', start, end),
                '\u{966}'..='\u{96F}' => self.digit(part, '\u{966}', start, end),
                // Katakana to hiragana.
                '\u{30A1}'..='\u{30F4}' => {
                    let hiragana = char::from_u32(u32::from(part) - 0x60).unwrap_or(part);
                    self.push(hiragana, start, end);
                }
                // There and back: `ß` becomes `ss` and the final sigma the other one.
                _ => part
                    .to_uppercase()
                    .flat_map(char::to_lowercase)
                    .for_each(|lower| self.push(lower, start, end)),
            }
        } else {
            self.is_open = false;
        }
    }

    fn digit(&mut self, digit: char, zero: char, start: u32, end: u32) {
        let value = u32::from(digit) - u32::from(zero);
        self.push(char::from_digit(value, 10).unwrap_or(digit), start, end);
    }

    fn push_all(&mut self, letters: &str, start: u32, end: u32) {
        letters
            .chars()
            .for_each(|letter| self.push(letter, start, end));
    }

    fn push(&mut self, letter: char, start: u32, end: u32) {
        let at = self.letters.len();
        self.letters.push(Letter {
            letter,
            is_start: !self.is_open || self.is_elided,
            start,
            end,
        });
        self.is_elided = false;
        match self.words.last_mut() {
            Some(word) if self.is_open => word.end = at + 1,
            _ => self.words.push(at..at + 1),
        }
        self.is_open = true;
    }

    /// What leaves no letter belongs to the one right before it.
    fn extend(&mut self, start: u32, end: u32) {
        if let Some(last) = self.letters.last_mut()
            && last.end == start
        {
            last.end = end;
        }
    }
}

/// Byte offsets in the original of these letters of one word.
pub(crate) fn origin(letters: &[Letter]) -> Range<usize> {
    match (letters.first(), letters.last()) {
        (Some(first), Some(last)) => first.start as usize..last.end as usize,
        _ => 0..0,
    }
}

/// Of a script whose words have no spaces between them or whose letters are syllables: two neighbours
/// say as much as three letters elsewhere.
pub(crate) fn is_dense(letter: char) -> bool {
    matches!(letter,
        '\u{E00}'..='\u{109F}'
        | '\u{1100}'..='\u{11FF}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{1950}'..='\u{19DF}'
        | '\u{2E80}'..='\u{31FF}'
        | '\u{3400}'..='\u{9FFF}'
        | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
        || is_emoji(letter)
}

/// Leaves a text of nothing but these as it is.
fn is_settled(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

fn is_apostrophe(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '`'
            | '\u{B4}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{201B}'
            | '\u{2BB}'
            | '\u{2BC}'
            | '\u{FF07}'
    )
}

fn is_emoji(letter: char) -> bool {
    matches!(letter,
        '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{1F000}'..='\u{1F0FF}' | '\u{1F1E6}'..='\u{1F1FF}' | '\u{1F300}'..='\u{1FAFF}')
}

/// Not seen by itself: joiners, marks of direction, variation, skin colour, stretching, some vowel signs.
pub(crate) fn is_ignored(letter: char) -> bool {
    matches!(letter,
        '\u{AD}' | '\u{61C}' | '\u{640}' | '\u{E47}'..='\u{E4E}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{1F3FB}'..='\u{1F3FF}')
}

/// Whether a text must not be cut before this one.
pub(crate) fn is_attached(letter: char) -> bool {
    is_ignored(letter) || joins(letter) || canonical_combining_class(letter) != 0
}

/// Makes one letter with the one before it: voicing of kana, parts of a Hangul syllable.
fn joins(part: char) -> bool {
    matches!(part, '\u{3099}' | '\u{309A}' | '\u{1161}'..='\u{1175}' | '\u{11A8}'..='\u{11C2}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        let folded = Folded::new(text);
        let letters = |word: &[Letter]| word.iter().map(|letter| letter.letter).collect();
        folded.words().map(letters).collect()
    }

    #[test]
    fn what_people_take_for_the_same_is_the_same() {
        for (one, other) in [
            ("CAFÉ", "cafe\u{301}"),
            ("Straße", "STRASSE"),
            ("don’t", "dont"),
            ("l'eau", "L‘EAU"),
            ("ΟΔΟΣ", "οδός"),
            ("Ørsted", "orsted"),
            ("Łódź", "lodz"),
            ("İstanbul", "istanbul"),
            ("カタカナ", "かたかな"),
            ("ｶﾞｷﾞ", "がぎ"),
            ("が", "か\u{3099}"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
            ("ﬁne", "fine"),
            ("ＡＢＣ１", "abc1"),
            ("٤٢", "42"),
            ("أحمد", "احمد"),
            ("مَدْرَسَة", "مدرسه"),
            ("کتاب", "كتاب"),
            ("👍🏽", "👍"),
            ("co\u{AD}op", "coop"),
        ] {
            assert_eq!(words(one), words(other), "{one} {other}");
        }
        assert_ne!(words("か"), words("が"), "voicing is no accent");
    }

    #[test]
    fn words_end_where_people_see_an_end() {
        assert_eq!(
            words("Meet at 10:30, *ok*?"),
            ["meet", "at", "10", "30", "ok"]
        );
        assert_eq!(words("see 👍🏽now"), ["see", "👍", "now"]);
        assert_eq!(words("東京タワー"), ["東京たわー"]);
        assert_eq!(words("  …  "), Vec::<String>::new());
    }

    #[test]
    fn an_apostrophe_begins_something() {
        let folded = Folded::new("l'or d'été");
        let starts: String = folded
            .words()
            .flatten()
            .filter(|letter| letter.is_start)
            .map(|letter| letter.letter)
            .collect();
        assert_eq!(starts, "lode");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once_and_origins_are_boundaries(text in "\\PC{0,40}") {
            let once = words(&text);
            prop_assert_eq!(&words(&once.join(" ")), &once);
            let folded = Folded::new(&text);
            for word in folded.words() {
                let origin = origin(word);
                prop_assert!(text.get(origin.clone()).is_some(), "{:?}", origin);
                prop_assert!(!origin.is_empty());
            }
        }
    }
}
