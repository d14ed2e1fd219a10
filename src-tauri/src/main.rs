//! The desktop app's entry point: reads the command line, starts the log, runs the app.
//!
//! Nothing else happens here. Started by the person, or by the system at a notification's click.

// Without this a console window opens beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

mod app;
mod args;
mod bridge;
mod download;
mod links;
mod notifications;
mod platform;
mod profile;
mod window;
mod words;

/// What people know the app by, in every language.
pub const APP_NAME: &str = "Pipit";

fn main() -> ExitCode {
    let args = args::Args::parse();
    let filter = EnvFilter::try_from_env("PIPIT_LOG").map_or_else(
        |_| EnvFilter::new("warn"),
        // At its most talkative the WebSocket library writes whole requests, with their tokens.
        |asked| asked.add_directive("tungstenite=debug".parse().expect("a directive")),
    );
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match app::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Plain text, for the terminal that started the app.
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
