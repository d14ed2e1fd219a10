//! The line that a hit shows: the text around the first place that fits, with what fits marked. Pure.

use std::ops::Range;

use pipit_domain::Redacted;

use super::fold::is_attached;

/// Characters of a snippet before its first hit, at most.
const BEFORE_MAX: usize = 30;
/// Characters of a snippet, at most, without the ellipses.
const LEN_MAX: usize = 160;
/// Characters that are given up so that a snippet is cut between words.
const CUT_MAX: usize = 12;

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// On one line.
    pub text: Redacted<String>,
    /// It fits the query.
    pub is_hit: bool,
}

/// The pieces for a text and what fits in it (byte offsets, in order, apart from each other).
pub(super) fn snippet(text: &str, hits: &[Range<usize>]) -> Vec<Piece> {
    let first = text.len() - text.trim_start().len();
    let window = window(text, hits.first().map_or(first, |hit| hit.start));
    let mut pieces = Vec::new();
    if window.start > first {
        push(&mut pieces, "…", false);
    }
    let mut at = window.start;
    for hit in hits {
        let hit = hit.start.max(at)..hit.end.min(window.end);
        if hit.is_empty() {
            continue;
        }
        push(&mut pieces, &text[at..hit.start], false);
        push(&mut pieces, &text[hit.clone()], true);
        at = hit.end;
    }
    push(&mut pieces, &text[at..window.end], false);
    if window.end < text.trim_end().len() {
        push(&mut pieces, "…", false);
    }
    pieces
}

/// Which bytes of the text are shown when this place must be.
fn window(text: &str, place: usize) -> Range<usize> {
    let before = &text[..place];
    let mut start = boundary_before(before, BEFORE_MAX);
    if start > 0 {
        // Better at a word's beginning, where one is near.
        let mut near = before[start..].char_indices().take(CUT_MAX);
        let space = near.find(|(_, letter)| letter.is_whitespace());
        start += space.map_or(0, |(at, space)| at + space.len_utf8());
    }
    let start = start + (text[start..].len() - text[start..].trim_start().len());
    let start = start.min(place);
    let shown = &text[start..];
    let mut end = text.len();
    if let Some((at, _)) = shown.char_indices().nth(LEN_MAX) {
        end = start + boundary_at(shown, at);
        let mut near = text[start..end].char_indices().rev().take(CUT_MAX);
        if let Some((at, _)) = near.find(|(_, letter)| letter.is_whitespace()) {
            end = start + at;
        }
    }
    start..start + text[start..end].trim_end().len()
}

/// The place so many characters before the end, or earlier where that would tear a character apart.
fn boundary_before(text: &str, count: usize) -> usize {
    let mut indices = text.char_indices().rev();
    let Some((at, _)) = indices.nth(count.saturating_sub(1)) else {
        return 0;
    };
    boundary_at(text, at)
}

/// This place, or the nearest one before it where the text may be cut.
fn boundary_at(text: &str, mut at: usize) -> usize {
    while text[at..].chars().next().is_some_and(is_attached)
        && let Some((before, _)) = text[..at].char_indices().next_back()
    {
        at = before;
    }
    at
}

fn push(pieces: &mut Vec<Piece>, text: &str, is_hit: bool) {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_whitespace() {
            line.push(letter);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    match pieces.last_mut() {
        _ if line.is_empty() => {}
        Some(last) if last.is_hit == is_hit => last.text.0.push_str(&line),
        _ => pieces.push(Piece {
            text: Redacted(line),
            is_hit,
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold::Folded;
    use super::super::query::Query;
    use super::*;

    fn shown(query: &str, text: &str) -> String {
        let found = Query::parse(query).unwrap().find(&Folded::new(text));
        let ranges = found.map(|found| found.ranges).unwrap_or_default();
        snippet(text, &ranges)
            .into_iter()
            .map(|piece| match piece.is_hit {
                true => format!("[{}]", piece.text.0),
                false => piece.text.0,
            })
            .collect()
    }

    #[test]
    fn a_short_text_is_shown_whole_with_its_hits() {
        assert_eq!(
            shown("meet brid", "Meet\n\nat the bridge"),
            "[Meet] at the [brid]ge"
        );
        assert_eq!(shown("", " no query "), "no query");
    }

    #[test]
    fn a_long_text_is_cut_between_words_around_the_first_hit() {
        let text = format!("{}needle{}", "some hay ".repeat(30), " more hay".repeat(30));
        let shown = shown("needle", &text);
        assert!(
            shown.starts_with("…some hay some hay some hay [needle] more hay"),
            "{shown}"
        );
        assert!(shown.ends_with(" hay…"), "{shown}");
        assert!(shown.chars().count() <= LEN_MAX + 4);
    }

    proptest! {
        #[test]
        fn every_text_has_a_short_snippet_with_a_hit(
            before in "\\PC{0,200}", word in "[a-zé京]{3,8}", after in "\\PC{0,300}",
        ) {
            let text = format!("{before} {word} {after}");
            let found = Query::parse(&word).unwrap().find(&Folded::new(&text)).unwrap();
            let pieces = snippet(&text, &found.ranges);
            prop_assert!(pieces.iter().any(|piece| piece.is_hit));
            let len: usize = pieces.iter().map(|piece| piece.text.0.chars().count()).sum();
            prop_assert!(len <= LEN_MAX + 2, "{}", len);
        }
    }
}
