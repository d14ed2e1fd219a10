//! What notifications say that show nothing of a message, in the person's language.
//!
//! The screen knows the language, and tells the words when it starts and when another is chosen. Called by `bridge`.

use std::sync::{Mutex, PoisonError};

use pipit_api::{ErrorCode, RpcError};
use serde::Deserialize;
use serde_json::Value;

/// Longest line that is taken, in bytes: it has to fit into a notification.
const LEN_MAX: usize = 300;

/// The lines; empty until the screen has told them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Somebody who is not accepted has written.
    request: String,
    /// A message came, of which nothing is to be shown.
    message: String,
}

impl Words {
    /// The line for a notification that shows nothing of its message.
    pub fn line(&self, is_request: bool) -> &str {
        match is_request {
            true => &self.request,
            false => &self.message,
        }
    }

    /// The words that the screen tells.
    ///
    /// # Errors
    /// `BAD_REQUEST` for anything but two short lines.
    fn read(params: Value) -> Result<Self, RpcError> {
        let is_line = |text: &str| text.len() <= LEN_MAX && !text.chars().any(char::is_control);
        let words = serde_json::from_value(params).ok();
        let words = words.filter(|words: &Self| is_line(&words.request) && is_line(&words.message));
        words.ok_or_else(|| {
            let what = "shell.words takes the lines `request` and `message`.";
            RpcError::new(ErrorCode::BadRequest, what)
        })
    }
}

/// The words as they were told last.
#[derive(Debug, Default)]
pub struct Told(Mutex<Words>);

impl Told {
    /// Keeps what the screen tells.
    ///
    /// # Errors
    /// As [`Words::read`].
    pub fn tell(&self, params: Value) -> Result<(), RpcError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Words::read(params)?;
        Ok(())
    }

    /// What stands now.
    pub fn words(&self) -> Words {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_good_words_stand() {
        let told = Told::default();
        assert_eq!(told.words().line(true), "");
        let words = json!({ "request": "New request", "message": "New message" });
        told.tell(words).expect("two lines");
        for bad in [
            json!({ "request": "one" }),
            json!({ "request": "two\nlines", "message": "x" }),
            json!({ "request": "x".repeat(LEN_MAX + 1), "message": "x" }),
            json!(["request"]),
        ] {
            assert!(told.tell(bad).is_err());
        }
        let words = told.words();
        assert_eq!(
            (words.line(true), words.line(false)),
            ("New request", "New message")
        );
    }
}
