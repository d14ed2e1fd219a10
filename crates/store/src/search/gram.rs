//! Grams: what the index holds of a text. Pure.
//!
//! | of | token | so that |
//! |---|---|---|
//! | three letters in a row, none of them dense | `bri` | a part of three letters or more is found |
//! | the first two of a word, none dense | `br` | two letters are found where a word begins |
//! | a dense letter; two in a row, one of them dense | `東`, `東京` | Chinese is found without spaces |
//! | conversation, sender, kind | `place7`, `from…`, `kind1` | filters cost no more than a word |
//!
//! Grams have at most three letters and filters more than three, so the two are never mixed up. Each is a
//! token of the `ascii` tokenizer: letters and digits, and whatever is not ASCII. A text that has a part
//! has all grams of that part; the reverse is checked on the text.

use std::collections::BTreeSet;

use pipit_domain::AccountId;

use super::fold::{Folded, Letter, is_dense};
use super::plain::plain;

/// The stored number of polls.
const POLL: i64 = 5;

/// What sort of thing a filter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A message of this stored kind.
    Kind(i64),
    /// A message with a link in it.
    Link,
    /// A poll.
    Poll,
}

/// All tokens of a message.
pub(super) fn document(kind: i64, text: &str, conversation: i64, sender: &[u8]) -> String {
    let text = plain(text);
    let mut tokens = BTreeSet::new();
    for word in Folded::new(&text).words() {
        add(word, Starts::Marked, &mut tokens);
    }
    tokens.insert(of_conversation(conversation));
    tokens.insert(of_bytes(sender));
    tokens.insert(of_sort(Sort::Kind(kind)));
    if has_link(&text) {
        tokens.insert(of_sort(Sort::Link));
    }
    let mut document = String::with_capacity(tokens.iter().map(|token| token.len() + 1).sum());
    for token in &tokens {
        document.push_str(token);
        document.push(' ');
    }
    document
}

/// The tokens that every text with this part of a word has; none when the part is too short for any.
pub(super) fn part(letters: &[Letter]) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    let starts = if is_short(letters) {
        Starts::Marked
    } else {
        Starts::None
    };
    add(letters, starts, &mut tokens);
    tokens
}

/// Whether a part is found only where a word begins.
pub(super) fn is_short(letters: &[Letter]) -> bool {
    letters.len() < 3 && !letters.iter().any(|letter| is_dense(letter.letter))
}

pub(super) fn of_conversation(conversation: i64) -> String {
    format!("place{conversation}")
}

pub(super) fn of_sender(sender: AccountId) -> String {
    of_bytes(sender.as_bytes())
}

pub(super) fn of_sort(sort: Sort) -> String {
    match sort {
        Sort::Kind(kind) => format!("kind{kind}"),
        Sort::Link => "kindlink".to_owned(),
        Sort::Poll => of_sort(Sort::Kind(POLL)),
    }
}

/// Eight bytes tell the people of one profile apart; the row is checked anyway.
fn of_bytes(sender: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut token = String::from("from");
    for byte in sender.iter().take(8) {
        let _ = write!(token, "{byte:02x}");
    }
    token
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Starts {
    Marked,
    None,
}

fn add(word: &[Letter], starts: Starts, tokens: &mut BTreeSet<String>) {
    let dense = |letter: &Letter| is_dense(letter.letter);
    let mut insert = |letters: &[Letter]| {
        tokens.insert(letters.iter().map(|letter| letter.letter).collect());
    };
    for (at, letter) in word.iter().enumerate() {
        if dense(letter) {
            insert(&word[at..=at]);
        }
        let Some(two) = word.get(at..at + 2) else {
            continue;
        };
        if two.iter().any(dense) {
            insert(two);
            continue;
        }
        if starts == Starts::Marked && letter.is_start {
            insert(two);
        }
        if let Some(three) = word.get(at..at + 3)
            && !dense(&three[2])
        {
            insert(three);
        }
    }
}

fn has_link(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme = &rest[..at];
        if ends_with_word(scheme, "http") || ends_with_word(scheme, "https") {
            return true;
        }
        rest = &rest[at + 3..];
    }
    false
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.len() >= word.len()
        && text.as_bytes()[text.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(text: &str) -> String {
        document(1, text, 7, &[0xab; 32])
    }

    #[test]
    fn a_document_is_its_grams_and_filters() {
        assert_eq!(
            tokens("To Bridge, 東京x"),
            "bri br dge fromabababababababab idg kind1 place7 rid to x東 "
                .replace("x東 ", "京 京x 東 東京 ")
                .replacen("bri br", "br bri", 1)
        );
        assert!(tokens("see HTTPS://a.example").contains(" kindlink "));
        assert!(!tokens("ftp://a.example").contains("kindlink"));
    }

    proptest! {
        #[test]
        fn a_text_has_the_grams_of_all_its_parts(text in "\\PC{1,30}", from in 0usize..30, len in 1usize..8) {
            let document = tokens(&text);
            let all: BTreeSet<_> = document.split(' ').map(str::to_owned).collect();
            let plain = plain(&text);
            for word in Folded::new(&plain).words() {
                let from = from % word.len();
                let some = &word[from..(from + len).min(word.len())];
                if is_short(some) && !some[0].is_start {
                    continue;
                }
                let some = part(some);
                prop_assert!(some.is_subset(&all), "{:?} {:?}", some, all);
            }
        }

        #[test]
        fn tokens_are_words_to_the_index(text in "\\PC{1,30}") {
            for token in tokens(&text).split(' ') {
                prop_assert!(token.chars().all(|letter| !letter.is_ascii() || letter.is_ascii_alphanumeric()));
                prop_assert!(token.chars().all(|letter| !letter.is_ascii_uppercase()));
            }
        }
    }
}
