//! Refusals: how each comes about, and how HTTP carries it.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_domain::Timestamp;
use pipit_ledger::{LedgerError, TokenError};
use pipit_mailbox::StoreError;
use pipit_public_group::HandshakeError;
use pipit_wire::frame;
use pipit_wire::v1::{RefusalCode, Refused};

/// Content type of every body.
pub(crate) const PROTOBUF: &str = "application/x-protobuf";

/// A refusal as the error of a request.
#[derive(Clone)]
pub(crate) struct Refusal(pub(crate) Refused);

impl Refusal {
    pub(crate) fn new(code: RefusalCode, sentence: &str) -> Self {
        Self(Refused::new(code, sentence))
    }

    pub(crate) fn malformed() -> Self {
        Self::new(
            RefusalCode::Malformed,
            "This request is not what the protocol says; update the app.",
        )
    }

    pub(crate) fn slow_down(retry_after_ms: u32) -> Self {
        Self(
            Refused::new(
                RefusalCode::SlowDown,
                "The server asks you to wait a moment before trying again.",
            )
            .after_ms(retry_after_ms),
        )
    }

    /// Guesses come too fast; the sentence says how long to wait.
    pub(crate) fn too_many_guesses(retry_after_ms: u32) -> Self {
        let sentence = match retry_after_ms.div_ceil(1000) {
            0 | 1 => "Too many tries. Try again in a second.".to_owned(),
            seconds => format!("Too many tries. Try again in {seconds} seconds."),
        };
        Self(Refused::new(RefusalCode::SlowDown, &sentence).after_ms(retry_after_ms))
    }

    pub(crate) fn stale_epoch(epoch: u64) -> Self {
        let mut refused = Refused::new(
            RefusalCode::StaleEpoch,
            "The conversation has changed meanwhile; apply the changes and send again.",
        );
        refused.epoch = epoch;
        Self(refused)
    }

    pub(crate) fn not_a_member() -> Self {
        Self::new(
            RefusalCode::NotAMember,
            "This device is not in this conversation.",
        )
    }

    pub(crate) fn unknown_conversation() -> Self {
        Self::new(
            RefusalCode::UnknownConversation,
            "There is no such conversation on this server.",
        )
    }

    pub(crate) fn unknown_account() -> Self {
        Self::new(
            RefusalCode::UnknownAccount,
            "There is no such account on this server.",
        )
    }

    pub(crate) fn invalid_handshake(sentence: &str) -> Self {
        Self::new(RefusalCode::InvalidHandshake, sentence)
    }

    pub(crate) fn invalid_ledger(sentence: &str) -> Self {
        Self::new(RefusalCode::InvalidLedger, sentence)
    }

    /// The same, with the server's clock.
    pub(crate) fn at(mut self, now: Timestamp) -> Self {
        self.0.time = now.as_millis();
        self
    }

    /// The code's stable word, for metrics.
    pub(crate) fn word(&self) -> &'static str {
        self.0.code().as_str_name()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let unavailable = "The server can't store anything right now; it will be tried again.";
        match error {
            StoreError::Busy => Self::slow_down(250),
            StoreError::Unavailable | StoreError::Corrupt | StoreError::Closed => {
                Self(Refused::new(RefusalCode::Unavailable, unavailable).after_ms(2000))
            }
        }
    }
}

impl From<HandshakeError> for Refusal {
    fn from(error: HandshakeError) -> Self {
        match error {
            HandshakeError::Malformed => Self::malformed(),
            HandshakeError::UnknownSuite => Self::new(
                RefusalCode::Unsupported,
                "This server does not take this cipher suite.",
            ),
            HandshakeError::TooManyDevices => Self::new(
                RefusalCode::TooLarge,
                "The conversation would have too many devices.",
            ),
            HandshakeError::BadState => {
                tracing::error!("a stored group does not read");
                StoreError::Corrupt.into()
            }
            HandshakeError::Breach(breach) => {
                Self::new(RefusalCode::NotAllowed, &sentence(&breach.to_string()))
            }
            HandshakeError::Invalid
            | HandshakeError::BadCredential
            | HandshakeError::WrongGroupInfo
            | HandshakeError::WrongEpoch => Self::invalid_handshake(&sentence(&error.to_string())),
        }
    }
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        Self::invalid_ledger(&sentence(&error.to_string()))
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::new(RefusalCode::Unauthenticated, &sentence(&error.to_string()))
    }
}

/// An error's text as a sentence for a person.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = status(self.0.code());
        let retry_after_s = self.0.retry_after_ms.div_ceil(1000);
        let mut response = (
            status,
            [(header::CONTENT_TYPE, PROTOBUF)],
            frame::encode(&self.0),
        )
            .into_response();
        if retry_after_s > 0 {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, retry_after_s.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::RefusalUnspecified | RefusalCode::Malformed | RefusalCode::Unsupported => {
            StatusCode::BAD_REQUEST
        }
        RefusalCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalCode::NotAMember
        | RefusalCode::DeviceRevoked
        | RefusalCode::WrongPassword
        | RefusalCode::TotpRequired
        | RefusalCode::WrongCode
        | RefusalCode::WrongRecoveryKey
        | RefusalCode::Closed
        | RefusalCode::NotAllowed
        | RefusalCode::Blocked => StatusCode::FORBIDDEN,
        RefusalCode::UnknownAccount | RefusalCode::UnknownConversation | RefusalCode::LinkGone => {
            StatusCode::NOT_FOUND
        }
        RefusalCode::StaleEpoch | RefusalCode::AlreadyExists => StatusCode::CONFLICT,
        RefusalCode::SlowDown => StatusCode::TOO_MANY_REQUESTS,
        RefusalCode::InvalidLedger | RefusalCode::InvalidHandshake | RefusalCode::InvalidName => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        RefusalCode::MailboxFull | RefusalCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_failures_may_be_tried_again_and_bad_requests_may_not() {
        assert!(Refusal::from(StoreError::Busy).0.retry);
        assert!(Refusal::from(StoreError::Unavailable).0.retry);
        assert!(!Refusal::malformed().0.retry);
        assert!(!Refusal::from(HandshakeError::Invalid).0.retry);
    }

    #[test]
    fn http_carries_code_and_time() {
        let response = Refusal::slow_down(1500).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }
}
