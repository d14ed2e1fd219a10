//! The app's one window: how it looks at birth, where its links lead, and bringing it to the front.
//!
//! Not what it shows (`ui/`) nor what it may ask (`bridge`). Called by `app`.

use tauri::{
    AppHandle, Manager, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    webview::{NewWindowResponse, PageLoadEvent},
    window::Color,
};

use crate::{download, profile::Profile};

/// The label by which capabilities and events name the window.
pub const LABEL: &str = "main";

/// Width and height, in logical pixels, before the person changes them (DESIGN.md, "Layout").
const SIZE: (f64, f64) = (1080.0, 720.0);
/// The smallest useful window, in logical pixels.
const SIZE_MIN: (f64, f64) = (420.0, 480.0);

/// The canvas colours of `tokens.css`: what is seen until the screen has painted.
const CANVAS_LIGHT: Color = Color(0xf3, 0xf2, 0xef, 0xff);
const CANVAS_DARK: Color = Color(0x0e, 0x13, 0x15, 0xff);

/// Takes away what a web page can do and an app should not: reloading, printing, viewing the source.
/// The menu stays on text fields and selected text, where it copies and pastes.
const APP_NOT_PAGE: &str = r"
addEventListener('keydown', (event) => {
  const key = event.key.toLowerCase();
  const chord = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (key === 'f5' || (chord && ['r', 'p', 'u', 's', 'g'].includes(key))) event.preventDefault();
}, true);
addEventListener('contextmenu', (event) => {
  const field = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]');
  if (!field && String(getSelection()) === '') event.preventDefault();
}, true);
";

/// Opens the window, hidden until its page is there, so that nothing half-drawn is seen.
///
/// # Errors
/// When the system's webview does not start.
pub fn open(app: &AppHandle, profile: &Profile) -> tauri::Result<WebviewWindow> {
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title(crate::APP_NAME)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SIZE_MIN.0, SIZE_MIN.1)
        .data_directory(profile.webview_dir())
        .zoom_hotkeys_enabled(true)
        .visible(false)
        .on_page_load(|window, payload| {
            if payload.event() == PageLoadEvent::Finished {
                show(&window);
            }
        })
        .on_navigation(|url| {
            let is_own = is_own_page(url);
            if !is_own {
                open_link(url);
            }
            is_own
        })
        .on_download(|webview, event| download::on_download(&webview, event))
        .on_new_window(|url, _features| {
            open_link(&url);
            NewWindowResponse::Deny
        });
    if !cfg!(debug_assertions) {
        builder = builder.initialization_script(APP_NOT_PAGE);
    }
    let window = builder.build()?;
    let canvas = match window.theme() {
        Ok(Theme::Dark) => CANVAS_DARK,
        _ => CANVAS_LIGHT,
    };
    window.set_background_color(Some(canvas))?;
    Ok(window)
}

/// Brings the app's window to the front, from wherever it is.
pub fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        log_failure("unminimize", window.unminimize());
        show(&window);
        log_failure("focus", window.set_focus());
    }
}

fn show(window: &WebviewWindow) {
    log_failure("show", window.show());
}

/// A window that will not come forward is a nuisance, not a reason to stop.
fn log_failure(what: &str, result: tauri::Result<()>) {
    if let Err(error) = result {
        tracing::warn!(what, %error, "the window did not follow");
    }
}

/// Whether an address is the app's own screen (its form differs by system).
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        "about" => true,
        // What the screen made itself, on its way to a file.
        "blob" => url
            .path()
            .parse()
            .is_ok_and(|inner: Url| is_own_page(&inner)),
        _ => false,
    }
}

/// Hands a link to the person's browser or mail program; other kinds of address are dropped, since
/// they could start any program.
fn open_link(url: &Url) {
    if !is_openable(url) {
        tracing::warn!(scheme = url.scheme(), "a link of this kind is not opened");
        return;
    }
    let address = url.to_string();
    // Waits a moment to see whether the browser started, which the window must not.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = open::that_detached(address) {
            tracing::warn!(%error, "no program opened a link");
        }
    });
}

fn is_openable(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "mailto")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a well-formed address")
    }

    #[test]
    fn only_the_apps_own_pages_load_in_the_window() {
        for own in [
            "tauri://localhost/",
            "http://tauri.localhost/",
            "about:blank",
        ] {
            assert!(is_own_page(&url(own)), "{own}");
        }
        for foreign in [
            "https://example.org/",
            "tauri://example.org/",
            "https://tauri.localhost.example.org/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "blob:https://example.org/1",
        ] {
            assert!(!is_own_page(&url(foreign)), "{foreign}");
        }
    }

    #[test]
    fn a_link_cannot_start_programs() {
        assert!(is_openable(&url("https://example.org/")));
        for bad in [
            "file:///bin/sh",
            "javascript:alert(1)",
            "ssh://host/",
            "smb://host/x",
        ] {
            assert!(!is_openable(&url(bad)), "{bad}");
        }
    }
}
