//! Refusals: building them, and what each code means for a retry.

use crate::v1::{RefusalCode, Refused};

impl RefusalCode {
    /// Whether the same request may succeed later without the caller changing anything but time.
    #[must_use]
    pub const fn retry(self) -> bool {
        matches!(self, Self::SlowDown | Self::Unavailable | Self::MailboxFull)
    }
}

impl Refused {
    /// A refusal with its code and one plain sentence that says what to do.
    #[must_use]
    pub fn new(code: RefusalCode, sentence: &str) -> Self {
        Self {
            code: code.into(),
            retry: code.retry(),
            sentence: sentence.to_owned(),
            ..Self::default()
        }
    }

    /// The same, with the time after which to try again.
    #[must_use]
    pub fn after_ms(mut self, retry_after_ms: u32) -> Self {
        self.retry = true;
        self.retry_after_ms = retry_after_ms;
        self
    }
}
