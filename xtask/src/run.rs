//! `cargo xtask run`: everything from sources to an open window, on a server of its own.
//!
//! For trying and developing; people get the package that `bundle` makes.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    paths,
    process::{self, Running},
    setup::{self, Group},
    ui,
};

/// How long the server may take to open its data and listen.
const SERVER_WAIT: Duration = Duration::from_secs(30);

/// The arguments of `cargo xtask run`.
#[derive(Args)]
pub struct RunArgs {
    /// Open two windows with separate profiles, to try a conversation alone
    #[arg(long)]
    two: bool,

    /// Keep the server's and the profiles' data in this folder (default: target/run)
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,

    /// The port that the server listens on; 0 lets the system choose
    #[arg(long, default_value_t = 7440)]
    port: u16,

    /// Build with all optimisations (slower to build)
    #[arg(long)]
    release: bool,
}

/// The command.
///
/// # Errors
/// When something cannot be built or started.
pub fn run(args: &RunArgs) -> Result<()> {
    setup::ensure(&[Group::Build])?;
    ui::build()?;
    build(args.release)?;
    let data = match &args.data {
        Some(folder) => std::path::absolute(folder)?,
        None => paths::target().join("run"),
    };
    let profile = if args.release { "release" } else { "debug" };
    let (mut server, address) = start_server(profile, &data, args.port)?;
    println!(
        "The server listens on {address}; its data and the profiles are in {}",
        data.display()
    );

    let names: &[&str] = if args.two {
        &["first", "second"]
    } else {
        &["first"]
    };
    let mut windows = Vec::new();
    for name in names {
        let mut app = Command::new(paths::binary(profile, "pipit"));
        app.arg("--server").arg(&address).arg("--profile").arg(name);
        app.arg("--data-dir").arg(data.join("profiles").join(name));
        windows.push(Running::start("the app", &mut app)?);
    }
    println!(
        "Close the window{} to stop.",
        if args.two { "s" } else { "" }
    );
    let results: Vec<Result<()>> = windows.iter_mut().map(Running::wait).collect();
    server.stop();
    results.into_iter().collect()
}

fn build(is_release: bool) -> Result<()> {
    let mut command = process::cargo(&["build", "-p", "pipit-server", "-p", "pipit"]);
    if is_release {
        command.arg("--release");
    }
    process::run(&mut command)
}

/// Starts the server and waits until it says that it listens; gives its address.
fn start_server(profile: &str, data: &std::path::Path, port: u16) -> Result<(Running, String)> {
    fs::create_dir_all(data)?;
    let mut command = Command::new(paths::binary(profile, "pipit-server"));
    command.arg("--data").arg(data.join("server"));
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut server = Running::start("the server", &mut command)?;
    let output = server
        .child()
        .stdout
        .take()
        .context("the server's output is a pipe")?;

    let (sender, address) = mpsc::channel();
    // Reads to the end, so that the server never waits for a full pipe.
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            match line.strip_prefix("listening on ") {
                Some(address) => {
                    let _nobody_waits = sender.send(address.trim().to_owned());
                }
                None => println!("server: {line}"),
            }
        }
    });
    match address.recv_timeout(SERVER_WAIT) {
        Ok(address) => Ok((server, address)),
        Err(_) => bail!(
            "the server did not start (see above). Is port {port} taken? Try --port 0, or another --data"
        ),
    }
}
