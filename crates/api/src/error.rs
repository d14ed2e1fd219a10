//! Errors as the screen and bots see them: a stable code, whether to retry, a sentence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

/// Stable words for what went wrong. Each exists because a caller acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The request is not what the command takes.
    BadRequest,
    /// No such command.
    UnknownMethod,
    /// Needs an account; there is none on this device.
    SignedOut,
    /// There is an account on this device already.
    AlreadySignedIn,
    /// The server cannot be reached.
    Unreachable,
    /// Something answers at that address, but not a Pipit server.
    NotAPipitServer,
    /// Needs a connection; there is none now.
    Offline,
    /// The username is taken.
    UsernameTaken,
    /// The username has a form that none may have.
    UsernameInvalid,
    /// The password is shorter than allowed.
    PasswordTooShort,
    /// Name and password don't fit together.
    WrongPassword,
    /// The password is right; the account asks new devices for a code, too.
    TotpRequired,
    /// Not the second factor's code, or used before.
    WrongCode,
    /// Not a recovery key, not this account's, or no such account.
    WrongRecoveryKey,
    /// The server takes no new accounts.
    RegistrationClosed,
    /// Nobody has this username.
    UnknownAccount,
    /// No conversation with this id on this device.
    UnknownConversation,
    /// No such message, or nothing to show any more.
    NotFound,
    /// This account is not in the conversation.
    NotAMember,
    /// The group does not let this member do that.
    NotAllowed,
    /// Longer than a message may be.
    TooLarge,
    /// There are as many as there can be; take one away first.
    TooMany,
    /// A newer search of the same box took the place of this one.
    Superseded,
    /// The message was written too long ago for this.
    TooLate,
    /// Too many tries; wait.
    SlowDown,
    /// This device was removed from the account.
    DeviceRevoked,
    /// The code for linking is not valid any more; show a new one.
    LinkGone,
    /// The server shows an identity that contradicts what is known: an alarm.
    LedgerMismatch,
    /// The disk is full.
    StorageFull,
    /// The history file cannot be read or written.
    Storage,
    /// The key of the history lies in the system's keychain, which is locked or does not answer.
    KeychainUnavailable,
    /// The key of the history is not where it was put.
    KeyMissing,
    /// Our bug.
    Internal,
}

/// What a failed command answers: JSON-RPC's error object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct RpcError {
    /// JSON-RPC's number: -32700 not JSON, -32600 not a request, -32601 unknown method, -32602 bad
    /// parameters, -32603 our bug, -32000 refused.
    pub code: i32,
    /// A plain sentence that says what to do.
    pub message: String,
    /// What programs act on.
    pub data: ErrorDetail,
}

/// The part of an error that programs act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// Stable word.
    pub code: ErrorCode,
    /// Whether the same call may succeed later.
    pub retry: bool,
    /// When to try again, in milliseconds from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after_ms: Option<u64>,
}

impl RpcError {
    /// An error that trying again does not change.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let number = match code {
            ErrorCode::UnknownMethod => -32601,
            ErrorCode::BadRequest => -32602,
            ErrorCode::Internal => -32603,
            _ => -32000,
        };
        Self {
            code: number,
            message: message.into(),
            data: ErrorDetail {
                code,
                retry: false,
                retry_after_ms: None,
            },
        }
    }

    /// The same, worth trying again, after so many milliseconds if that is known.
    #[must_use]
    pub fn retry(mut self, after_ms: Option<u64>) -> Self {
        self.data.retry = true;
        self.data.retry_after_ms = after_ms;
        self
    }

    /// As a JSON value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self)
            .unwrap_or_else(|_| json!({"code": -32603, "message": self.message}))
    }
}
