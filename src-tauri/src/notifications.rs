//! Shows what the core decided to tell the person, and says when they clicked it.
//!
//! Decides nothing: whether and what to show is the core's notification policy. Called by `bridge`
//! and `download`. A subject has at most one notification on screen; a newer one takes its place.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::platform;

/// How many notifications may wait for a click at once: each holds a thread. Past that they are
/// shown, and a click only dismisses them. No desktop shows more than a handful.
const WAITING_MAX: usize = 32;

/// What to show.
#[derive(Clone)]
pub struct Notice {
    /// What it is about: a conversation's id, a file. Given back on a click.
    pub subject: String,
    /// One line, usually who wrote.
    pub title: String,
    /// What they wrote, or a stand-in.
    pub body: String,
}

/// The notifications now on screen.
#[derive(Clone, Default)]
pub struct Notifications {
    waiting: Arc<Mutex<HashMap<String, u32>>>,
}

impl Notifications {
    /// Shows a notice without blocking; `on_click` runs on another thread, at most once.
    pub fn show(&self, notice: Notice, on_click: impl FnOnce(String) + Send + 'static) {
        let this = self.clone();
        tauri::async_runtime::spawn_blocking(move || {
            if this.show_and_wait(&notice) {
                on_click(notice.subject);
            }
        });
    }

    /// True when the notice was clicked.
    fn show_and_wait(&self, notice: &Notice) -> bool {
        let earlier = self.lock().get(&notice.subject).copied();
        let body = match platform::notifications_have_markup() {
            true => escape(&notice.body),
            false => notice.body.clone(),
        };
        let shown = match platform::show_notification(&notice.title, &body, earlier) {
            Ok(shown) => shown,
            Err(error) => {
                tracing::warn!(%error, "the system shows no notifications");
                return false;
            }
        };
        {
            let mut waiting = self.lock();
            // The thread that showed the replaced notice still waits, and the click is its to report.
            if shown.is_replacement() || waiting.len() >= WAITING_MAX {
                return false;
            }
            waiting.insert(notice.subject.clone(), shown.id());
        }
        let is_clicked = shown.wait_for_click();
        self.lock().remove(&notice.subject);
        is_clicked
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        // Each change of the map is one call, so a panic elsewhere leaves it whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes text safe for servers that read markup, so that a message cannot draw links or pictures.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_message_cannot_carry_markup() {
        assert_eq!(
            escape("<img src=\"x\"> & co"),
            "&lt;img src=\"x\"&gt; &amp; co"
        );
    }
}
