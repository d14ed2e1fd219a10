//! Puts the app together: one profile, one window, one core, and how they start and end.
//!
//! Holds no behaviour of its own. Called by `main`.

use tauri::{Manager, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use thiserror::Error;

use crate::{
    args::Args,
    bridge::{self, Bridge},
    links::Links,
    notifications::Notifications,
    profile::{Profile, ProfileError},
    window,
    words::Told,
};

/// Why the app did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The profile's folder cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The system's webview did not start.
    #[error("Pipit cannot open its window: {0}. On Linux, check that WebKitGTK 4.1 is installed.")]
    Webview(#[from] tauri::Error),
}

/// Runs the app until its window is closed.
///
/// # Errors
/// [`StartError`], before anything is shown.
pub fn run(args: &Args) -> Result<(), StartError> {
    let profile = Profile::open(&args.profile, args.data_dir.as_deref())?;
    let mut context = tauri::generate_context!();
    context.config_mut().identifier = profile.identifier();
    let window_file = profile.window_file().to_string_lossy().into_owned();
    let window_state = tauri_plugin_window_state::Builder::new()
        // An absolute name, so that each profile remembers its own window.
        .with_filename(window_file)
        // Shown by `window` once there is something to see.
        .with_state_flags(StateFlags::all() - StateFlags::VISIBLE - StateFlags::DECORATIONS)
        .build();
    let (server, link) = (args.server.clone(), args.link.clone());
    tauri::Builder::default()
        // First, as its documentation asks: a second start must end before it opens anything.
        .plugin(tauri_plugin_single_instance::init(
            |app, arguments, _folder| {
                window::raise(app);
                if let Some(link) = Args::link_of(arguments) {
                    app.state::<Links>().bring(app, link);
                }
            },
        ))
        .plugin(window_state)
        .invoke_handler(bridge::take)
        .setup(move |app| {
            app.manage(Notifications::default());
            app.manage(Told::default());
            let links = Links::default();
            if let Some(link) = link {
                links.bring(app.handle(), link);
            }
            app.manage(links);
            app.manage(Bridge::start(
                app.handle().clone(),
                profile.core_dir(),
                server,
            ));
            window::open(app.handle(), &profile)?;
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::Focused(false) = event {
                window.state::<Bridge>().lost_focus();
            }
        })
        .run(context)?;
    Ok(())
}
