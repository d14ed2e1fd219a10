//! The key of a history in a real keychain: GNOME's, on a bus of its own.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Stdio;

use story_tests::profile::key;
use story_tests::{DEADLINE, binary, until};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A bus that starts no programs, so that only the test's own are there.
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

/// Somebody's login: a bus and a home.
struct Login {
    address: String,
    home: TempDir,
    _bus: Child,
}

impl Login {
    async fn new() -> Self {
        let home = tempfile::tempdir().expect("a home");
        let settings = home.path().join("bus.conf");
        std::fs::write(&settings, BUS).expect("settings");
        let mut bus = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&settings)
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("dbus-daemon starts; `cargo xtask setup test` installs it");
        let mut lines = BufReader::new(bus.stdout.take().expect("a pipe")).lines();
        let line = timeout(DEADLINE, lines.next_line()).await;
        let address = line
            .expect("in time")
            .expect("text")
            .expect("an address before the end");
        Self {
            address,
            home,
            _bus: bus,
        }
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_RUNTIME_DIR", home)
            .kill_on_drop(true);
        command
    }

    /// Starts the keychain, unlocked as by logging in.
    async fn unlock(&self) -> Child {
        let mut keychain = self
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts; `cargo xtask setup test` installs it");
        let mut stdin = keychain.stdin.take().expect("a pipe");
        stdin.write_all(b"a password").await.expect("it reads it");
        drop(stdin);
        until("the keychain to answer", async || {
            let asked = self
                .command("dbus-send")
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.secrets",
                ])
                .args([
                    "/org/freedesktop/secrets",
                    "org.freedesktop.Secret.Service.ReadAlias",
                ])
                .arg("string:default")
                .output()
                .await
                .expect("dbus-send runs");
            let answer = String::from_utf8_lossy(&asked.stdout).into_owned();
            answer.contains("collection/").then_some(())
        })
        .await;
        keychain
    }

    /// Asks for the status of a profile: the error when it does not open.
    async fn status(&self, profile: &Path, is_with_keychain: bool) -> Result<String, String> {
        let mut command = self.command(binary("pipit-cli"));
        command.args(["status", "--data"]).arg(profile);
        if is_with_keychain {
            command.arg("--keychain");
        }
        let ran = timeout(DEADLINE, command.output()).await;
        let ran = ran.expect("in time").expect("pipit-cli runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match ran.status.success() {
            true => Ok(text(&ran.stdout)),
            false => Err(text(&ran.stderr)),
        }
    }

    fn profile(&self) -> PathBuf {
        self.home.path().join("profile")
    }
}

fn history(profile: &Path) -> Vec<u8> {
    std::fs::read(profile.join("history.sqlite")).expect("a history")
}

async fn end(mut program: Child) {
    program.kill().await.expect("it can be ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_lies_in_the_keychain_and_the_history_opens_only_with_it() {
    let login = Login::new().await;
    let profile = login.profile();
    let keychain = login.unlock().await;
    login.status(&profile, true).await.expect("a new profile");
    let told = std::fs::read_to_string(profile.join("history.key")).expect("a file");
    assert!(told.contains(r#""place":"keychain""#), "{told}");
    login.status(&profile, true).await.expect("it opens again");
    end(keychain).await;

    let before = history(&profile);
    let shut = login.status(&profile, true).await.expect_err("no keychain");
    assert!(shut.contains("no keychain that answers"), "{shut}");
    let shut = login.status(&profile, false).await.expect_err("not asked");
    assert!(shut.contains("--keychain"), "{shut}");
    assert!(history(&profile) == before, "the history was touched");

    // After the next login all is there.
    let keychain = login.unlock().await;
    login.status(&profile, true).await.expect("it opens");
    end(keychain).await;

    let before = history(&profile);
    let kept = login.home.path().join("data/keyrings");
    std::fs::rename(&kept, login.home.path().join("away")).expect("it can be moved");
    let keychain = login.unlock().await;
    let shut = login.status(&profile, true).await.expect_err("gone");
    assert!(shut.contains("does not have the key"), "{shut}");
    end(keychain).await;
    assert!(history(&profile) == before, "the history was touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_keychain_the_key_lies_beside_the_history() {
    let login = Login::new().await;
    let profile = login.profile();
    login.status(&profile, true).await.expect("a new profile");
    let _ = key(&profile);
    let keychain = login.unlock().await;
    login.status(&profile, true).await.expect("it opens");
    end(keychain).await;
}
