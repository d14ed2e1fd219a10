//! The app with a driver in front: starting and ending it, and finding things as a person names them.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use serde_json::{Map, json};
use thirtyfour::prelude::*;

use crate::{Desktop, desktop::artifact, process::Program, wait};

/// Finds what is visible, by role and accessible name: labels, `aria-label`, or text.
/// Arguments: role, name (a part of it is enough). Gives the last match, or null.
const FIND: &str = r#"
const [role, name] = arguments;
const kinds = {
  button: 'button, [role=button]', textbox: 'input:not([type=checkbox]), textarea', label: 'label',
  row: 'nav li button, nav [role=listitem] button', article: 'article, [role=article]', text: 'h1, h2, p, span, div',
  dialog: 'dialog, [role=dialog]', menuitem: '[role=menuitem], [role=menuitemradio]',
};
const nameOf = (element) => {
  const label = element.getAttribute('aria-label');
  if (label) return label;
  const by = element.getAttribute('aria-labelledby');
  if (by) return by.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  if (element.labels?.length) return [...element.labels].map((label) => label.textContent).join(' ');
  return element.textContent ?? '';
};
const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
const found = [...document.querySelectorAll(kinds[role])].filter((e) => isVisible(e) && nameOf(e).includes(name));
return found.at(-1) ?? null;
"#;

/// Ends when what the page holds is on the screen: movements that end have ended, two frames passed.
const PAINTED: &str = r"
const done = arguments[0];
const frames = () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
const moving = () => document.getAnimations()
  .filter((one) => one.effect?.getTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => {}));
frames().then(() => Promise.all(moving())).then(frames).then(done);
";

/// One running app and the driver that speaks for it.
#[derive(Debug)]
pub struct App {
    desktop: Arc<Desktop>,
    driver: WebDriver,
    bridge: Program,
    profile: PathBuf,
}

impl App {
    /// Starts the packaged app (`PIPIT_APP`) on a desktop, with its data in `profile`.
    ///
    /// # Errors
    /// When the app or its driver does not start.
    pub async fn start(desktop: &Arc<Desktop>, profile: &Path, server: &str) -> Result<Self> {
        // Built beside the core, the driver's HTTP client has no cryptography of its own; a second app
        // finds it installed.
        let _installed_already = rustls::crypto::ring::default_provider().install_default();
        let (port, native_port) = (free_port()?, free_port()?);
        let bridge = std::env::var_os("PIPIT_TAURI_DRIVER")
            .map_or_else(|| PathBuf::from("tauri-driver"), PathBuf::from);
        let mut command = Command::new(bridge);
        desktop.place(&mut command);
        command.args([
            "--port",
            &port.to_string(),
            "--native-port",
            &native_port.to_string(),
        ]);
        command.args(["--native-driver", "/usr/bin/WebKitWebDriver"]);
        let bridge = Program::start(&mut command)?;

        let options = json!({
            "application": program()?,
            "args": [
                format!("--data-dir={}", profile.display()),
                format!("--server={server}"),
            ],
        });
        let mut capabilities = Map::new();
        capabilities.insert("browserName".to_owned(), json!("wry"));
        capabilities.insert("tauri:options".to_owned(), options);
        let capabilities = Capabilities::from(capabilities);
        let address = format!("http://127.0.0.1:{port}");
        let driver = wait::until("the app to open", async || {
            Ok(Some(WebDriver::new(&address, capabilities.clone()).await?))
        })
        .await?;
        Ok(Self {
            desktop: Arc::clone(desktop),
            driver,
            bridge,
            profile: profile.to_owned(),
        })
    }

    /// Closes the app as a person would and waits until it is gone.
    ///
    /// # Errors
    /// When it stays.
    pub async fn close(self) -> Result<()> {
        let id = self.process()?;
        let window = format!("0x{:x}", self.window().await?.parse::<u32>()?);
        self.desktop.run("wmctrl", &["-i", "-c", &window])?;
        wait::until("the app to end", async || {
            Ok((!Path::new("/proc").join(id.to_string()).exists()).then_some(()))
        })
        .await?;
        Ok(())
    }

    /// Ends the app at once, as a crash would.
    ///
    /// # Errors
    /// When it cannot be found.
    pub async fn crash(self) -> Result<()> {
        let id = self.process()?;
        Command::new("kill")
            .args(["-KILL", &id.to_string()])
            .status()?;
        Ok(())
    }

    /// The app's process, found by its arguments.
    ///
    /// # Errors
    /// When it does not run.
    pub fn process(&self) -> Result<u32> {
        let argument = format!("--data-dir={}", self.profile.display());
        for entry in std::fs::read_dir("/proc")? {
            let entry = entry?;
            let Some(id) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            else {
                continue;
            };
            let Ok(line) = std::fs::read(entry.path().join("cmdline")) else {
                continue;
            };
            let mut args = line.split(|byte| *byte == 0);
            let program = args.next().unwrap_or_default();
            if program.ends_with(b"/pipit") && args.any(|arg| arg == argument.as_bytes()) {
                return Ok(id);
            }
        }
        bail!("no app runs with {argument}")
    }

