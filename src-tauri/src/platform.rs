//! All that differs between operating systems in the shell.
//!
//! The only file of the shell that names one. Each function exists on Linux, macOS and Windows.

use std::{io, path::Path};

/// Keeps other people of this computer out of a folder.
///
/// # Errors
/// When the folder's permissions cannot be changed.
#[cfg(unix)]
pub fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// Keeps other people of this computer out of a folder: on Windows the person's own data folder
/// already does, by inherited access rules.
///
/// # Errors
/// Never.
#[cfg(windows)]
pub fn make_private(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A notification on screen.
pub struct ShownNotification {
    handle: notify_rust::NotificationHandle,
    id: u32,
    is_replacement: bool,
}

impl ShownNotification {
    /// Names the notification, to replace it later; 0 where nothing can be replaced.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether it took an earlier one's place, whose waiting thread then hears of the click.
    pub fn is_replacement(&self) -> bool {
        self.is_replacement
    }

    /// Blocks until the notification is clicked (true) or gone (false).
    pub fn wait_for_click(self) -> bool {
        let mut is_clicked = false;
        self.handle
            .wait_for_action(|action| is_clicked = action == "default");
        is_clicked
    }
}

/// Shows a notification, in place of an earlier one where the system can do that.
///
/// # Errors
/// When the system shows no notifications.
pub fn show_notification(
    title: &str,
    body: &str,
    replaces: Option<u32>,
) -> notify_rust::error::Result<ShownNotification> {
    let mut notification = notify_rust::Notification::new();
    // The action must be named before showing: later the system no longer reads it.
    notification
        .appname(crate::APP_NAME)
        .summary(title)
        .body(body)
        .action("default", "Open");
    show_with_hints(&mut notification, replaces)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn show_with_hints(
    notification: &mut notify_rust::Notification,
    replaces: Option<u32>,
) -> notify_rust::error::Result<ShownNotification> {
    use notify_rust::Hint;
    notification
        .icon("pipit")
        .hint(Hint::DesktopEntry(crate::APP_NAME.to_owned()))
        .hint(Hint::Category("im.received".to_owned()));
    if let Some(id) = replaces {
        notification.id(id);
    }
    let handle = notification.show()?;
    let id = handle.id();
    Ok(ShownNotification {
        handle,
        id,
        is_replacement: replaces == Some(id),
    })
}

#[cfg(any(windows, target_os = "macos"))]
fn show_with_hints(
    notification: &mut notify_rust::Notification,
    _replaces: Option<u32>,
) -> notify_rust::error::Result<ShownNotification> {
    Ok(ShownNotification {
        handle: notification.show()?,
        id: 0,
        is_replacement: false,
    })
}

/// Whether the system reads `<b>` and `&amp;` in a notification's text as markup.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn notifications_have_markup() -> bool {
    notify_rust::get_capabilities()
        .is_ok_and(|all| all.iter().any(|capability| capability == "body-markup"))
}

/// Whether the system reads `<b>` and `&amp;` in a notification's text as markup.
#[cfg(any(windows, target_os = "macos"))]
pub fn notifications_have_markup() -> bool {
    false
}
