//! The history on a device that came later, as the screen shows it.

use pipit_client::{HistoryProgress, HistoryState as State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether something of the history is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum HistoryState {
    /// All that the account's devices have is here.
    Complete,
    /// Another device has to come online first.
    Waiting,
    /// It is coming.
    Coming,
}

/// How far the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryView {
    /// Whether something is to come.
    pub state: HistoryState,
    /// Messages that have come.
    pub received: u64,
    /// About as many as there are.
    pub total: u64,
}

impl From<HistoryProgress> for HistoryView {
    fn from(progress: HistoryProgress) -> Self {
        Self {
            state: match progress.state {
                State::Complete => HistoryState::Complete,
                State::Waiting => HistoryState::Waiting,
                State::Coming => HistoryState::Coming,
            },
            received: progress.received,
            total: progress.total,
        }
    }
}
