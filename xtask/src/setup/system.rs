//! Packages of the operating system: which are needed, which are missing, and installing those.
//!
//! Installs on Debian and Ubuntu; elsewhere it says what is needed and trusts the person.

use std::{fs, fs::File};

use anyhow::{Context, Result, bail};

use super::Group;
use crate::{paths, process};

const BUILD: &[&str] = &[
    "build-essential",
    // OpenSSL, whose ciphers encrypt the history, is configured by it.
    "perl",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libdbus-1-dev",
];

const TEST: &[&str] = &[
    "xvfb",
    "dbus",
    "dbus-x11",
    "gnome-keyring",
    "openbox",
    "dunst",
    "xdotool",
    "wmctrl",
    "imagemagick",
    "webkit2gtk-driver",
    "chromium",
    "fonts-dejavu-core",
    "fonts-noto-color-emoji",
];

const MEDIA: &[&str] = &[
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-libav",
    "gstreamer1.0-gl",
];

const ELSEWHERE: &str = "\
On this system the project does not install packages by itself. It needs:
  Fedora:   sudo dnf install gcc gcc-c++ make perl pkgconf webkit2gtk4.1-devel librsvg2-devel dbus-devel
  Arch:     sudo pacman -S base-devel perl webkit2gtk-4.1 librsvg dbus
  macOS:    xcode-select --install
  Windows:  the Visual Studio C++ build tools and Perl (https://strawberryperl.com); WebView2 is part of Windows 11
The tests of the packaged app run on Linux only.";

/// Installs what is missing of these groups.
///
/// # Errors
/// When packages are missing and cannot be installed.
pub fn ensure(groups: &[Group]) -> Result<()> {
    if !is_debian_like() {
        if !cfg!(any(windows, target_os = "macos")) && !has_webkit() {
            println!("{ELSEWHERE}");
            bail!("WebKitGTK 4.1 is missing (pkg-config does not find webkit2gtk-4.1)");
        }
        return Ok(());
    }
    let wanted = groups.iter().flat_map(|group| match group {
        Group::Build => BUILD,
        Group::Test => TEST,
        Group::Media => MEDIA,
    });
    let missing: Vec<&str> = wanted
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!(
        "These system packages are missing and are installed now:\n  {}",
        missing.join(" ")
    );
    install(&missing)
}

fn install(packages: &[&str]) -> Result<()> {
    // Two runs at once can delete each other's downloads.
    fs::create_dir_all(paths::target())?;
    let lock = File::create(paths::target().join("apt.lock"))?;
    lock.lock()
        .context("waiting for another set-up of this work tree")?;
    let still: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|name| !is_installed(name))
        .collect();
    if still.is_empty() {
        return Ok(());
    }
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(&still);
    // Package lists may be missing (a fresh container) or stale (a 404 on an old version): read them
    // anew before, once.
    process::run(&mut apt_get(&["update"])?)?;
    process::run(&mut apt_get(&args)?).with_context(|| {
        format!(
            "installing failed; try it by hand: sudo apt-get install {}",
            still.join(" ")
        )
    })
}

/// apt-get as root: by itself when we are root, else through sudo, which may ask for the password.
fn apt_get(args: &[&str]) -> Result<std::process::Command> {
    let wait = [
        "-o",
        "DPkg::Lock::Timeout=600",
        "-o",
        "Acquire::Retries=3",
        "-q",
    ];
    let is_root = process::output(process::command("id").arg("-u"))?.trim() == "0";
    let mut command = if is_root {
        process::command("apt-get")
    } else if process::find("sudo").is_some() {
        let mut sudo = process::command("sudo");
        // sudo drops the environment, so the setting goes through `env`.
        sudo.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo.stdin(std::process::Stdio::inherit());
        sudo
    } else {
        bail!(
            "installing packages needs root, and there is no sudo: apt-get {}",
            args.join(" ")
        );
    };
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(wait)
        .args(args);
    Ok(command)
}

fn is_debian_like() -> bool {
    let Ok(text) = fs::read_to_string("/etc/os-release") else {
        return false;
    };
    text.lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .flat_map(|value| value.trim_matches('"').split(' '))
        .any(|id| id == "debian" || id == "ubuntu")
}

fn is_installed(package: &str) -> bool {
    process::output(process::command("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]))
        .is_ok_and(|status| status.trim() == "installed")
}

fn has_webkit() -> bool {
    process::succeeds(process::command("pkg-config").args(["--exists", "webkit2gtk-4.1"]))
}
