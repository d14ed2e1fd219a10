//! What is in a text: whom it mentions, and what it says without its markup.

use std::borrow::Cow;
use std::ops::Range;

use pipit_domain::AccountId;
use pipit_wire::content::{Text, TextFormat, escape};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Mentions that count in one message: more are links like others.
const MENTIONS_MAX: usize = 64;
/// Before the account in the target of a mention.
const MENTION: &str = "pipit:account:";

/// A text as the history keeps it and screens read it: as Markdown.
pub(crate) fn markdown_of(text: Text<'_>) -> Cow<'_, str> {
    match text.format {
        TextFormat::Markdown => Cow::Borrowed(text.text),
        TextFormat::Plain if pipit_wire::content::is_plain(text.text) => Cow::Borrowed(text.text),
        TextFormat::Plain => Cow::Owned(escape(text.text)),
    }
}

/// The accounts that a Markdown text mentions, each as often as it does.
pub(crate) fn mentions(text: &str) -> Vec<AccountId> {
    // Most texts mention nobody, and are not parsed.
    if !text.contains(MENTION) {
        return Vec::new();
    }
    parser(text)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                dest_url.strip_prefix(MENTION)?.parse().ok()
            }
            _ => None,
        })
        .take(MENTIONS_MAX)
        .collect()
}

/// A Markdown text whose mentions are the names that they show, and lead nowhere.
pub(crate) fn unmentioned(text: &str) -> Cow<'_, str> {
    if !text.contains(MENTION) {
        return Cow::Borrowed(text);
    }
    // Where each mention stands, and where its name does.
    let mut links: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (event, range) in parser(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with(MENTION) => {
                links.push((range.clone(), range.end..range.start));
            }
            Event::End(TagEnd::Link) => {}
            _ => {
                if let Some((link, name)) = links.last_mut()
                    && link.start < range.start
                    && range.end < link.end
                {
                    *name = name.start.min(range.start)..name.end.max(range.end);
                }
            }
        }
    }
    let mut said = String::with_capacity(text.len());
    let mut at = 0;
    for (link, name) in links {
        said.push_str(&text[at..link.start]);
        said.push_str(text.get(name).unwrap_or_default());
        at = link.end;
    }
    said.push_str(&text[at..]);
    Cow::Owned(said)
}

/// What a Markdown text says in one line without markup: its first `chars_max` characters.
pub(crate) fn plain(text: &str, chars_max: usize) -> String {
    let mut said = String::new();
    let mut chars = 0;
    for event in parser(text) {
        let part = match &event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                text
            }
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_)) => " ",
            _ => continue,
        };
        for letter in part.chars() {
            if chars == chars_max {
                return said;
            }
            let letter = if letter.is_whitespace() { ' ' } else { letter };
            if !(letter == ' ' && (said.is_empty() || said.ends_with(' '))) {
                said.push(letter);
                chars += 1;
            }
        }
    }
    said.truncate(said.trim_end().len());
    said
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_a_link_to_an_account_and_nothing_else() {
        let ada = AccountId::new([0xad; 32]);
        let text = format!("hi [@Ada](pipit:account:{ada}), **[@A](pipit:account:{ada})**");
        assert_eq!(mentions(&text), [ada, ada]);
        for text in [
            format!("`[@Ada](pipit:account:{ada})`"),
            format!("pipit:account:{ada}"),
            format!("\\[@Ada](pipit:account:{ada})"),
            "[@Ada](pipit:account:12)".to_owned(),
        ] {
            assert_eq!(mentions(&text), [], "{text}");
        }
    }

    #[test]
    fn a_text_that_is_passed_on_keeps_the_names_and_no_account() {
        let ada = AccountId::new([0xad; 32]);
        let text = format!(
            "*hi* [@**A** da](pipit:account:{ada}), [x](https://a.example) [@B](pipit:account:{ada})!"
        );
        assert_eq!(
            unmentioned(&text),
            "*hi* @**A** da, [x](https://a.example) @B!"
        );
        assert_eq!(unmentioned(&format!("[](pipit:account:{ada}).")), ".");
        let code = format!("`[@A](pipit:account:{ada})`");
        assert_eq!(unmentioned(&code), code);
    }

    #[test]
    fn a_text_is_said_without_its_markup_in_one_line() {
        let text = "**Hi** _you_,\n\n- see [this](https://a.example)\n- `x < y` & <b>\n> 2\\*3";
        assert_eq!(plain(text, 100), "Hi you, see this x < y & <b> 2*3");
        assert_eq!(plain("äöü ß", 3), "äöü");
        assert_eq!(plain("", 3), "");
    }
}
