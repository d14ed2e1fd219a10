//! A person at the keyboard: real key events of the screen's server, wherever the focus is.

use anyhow::{Result, bail};
use serde_json::json;

use crate::{App, wait};

/// What has focus, by the name that readers say; `""` when nothing has.
const FOCUSED: &str = r"
const one = document.activeElement;
if (one === null || one === document.body) return '';
return (one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent).trim().replace(/\s+/g, ' ');
";

/// Whether the focus has moved since the last look; the first look says yes.
const MOVED: &str = r"
const before = globalThis.lastFocused;
globalThis.lastFocused = document.activeElement;
return before !== document.activeElement;
";

/// What stands in the field that has focus.
const WRITTEN: &str = "return document.activeElement?.value ?? ''";

/// Counts what a pointer presses from now on.
const COUNT_PRESSES: &str = r"
globalThis.presses = 0;
addEventListener('pointerdown', () => globalThis.presses++, true);
";

/// Steps after which what is looked for can't come any more.
const STEPS_MAX: usize = 50;

impl App {
    /// Presses keys one after the other, each as `xdotool` names it: `ctrl+n`, `Tab`.
    ///
    /// # Errors
    /// When they can't be pressed.
    pub fn keys(&self, keys: &[&str]) -> Result<()> {
        let mut args = vec!["key"];
        args.extend(keys);
        self.desktop().run("xdotool", &args).map(drop)
    }

    /// Types a text into the field that has focus, and waits until it stands there.
    ///
    /// # Errors
    /// When it does not.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        self.desktop()
            .run("xdotool", &["type", "--delay", "15", text])?;
        let seen = wait::until(&format!("\"{text}\" to be written"), async || {
            let written = self.driver().execute(WRITTEN, vec![]).await?;
            let written = written.json().as_str().unwrap_or_default();
            Ok(written.ends_with(text).then_some(()))
        })
        .await;
        self.show_failure(seen.is_err());
        seen
    }

    /// What has focus, by the name that readers say; empty when nothing has.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn focused(&self) -> Result<String> {
        let name = self.driver().execute(FOCUSED, vec![]).await?;
        Ok(name.json().as_str().unwrap_or_default().to_owned())
    }

    /// Waits until something by this name has focus; a part of the name is enough.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn has_focus(&self, name: &str) -> Result<()> {
        let seen = wait::until(&format!("the focus on \"{name}\""), async || {
            Ok(self.focused().await?.contains(name).then_some(()))
        })
        .await;
        self.show_failure(seen.is_err());
        seen
    }

    /// Presses one key until something by this name has focus; a part of the name is enough.
    ///
    /// # Errors
    /// When the key never leads there.
    pub async fn step_to(&self, name: &str, key: &str) -> Result<()> {
        let mut passed = Vec::new();
        self.driver().execute(MOVED, vec![]).await?;
        while passed.len() < STEPS_MAX {
            let here = self.focused().await?;
            if here.contains(name) {
                return Ok(());
            }
            self.keys(&[key])?;
            let moved = wait::until(&format!("{key} to leave \"{here}\""), async || {
                let moved = self.driver().execute(MOVED, vec![]).await?;
                Ok((moved.json() == &json!(true)).then_some(()))
            })
            .await;
            self.show_failure(moved.is_err());
            moved?;
            passed.push(here);
        }
        self.show_failure(true);
        bail!("{key} never led to \"{name}\", but to {passed:?}")
    }

    /// Counts what a pointer presses in the window from now on.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn watch_pointer(&self) -> Result<()> {
        self.driver().execute(COUNT_PRESSES, vec![]).await?;
        Ok(())
    }

    /// How often something was pressed with a pointer since [`App::watch_pointer`].
    ///
    /// # Errors
    /// When it was not watched, or the page was loaded anew.
    pub async fn pointer_presses(&self) -> Result<u64> {
        let presses = self
            .driver()
            .execute("return globalThis.presses", vec![])
            .await?;
        match presses.json().as_u64() {
            Some(count) => Ok(count),
            None => bail!("nobody counted"),
        }
    }
}
