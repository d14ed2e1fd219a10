//! What a person typed into a search box, as terms; and where a text has them. Pure.
//!
//! All terms must be in a message. A term is a part of a word, of any length where a word begins and of
//! three letters or more (one, in scripts without spaces) elsewhere. In quotation marks it is whole words
//! in this order. Nothing in a query is a syntax error.

use std::ops::Range;

use super::fold::{Folded, Letter, is_dense, origin};
use super::gram;

/// Bytes in a query, at most: more than anybody types, little enough to be looked at at each key.
pub const QUERY_LEN_MAX: usize = 512;
/// Words in a query, at most: each is a list that the index has to walk.
pub const TERMS_MAX: usize = 16;
/// Grams of a query that the index is asked for, at most; what they let through is checked anyway.
const GRAMS_MAX: usize = 24;
/// Places in one text that are looked at for each term, at most.
const PLACES_MAX: usize = 64;

/// Why a query is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Longer than [`QUERY_LEN_MAX`].
    #[error("a search has at most {QUERY_LEN_MAX} bytes; make it shorter")]
    TooLong,
    /// More than [`TERMS_MAX`] words.
    #[error("a search has at most {TERMS_MAX} words; leave some out")]
    TooManyWords,
}

/// A parsed query.
#[derive(Debug, Default)]
pub struct Query {
    terms: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    /// A part of a word.
    Part(Vec<Letter>),
    /// Whole words in a row.
    Phrase(Vec<Vec<Letter>>),
}

/// How well a term fits a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fit {
    /// Occurrences, each worth more where it is a whole word (1) than where a word begins with it (0.7)
    /// or has it inside (0.4).
    pub(super) weight: f64,
}

/// A text that has all terms.
#[derive(Debug)]
pub(super) struct Match {
    /// One for each term.
    pub(super) fits: Vec<Fit>,
    /// Byte offsets of what fits, in order, apart from each other.
    pub(super) ranges: Vec<Range<usize>>,
    /// Words in the text.
    pub(super) word_count: usize,
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// When it is longer than any search needs to be.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > QUERY_LEN_MAX {
            return Err(QueryError::TooLong);
        }
        let mut terms = Vec::new();
        let is_mark = |letter| matches!(letter, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」');
        for (number, piece) in text.split(is_mark).enumerate() {
            let folded = Folded::new(piece);
            let words = folded.words().map(<[Letter]>::to_vec);
            if number % 2 == 0 {
                terms.extend(words.map(Term::Part));
            } else if words.len() > 0 {
                terms.push(Term::Phrase(words.collect()));
            }
        }
        let words = |term: &Term| match term {
            Term::Part(_) => 1,
            Term::Phrase(words) => words.len(),
        };
        if terms.iter().map(words).sum::<usize>() > TERMS_MAX {
            return Err(QueryError::TooManyWords);
        }
        Ok(Self { terms })
    }

    /// Whether it asks for nothing: every text fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Tokens that every text that fits has.
    pub(super) fn grams(&self) -> Vec<String> {
        let mut of_terms: Vec<Vec<String>> = self
            .terms
            .iter()
            .flat_map(|term| match term {
                Term::Part(part) => std::slice::from_ref(part),
                Term::Phrase(words) => &words[..],
            })
            .map(|part| gram::part(part).into_iter().collect())
            .collect();
        // In turn of each, so that no word is left out for a long one.
        let mut grams = Vec::new();
        while grams.len() < GRAMS_MAX && of_terms.iter().any(|of_term| !of_term.is_empty()) {
            grams.extend(of_terms.iter_mut().filter_map(Vec::pop));
        }
        grams.sort();
        grams.dedup();
        grams
    }

    /// Where a text has the terms; `None` when it lacks one.
    pub(super) fn find(&self, folded: &Folded) -> Option<Match> {
        let words: Vec<&[Letter]> = folded.words().collect();
        let mut ranges = Vec::new();
        let mut fits = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            let mut fit = Fit::default();
            let before = ranges.len();
            match term {
                Term::Part(part) => find_part(part, &words, &mut fit, &mut ranges),
                Term::Phrase(phrase) => find_phrase(phrase, &words, &mut fit, &mut ranges),
            }
            if ranges.len() == before {
                return None;
            }
            fits.push(fit);
        }
        Some(Match {
            fits,
            ranges: apart(ranges),
            word_count: words.len(),
        })
    }
}

fn find_part(part: &[Letter], words: &[&[Letter]], fit: &mut Fit, ranges: &mut Vec<Range<usize>>) {
    let is_short = gram::is_short(part);
    let last = ranges.len() + PLACES_MAX;
    for word in words {
        let mut at = 0;
        while at + part.len() <= word.len() {
            let place = &word[at..at + part.len()];
            if is_same(place, part) && (!is_short || place[0].is_start) {
                fit.weight += match (place[0].is_start, part.len() == word.len()) {
                    (_, true) => 1.0,
                    (true, false) => 0.7,
                    (false, false) => 0.4,
                };
                ranges.push(origin(place));
                at += part.len();
            } else {
                at += 1;
            }
            if ranges.len() == last {
                return;
            }
        }
    }
}