    /// Waits for something visible with this role and a name that contains `name`.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn find(&self, role: &str, name: &str) -> Result<WebElement> {
        let arguments = vec![json!(role), json!(name)];
        let found = wait::until(&format!("{role} \"{name}\""), async || {
            let found = self.driver.execute(FIND, arguments.clone()).await?;
            if found.json().is_null() {
                Ok(None)
            } else {
                Ok(Some(found.element()?))
            }
        })
        .await;
        self.show_failure(found.is_err());
        found
    }

    /// Clicks something by role and name.
    ///
    /// # Errors
    /// When it does not appear, or stays covered or disabled.
    pub async fn click(&self, role: &str, name: &str) -> Result<()> {
        let element = self.find(role, name).await?;
        wait::until(&format!("{role} \"{name}\" to be clickable"), async || {
            if !element.is_enabled().await? {
                return Ok(None);
            }
            element.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Types into a field by its label.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let field = self.find("textbox", label).await?;
        field.clear().await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// Presses keys wherever the focus is.
    ///
    /// # Errors
    /// When the app does not answer.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        let focused = self.driver.active_element().await?;
        focused.send_keys(keys).await?;
        Ok(())
    }

    /// Waits until the page's text contains this.
    ///
    /// # Errors
    /// When it does not.
    pub async fn see(&self, text: &str) -> Result<()> {
        let look = "return document.body.innerText.includes(arguments[0])";
        let seen = wait::until(&format!("the words \"{text}\""), async || {
            let answer = self.driver.execute(look, vec![json!(text)]).await?;
            Ok(answer.json().as_bool().unwrap_or(false).then_some(()))
        })
        .await;
        self.show_failure(seen.is_err());
        seen
    }

    /// Keeps a picture for the one who reads a failure.
    pub fn show_failure(&self, is_failed: bool) {
        if is_failed && let Err(error) = self.desktop.picture("failed.png") {
            eprintln!("no picture of the failure: {error:#}");
        }
    }

    /// The driver, for what is asked only once.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The desktop that it stands on.
    pub(crate) fn desktop(&self) -> &Desktop {
        &self.desktop
    }

    /// Waits until nothing visible has this role and a name that contains `name`.
    ///
    /// # Errors
    /// When it stays.
    pub async fn see_gone(&self, role: &str, name: &str) -> Result<()> {
        let arguments = vec![json!(role), json!(name)];
        let gone = wait::until(&format!("{role} \"{name}\" to go"), async || {
            let found = self.driver.execute(FIND, arguments.clone()).await?;
            Ok(found.json().is_null().then_some(()))
        })
        .await;
        self.show_failure(gone.is_err());
        gone
    }

    /// The window as the desktop names it.
    ///
    /// # Errors
    /// When there is none on screen.
    pub async fn window(&self) -> Result<String> {
        let id = self.process()?.to_string();
        let search = [
            "search",
            "--all",
            "--onlyvisible",
            "--pid",
            &id,
            "--name",
            "Pipit",
        ];
        wait::until("the app's window", async || {
            let found = self.desktop.run("xdotool", &search).unwrap_or_default();
            Ok(found.lines().last().map(str::to_owned))
        })
        .await
    }

    /// Moves the window, so that two can be seen at once.
    ///
    /// # Errors
    /// When there is none on screen.
    pub async fn move_to(&self, x: u32, y: u32) -> Result<()> {
        let window = self.window().await?;
        self.desktop.run(
            "xdotool",
            &["windowmove", &window, &x.to_string(), &y.to_string()],
        )?;
        Ok(())
    }

    /// Gives the window the focus, as clicking on it would.
    ///
    /// # Errors
    /// When there is none on screen.
    pub async fn activate(&self) -> Result<()> {
        let window = self.window().await?;
        self.desktop
            .run("xdotool", &["windowactivate", "--sync", &window])?;
        Ok(())
    }

    /// Whether the window has the focus.
    ///
    /// # Errors
    /// When there is none on screen.
    pub async fn is_active(&self) -> Result<bool> {
        let window = self.window().await?;
        Ok(self
            .desktop
            .run("xdotool", &["getactivewindow"])
            .unwrap_or_default()
            .trim()
            == window)
    }

    /// Waits until what the page holds is on the screen, movements included.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn settle(&self) -> Result<()> {
        self.driver.execute_async(PAINTED, vec![]).await?;
        Ok(())
    }

    /// Keeps a picture of the window as the screen shows it. (The driver's own screenshots never end
    /// without a graphics card.)
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn picture(&self, name: &str) -> Result<PathBuf> {
        self.settle().await?;
        let file = artifact(name)?;
        let window = self.window().await?;
        self.desktop
            .run("import", &["-window", &window, &file.to_string_lossy()])?;
        Ok(file)
    }
}

/// The packaged app under test.
pub(crate) fn program() -> Result<PathBuf> {
    std::env::var_os("PIPIT_APP")
        .map(PathBuf::from)
        .context("PIPIT_APP names no app; run these tests with: cargo xtask test --only app")
}

impl Drop for App {
    fn drop(&mut self) {
        // Otherwise the driver would ask the bridge to end the session, and wait long for a dead one.
        let _ended_already = self.driver.clone().leak();
        self.bridge.end();
        if let Ok(id) = self.process() {
            let _gone_already = Command::new("kill")
                .args(["-KILL", &id.to_string()])
                .status();
        }
    }
}

/// A port that nobody uses now. Another program may take it before ours does; then ours says so.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
