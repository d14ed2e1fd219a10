//! Linking a device, as the screen shows it.

use pipit_client::{LinkCode, LinkFailure, LinkState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::RpcError;
use crate::qr;

/// A code that another device is to enter.
#[derive(Debug, Clone, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkCodeView {
    /// To be typed: `7KQ4-M2XD`.
    pub code: String,
    /// What the picture says; `device.link` takes it too.
    pub invitation: String,
    /// The invitation as a QR code: a `data:` URL.
    pub picture: String,
    /// How long it can be entered, in milliseconds from now.
    pub life_ms: u64,
}

impl TryFrom<LinkCode> for LinkCodeView {
    type Error = RpcError;

    fn try_from(code: LinkCode) -> Result<Self, RpcError> {
        Ok(Self {
            picture: qr::picture(&code.invitation.0)?,
            code: code.text.0,
            invitation: code.invitation.0,
            life_ms: u64::try_from(code.life.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// How far linking has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(
    tag = "state",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum LinkingView {
    /// A code is shown, and was not entered yet.
    Shown,
    /// The devices have met.
    Asked {
        /// The other device's name, as it tells; may be empty.
        name: String,
        /// The device that would be added: answer with `device.approve`. Left out on the new device, which waits.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        device_id: Option<String>,
    },
    /// The new device is being added.
    Adding,
    /// Done.
    Linked,
    /// It ended without a new device.
    Failed {
        /// Why.
        why: LinkFailureView,
    },
}

/// Why no device was linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LinkFailureView {
    /// Nobody entered the code in time, or the other device went away.
    Expired,
    /// Another code was typed, or somebody in between guessed.
    WrongCode,
    /// One of the two has a newer version.
    Newer,
    /// The person did not agree, or ended it.
    Declined,
    /// Both devices have an account, or neither has.
    SameRole,
    /// What came from the other device was not what it must be.
    Broken,
    /// The server could not be reached, or refused.
    Server,
}

impl From<LinkState> for LinkingView {
    fn from(state: LinkState) -> Self {
        match state {
            LinkState::Shown => Self::Shown,
            LinkState::Asked { name, device } => Self::Asked {
                name: name.0,
                device_id: device.map(|device| device.to_string()),
            },
            LinkState::Adding => Self::Adding,
            LinkState::Linked => Self::Linked,
            LinkState::Failed(failure) => Self::Failed {
                why: failure.into(),
            },
        }
    }
}

impl From<LinkFailure> for LinkFailureView {
    fn from(failure: LinkFailure) -> Self {
        match failure {
            LinkFailure::Expired => Self::Expired,
            LinkFailure::WrongCode => Self::WrongCode,
            LinkFailure::Newer => Self::Newer,
            LinkFailure::Declined => Self::Declined,
            LinkFailure::SameRole => Self::SameRole,
            LinkFailure::Broken => Self::Broken,
            LinkFailure::Server => Self::Server,
        }
    }
}