fn find_phrase(
    phrase: &[Vec<Letter>],
    words: &[&[Letter]],
    fit: &mut Fit,
    ranges: &mut Vec<Range<usize>>,
) {
    let last = ranges.len() + PLACES_MAX;
    for row in words.windows(phrase.len()) {
        let places: Option<Vec<_>> = row
            .iter()
            .zip(phrase)
            .map(|(word, wanted)| whole(word, wanted))
            .collect();
        if let Some(places) = places {
            fit.weight += 1.0;
            ranges.extend(places);
        }
        if ranges.len() >= last {
            return;
        }
    }
}

/// A whole word; in a script without spaces, wherever it is.
fn whole(word: &[Letter], wanted: &[Letter]) -> Option<Range<usize>> {
    if wanted.iter().any(|letter| is_dense(letter.letter)) {
        let mut places = word.windows(wanted.len());
        return places.find(|place| is_same(place, wanted)).map(origin);
    }
    (word.len() == wanted.len() && is_same(word, wanted)).then(|| origin(word))
}

fn is_same(one: &[Letter], other: &[Letter]) -> bool {
    let mut pairs = one.iter().zip(other);
    pairs.all(|(one, other)| one.letter == other.letter)
}

/// In order, with what overlaps or touches as one.
fn apart(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hits<'a>(query: &str, text: &'a str) -> Option<Vec<&'a str>> {
        let found = Query::parse(query).unwrap().find(&Folded::new(text))?;
        let hits = found.ranges.into_iter().map(|range| &text[range]);
        Some(hits.collect())
    }

    #[test]
    fn parts_prefixes_and_several_words_are_found() {
        let text = "Shall we meet at the Bridge in Zürich?";
        assert_eq!(hits("RIDG", text), Some(vec!["ridg"]));
        assert_eq!(hits("zur meet", text), Some(vec!["meet", "Zür"]));
        assert_eq!(hits("b", text), Some(vec!["B"]));
        assert_eq!(
            hits("ee", text),
            None,
            "two letters only where a word begins"
        );
        assert_eq!(hits("meet nowhere", text), None);
        assert_eq!(hits("", text), Some(vec![]));
    }

    #[test]
    fn any_script_is_found() {
        assert_eq!(hits("京", "東京タワー"), Some(vec!["京"]));
        assert_eq!(hits("たわー", "東京タワー"), Some(vec!["タワー"]));
        assert_eq!(hits("ไป", "ฉันไปตลาด"), Some(vec!["ไป"]));
        assert_eq!(hits("مدرسه", "إلى المَدْرَسَة"), Some(vec!["مَدْرَسَة"]));
        assert_eq!(hits("strass", "Hauptstraße 5"), Some(vec!["straß"]));
        assert_eq!(hits("dont", "I don’t"), Some(vec!["don’t"]));
        assert_eq!(hits("or", "l'or d'autre"), Some(vec!["or"]));
        assert_eq!(hits("👍", "ok👍🏽"), Some(vec!["👍🏽"]));
    }

    #[test]
    fn quotation_marks_ask_for_whole_words_in_order() {
        assert_eq!(
            hits("\"we meet\"", "shall we meet?"),
            Some(vec!["we", "meet"])
        );
        assert_eq!(hits("\"we mee\"", "shall we meet?"), None);
        assert_eq!(hits("“art", "a start, an art"), Some(vec!["art"]));
        assert_eq!(hits("\"東京\"", "東京タワー"), Some(vec!["東京"]));
    }

    #[test]
    fn queries_are_bounded() {
        let long = "a".repeat(QUERY_LEN_MAX + 1);
        assert_eq!(Query::parse(&long).unwrap_err(), QueryError::TooLong);
        let many = "a ".repeat(TERMS_MAX + 1);
        assert_eq!(Query::parse(&many).unwrap_err(), QueryError::TooManyWords);
        let odd = Query::parse("\"(NEAR* ^ OR -: ' \0 \"\"").unwrap();
        assert_eq!(odd.terms.len(), 1);
        assert!(Query::parse("\" , \" …").unwrap().is_empty());
        let grams = Query::parse(&"abcdefghijklmnopqrstuvwxyz".repeat(4)).unwrap();
        assert!(grams.grams().len() <= GRAMS_MAX);
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_the_beginning_of_any_of_its_words(
            text in "\\PC{1,40}",
            word in 0usize..40,
            len in 1usize..10,
        ) {
            let folded = Folded::new(&text);
            let words: Vec<_> = folded.words().collect();
            if !words.is_empty() {
                let word = words[word % words.len()];
                let typed: String = word.iter().take(len).map(|letter| letter.letter).collect();
                let found = Query::parse(&typed).unwrap().find(&folded);
                let found = found.expect("a text has the beginnings of its words");
                for range in found.ranges {
                    prop_assert!(text.get(range).is_some());
                }
            }
        }

        #[test]
        fn nothing_that_is_typed_is_an_error(text in "\\PC{0,60}") {
            let query = Query::parse(&text).unwrap_or_default();
            query.grams();
        }
    }
}
