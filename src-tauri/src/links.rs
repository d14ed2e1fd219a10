//! Invitations that a person opens outside of Pipit: the system starts the app with one, or starts it a
//! second time. They reach the screen when it listens.
//!
//! What an invitation means is the core's to know. Called by `app` and `bridge`.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter};

use crate::window;

/// The name of the event that carries an invitation.
const EVENT: &str = "link";

/// Invitations on their way to the screen.
#[derive(Debug, Default)]
pub struct Links(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: Option<String>,
    is_heard: bool,
}

impl Links {
    /// Brings an invitation to the screen, now or when it listens. Only the newest waits.
    pub fn bring(&self, app: &AppHandle, link: String) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_heard {
            emit(app, link);
        } else {
            state.waiting = Some(link);
        }
    }

    /// The screen listens from now on.
    pub fn heard(&self, app: &AppHandle) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_heard = true;
        if let Some(link) = state.waiting.take() {
            emit(app, link);
        }
    }
}

fn emit(app: &AppHandle, link: String) {
    if let Err(error) = app.emit_to(window::LABEL, EVENT, link) {
        tracing::warn!(%error, "an invitation did not reach the screen");
    }
}
