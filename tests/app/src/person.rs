//! What a person does in the app, in their words: sign up, find someone, write, look.
//!
//! The browser tests have the same in JavaScript; here it is the packaged app and its own window.

use anyhow::Result;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::{App, wait};

/// Long enough to be taken, and the same for everybody in the tests.
pub const PASSWORD: &str = "three small boats at dawn";

/// The mark of the last message that contains a text. Arguments: text. Gives its label, "" for a
/// message without one, or null when there is no such message. A message that one can look through,
/// as one that is still appearing, is not there yet.
const MARK: &str = r#"
const [text] = arguments;
const found = [...document.querySelectorAll('[role=feed] [role=article], [role=feed] article')]
  .filter((message) => message.textContent.includes(text)).at(-1);
if (!found) return null;
const parts = [found, ...found.querySelectorAll(':scope > *')];
if (parts.some((part) => getComputedStyle(part).opacity !== '1')) return 'not fully painted';
return found.querySelector('[role=img][aria-label]')?.getAttribute('aria-label') ?? '';
"#;

impl App {
    /// Creates an account on the server that the app was started with; without a display name, others
    /// see the username.
    ///
    /// # Errors
    /// When a step does not appear.
    pub async fn sign_up(&self, username: &str, display_name: &str) -> Result<()> {
        self.click("button", "Create an account").await?;
        self.see("Choose a server").await?;
        self.see("Online, ").await?;
        self.click("button", "Continue").await?;
        self.fill("Username", username).await?;
        if !display_name.is_empty() {
            self.fill("Display name", display_name).await?;
        }
        self.fill("Password", PASSWORD).await?;
        self.click("button", "Continue").await?;
        self.see("Save your recovery key").await?;
        self.click("label", "I have saved it somewhere safe")
            .await?;
        self.click("button", "Finish").await?;
        self.find("button", "New chat").await.map(drop)
    }

    /// Opens the 1:1 with somebody by their exact username.
    ///
    /// # Errors
    /// When they are not found.
    pub async fn start_chat(&self, username: &str) -> Result<()> {
        self.click("button", "New chat").await?;
        self.find("dialog", "New chat").await?;
        self.fill("Username", username).await?;
        self.click("button", "Start chat").await?;
        self.composer().await.map(drop)
    }

    /// Opens a conversation from the list.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn open_chat(&self, name: &str) -> Result<()> {
        self.click("row", name).await?;
        self.composer().await.map(drop)
    }

    /// Lets a stranger who has written come in.
    ///
    /// # Errors
    /// When nobody asks.
    pub async fn accept(&self, name: &str) -> Result<()> {
        self.click("button", "Message requests").await?;
        self.click("row", name).await?;
        self.click("button", "Accept").await?;
        self.composer().await.map(drop)
    }

    /// Writes a message and sends it with Enter.
    ///
    /// # Errors
    /// When no conversation is open.
    pub async fn send(&self, text: &str) -> Result<()> {
        let composer = self.composer().await?;
        composer.send_keys(text).await?;
        composer.send_keys(Key::Enter + "").await?;
        Ok(())
    }

    /// Waits until a message is shown with this mark: "sent", "delivered", or "" for a received one. What was
    /// read by then was delivered.
    ///
    /// # Errors
    /// When it is not.
    pub async fn see_message(&self, text: &str, mark: &str) -> Result<()> {
        let seen = wait::until(
            &format!("the message \"{text}\" marked \"{mark}\""),
            async || {
                let found = self.driver().execute(MARK, vec![json!(text)]).await?;
                let found = found.json().as_str();
                let is_read = mark == "delivered" && found == Some("read");
                Ok((is_read || found == Some(mark)).then_some(()))
            },
        )
        .await;
        self.show_failure(seen.is_err());
        seen
    }

    /// Gives the focus to the last message that contains a text, as keys would: single letters act on it.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn focus_message(&self, text: &str) -> Result<()> {
        let focus = r"
            const found = [...document.querySelectorAll('[data-message]')].filter((one) => one.textContent.includes(arguments[0])).at(-1);
            found?.focus();
            return found !== undefined && document.activeElement === found;";
        let seen = wait::until(&format!("the focus on \"{text}\""), async || {
            let answer = self.driver().execute(focus, vec![json!(text)]).await?;
            Ok((answer.json().as_bool() == Some(true)).then_some(()))
        })
        .await;
        self.show_failure(seen.is_err());
        seen
    }

    /// Waits until the chat list counts nothing as unread.
    ///
    /// # Errors
    /// When it goes on counting.
    pub async fn see_nothing_unread(&self) -> Result<()> {
        let look = r"return !/Unread\s*\d/.test(document.querySelector('nav').innerText)";
        let seen = wait::until("nothing unread", async || {
            let answer = self.driver().execute(look, vec![]).await?;
            Ok((answer.json().as_bool() == Some(true)).then_some(()))
        })
        .await;
        self.show_failure(seen.is_err());
        seen
    }

    async fn composer(&self) -> Result<WebElement> {
        self.find("textbox", "Message ").await
    }
}
