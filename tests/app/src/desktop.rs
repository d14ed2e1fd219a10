//! A person's desktop: a screen, a window manager, a session bus and a notification server, all of
//! its own, so that a test neither disturbs the machine nor another test.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Program;

/// Wide enough for two windows of the usual size side by side.
const SCREEN: &str = "2200x800x24";

/// The notification server's settings: nothing is hidden or grouped, and a click acts.
const DUNST: &str = "\
[global]
    monitor = 0
    follow = none
    width = 360
    origin = top-right
    offset = 12x12
    font = Sans 11
    markup = full
    mouse_left_click = do_action, close_current
    show_age_threshold = -1
    idle_threshold = 0
    history_length = 100
";

/// The session bus's settings: it starts no programs, so that only the test's own are there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// The person's choice of browser, in the form that xdg-open reads.
const BROWSER_ENTRY: &str = "\
[Desktop Entry]
Type=Application
Name=Browser
Exec=BROWSER %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;
";
const BROWSER_CHOICE: &str = "\
[Default Applications]
x-scheme-handler/http=browser.desktop
x-scheme-handler/https=browser.desktop
";

/// Stands for the person's browser: notes what it was asked to open.
const BROWSER: &str = "#!/bin/sh\necho \"$1\" >> \"$HOME/opened\"\n";

/// A notification that was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What the notification server names it by.
    pub id: i64,
    /// The first line.
    pub summary: String,
    /// The text.
    pub body: String,
}

/// One virtual desktop; everything ends with it.
#[derive(Debug)]
pub struct Desktop {
    display: String,
    bus: String,
    // Ended in this order: those that use a thing before the thing.
    _notifications: Program,
    _windows: Program,
    _bus: Program,
    _screen: Program,
    home: TempDir,
}

impl Desktop {
    /// Starts it and waits until each part is ready.
    ///
    /// # Errors
    /// When a part is missing (`cargo xtask setup test` installs them) or does not start.
    pub async fn start() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let mut command = Command::new("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            SCREEN,
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        command.stderr(fs::File::create(home.path().join("xvfb.log"))?);
        let (screen, display) = Program::start_and_read(&mut command, |line| {
            line.trim()
                .parse::<u32>()
                .ok()
                .map(|number| format!(":{number}"))
        })?;

        fs::write(home.path().join("bus.conf"), BUS)?;
        choose_browser(home.path())?;
        let mut command = Command::new("dbus-daemon");
        command
            .arg("--config-file")
            .arg(home.path().join("bus.conf"));
        command.args(["--nofork", "--print-address=1"]);
        command.stderr(fs::File::create(home.path().join("bus.log"))?);
        let (session, bus) = Program::start_and_read(&mut command, |line| {
            line.starts_with("unix:").then(|| line.trim().to_owned())
        })?;

        let settings = home.path().join("dunstrc");
        fs::write(&settings, DUNST)?;
        let mut openbox = Command::new("openbox");
        let mut dunst = Command::new("dunst");
        dunst.arg("-config").arg(&settings);
        for program in [&mut openbox, &mut dunst] {
            set_environment(program, &display, &bus, &home);
            program.stderr(
                fs::File::options()
                    .create(true)
                    .append(true)
                    .open(log(&home))?,
            );
        }
        let windows = Program::start(&mut openbox)?;
        let notifications = Program::start(&mut dunst)?;
        let desktop = Self {
            display,
            bus,
            _notifications: notifications,
            _windows: windows,
            _bus: session,
            _screen: screen,
            home,
        };
        crate::wait::until("the notification server", async || {
            Ok(desktop.run("dunstctl", &["count"]).is_ok().then_some(()))
        })
        .await?;
        Ok(desktop)
    }

    /// Makes a program belong to this desktop.
    pub fn place(&self, command: &mut Command) {
        set_environment(command, &self.display, &self.bus, &self.home);
    }

