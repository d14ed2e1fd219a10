//! Files that the screen makes for the person (the recovery key, for now): where they go, and saying so.
//!
//! Nothing is ever fetched from the network this way. Called by `window`.

use std::path::{Path, PathBuf};

use tauri::{AppHandle, Manager, Url, Webview, webview::DownloadEvent};

use crate::notifications::{Notice, Notifications};

/// How many files of one name are told apart before the oldest name is refused.
const SAME_NAME_MAX: u32 = 999;

/// Decides on a download and reports its end; false refuses it.
pub fn on_download(webview: &Webview, event: DownloadEvent<'_>) -> bool {
    match event {
        DownloadEvent::Requested { url, destination } => {
            let place = folder().and_then(|folder| free_place(&folder, destination));
            match place.filter(|_| is_made_by_screen(&url)) {
                Some(place) => {
                    *destination = place;
                    true
                }
                None => {
                    tracing::warn!(scheme = url.scheme(), "a download was refused");
                    false
                }
            }
        }
        DownloadEvent::Finished {
            path: Some(path),
            success: true,
            ..
        } => {
            tell(webview.app_handle(), &path);
            true
        }
        _ => true,
    }
}

/// The screen's own data has no address on the network.
fn is_made_by_screen(url: &Url) -> bool {
    url.scheme() == "blob"
}

/// The person's folder for downloads, made when it is missing.
fn folder() -> Option<PathBuf> {
    let folder = dirs::download_dir().or_else(|| Some(dirs::home_dir()?.join("Downloads")))?;
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

/// A place in `folder` for a file of the wished name where no file is yet.
fn free_place(folder: &Path, wished: &Path) -> Option<PathBuf> {
    let stem = wished.file_stem()?.to_string_lossy();
    let extension = wished
        .extension()
        .map(|extension| format!(".{}", extension.to_string_lossy()));
    let extension = extension.unwrap_or_default();
    std::iter::once(format!("{stem}{extension}"))
        .chain((1..=SAME_NAME_MAX).map(|count| format!("{stem} ({count}){extension}")))
        .map(|name| folder.join(name))
        .find(|place| !place.exists())
}

fn tell(app: &AppHandle, path: &Path) {
    let (Some(name), Some(folder)) = (path.file_name(), path.parent().map(Path::to_owned)) else {
        return;
    };
    let notice = Notice {
        subject: path.to_string_lossy().into_owned(),
        title: "Saved".to_owned(),
        body: format!("{} is in {}.", name.to_string_lossy(), folder.display()),
    };
    app.state::<Notifications>().show(notice, move |_| {
        if let Err(error) = open::that_detached(folder) {
            tracing::warn!(%error, "no program opened the folder");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_file_of_the_same_name_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = |wished: &str| free_place(folder.path(), Path::new(wished)).expect("a place");
        assert_eq!(place("/elsewhere/key.txt"), folder.path().join("key.txt"));
        std::fs::write(folder.path().join("key.txt"), "first").expect("written");
        assert_eq!(place("key.txt"), folder.path().join("key (1).txt"));
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        for (url, is_own) in [
            ("blob:tauri://localhost/1", true),
            ("https://example.org/x", false),
        ] {
            assert_eq!(is_made_by_screen(&url.parse().expect("an address")), is_own);
        }
    }
}
