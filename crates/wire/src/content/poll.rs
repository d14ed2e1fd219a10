//! Polls: the question is a message that is shown; votes and the close are control messages in reply to it.

use prost::Message as _;

use super::v1;

/// Most characters of a question.
pub const POLL_QUESTION_CHARS_MAX: usize = 500;
/// Fewest and most options.
pub const POLL_OPTIONS: std::ops::RangeInclusive<usize> = 2..=12;
/// Most characters of an option.
pub const POLL_OPTION_CHARS_MAX: usize = 200;

/// A question with options. `Debug` is not there: it would show them.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Poll {
    /// One line of 1 to [`POLL_QUESTION_CHARS_MAX`] characters.
    pub question: String,
    /// [`POLL_OPTIONS`] of them, each one line of 1 to [`POLL_OPTION_CHARS_MAX`] characters.
    pub options: Vec<String>,
    /// Whether a voter may choose several.
    pub is_multiple: bool,
}

impl Poll {
    /// A poll, when everything is within its bounds. Spaces around the texts are taken away.
    #[must_use]
    pub fn new(question: &str, options: &[String], is_multiple: bool) -> Option<Self> {
        let question = line(question, POLL_QUESTION_CHARS_MAX)?;
        if !POLL_OPTIONS.contains(&options.len()) {
            return None;
        }
        let options = options
            .iter()
            .map(|option| line(option, POLL_OPTION_CHARS_MAX))
            .collect::<Option<Vec<_>>>()?;
        Some(Self {
            question,
            options,
            is_multiple,
        })
    }

    /// Reads the bytes of the part; `None` when they are no poll within its bounds.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let poll = v1::Poll::decode(bytes).ok()?;
        Self::new(&poll.question, &poll.options, poll.is_multiple)
    }

    /// The bytes of the part.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        v1::Poll {
            question: self.question.clone(),
            options: self.options.clone(),
            is_multiple: self.is_multiple,
        }
        .encode_to_vec()
    }

    /// Whether these options can be chosen together.
    #[must_use]
    pub fn takes(&self, choice: Choice) -> bool {
        let is_known = usize::from(choice.0) < 1 << self.options.len();
        is_known && (self.is_multiple || choice.0.count_ones() <= 1)
    }
}

fn line(text: &str, chars_max: usize) -> Option<String> {
    let text = text.trim();
    let fits = (1..=chars_max).contains(&text.chars().count());
    (fits && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// What a voter chooses: bit `n` stands for option `n`. Zero takes the vote back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice(pub u16);

impl Choice {
    /// The options at these places; `None` when one is beyond what a poll can have.
    #[must_use]
    pub fn of(options: &[u32]) -> Option<Self> {
        options.iter().try_fold(Self(0), |chosen, option| {
            let option = usize::try_from(*option).ok()?;
            (option < *POLL_OPTIONS.end()).then(|| Self(chosen.0 | 1 << option))
        })
    }

    /// Whether the option at this place is chosen.
    #[must_use]
    pub fn has(self, option: usize) -> bool {
        option < *POLL_OPTIONS.end() && self.0 >> option & 1 == 1
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let vote = v1::Vote::decode(bytes).ok()?;
        (vote.options.len() <= *POLL_OPTIONS.end()).then(|| Self::of(&vote.options))?
    }

    pub(super) fn encode(self) -> Vec<u8> {
        let places = 0u32..;
        v1::Vote {
            options: places
                .take(*POLL_OPTIONS.end())
                .filter(|place| self.0 >> place & 1 == 1)
                .collect(),
        }
        .encode_to_vec()
    }
}