    /// A folder for this desktop's data, gone at its end.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs a program of the desktop to its end and gives what it printed.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub fn run(&self, program: &str, args: &[&str]) -> Result<String> {
        let mut command = Command::new(program);
        self.place(&mut command);
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .args(args)
            .output()
            .with_context(|| format!("starting {program}"))?;
        if !status.success() {
            bail!(
                "{program} {args:?}: {}",
                String::from_utf8_lossy(&stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    /// Starts the packaged app once more with a profile, and a link if there is one, and waits until this
    /// start has ended.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub fn run_app(&self, profile: &Path, link: Option<&str>) -> Result<()> {
        let app = crate::app::program()?;
        let profile = format!("--data-dir={}", profile.display());
        let mut arguments = vec![&profile[..]];
        arguments.extend(link);
        self.run(&app.to_string_lossy(), &arguments).map(drop)
    }

    /// Notifications that are on screen or were, newest first.
    ///
    /// # Errors
    /// When the notification server does not answer.
    pub fn notifications(&self) -> Result<Vec<Shown>> {
        // dunst lists only what left the screen, so what is on it is put away first.
        self.run("dunstctl", &["close-all"])?;
        let history: Value = serde_json::from_str(&self.run("dunstctl", &["history"])?)?;
        let text =
            |entry: &Value, key: &str| entry[key]["data"].as_str().unwrap_or_default().to_owned();
        let entries = history["data"][0].as_array().cloned().unwrap_or_default();
        Ok(entries
            .iter()
            .map(|entry| Shown {
                id: entry["id"]["data"].as_i64().unwrap_or_default(),
                summary: text(entry, "summary"),
                body: text(entry, "body"),
            })
            .collect())
    }

    /// How many notifications are on screen.
    ///
    /// # Errors
    /// When the notification server does not answer.
    pub fn notifications_on_screen(&self) -> Result<usize> {
        Ok(self
            .run("dunstctl", &["count", "displayed"])?
            .trim()
            .parse()?)
    }

    /// Clicks the notification on screen, as the left mouse button would.
    ///
    /// # Errors
    /// When the notification server does not answer.
    pub fn click_notification(&self) -> Result<()> {
        self.run("dunstctl", &["action", "0"]).map(drop)
    }

    /// The addresses that programs asked the person's browser to open, oldest first.
    #[must_use]
    pub fn opened_links(&self) -> Vec<String> {
        let text = fs::read_to_string(self.home.path().join("opened")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Keeps a picture of the whole screen.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub fn picture(&self, name: &str) -> Result<PathBuf> {
        let file = artifact(name)?;
        self.run("import", &["-window", "root", &file.to_string_lossy()])?;
        Ok(file)
    }
}

/// Where a picture for people goes: `PIPIT_ARTIFACTS`, or `target/artifacts/app`.
///
/// # Errors
/// When the folder cannot be made.
pub fn artifact(name: &str) -> Result<PathBuf> {
    let folder = std::env::var_os("PIPIT_ARTIFACTS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/artifacts/app"),
        PathBuf::from,
    );
    fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

fn choose_browser(home: &Path) -> Result<()> {
    let browser = home.join("browser");
    fs::write(&browser, BROWSER)?;
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755))?;
    let (entries, choices) = (home.join(".local/share/applications"), home.join(".config"));
    fs::create_dir_all(&entries)?;
    fs::create_dir_all(&choices)?;
    let entry = BROWSER_ENTRY.replace("BROWSER", &browser.to_string_lossy());
    fs::write(entries.join("browser.desktop"), entry)?;
    fs::write(choices.join("mimeapps.list"), BROWSER_CHOICE)?;
    Ok(())
}

fn log(home: &TempDir) -> PathBuf {
    home.path().join("desktop.log")
}

fn set_environment(command: &mut Command, display: &str, bus: &str, home: &TempDir) {
    command
        .env("DISPLAY", display)
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("XDG_SESSION_TYPE", "x11")
        .env("GDK_BACKEND", "x11")
        // No accessibility bus here; asking for one only costs time.
        .env("NO_AT_BRIDGE", "1")
        // There is no graphics card: drawing without DMA buffers is many times faster.
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env_remove("WAYLAND_DISPLAY");
    for name in [
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DOWNLOAD_DIR",
    ] {
        command.env_remove(name);
    }
}
