//! `pipit-cli`: the client core for bots, scripts and tests (`rpc`, `serve`), and short commands for
//! people. It carries JSON in and out; what commands do is the core's.

mod args;
mod peer;
mod people;
mod serve;
mod stdio;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use pipit_api::view::ServerSuggestion;
use pipit_api::{Api, ApiConfig, Keychain, SystemKeychain};
use tracing_subscriber::EnvFilter;

use args::{Args, Command, Profile};

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_env("PIPIT_LOG").map_or_else(
        |_| EnvFilter::new("warn"),
        // At its most talkative the WebSocket library writes whole requests, with their tokens.
        |asked| asked.add_directive("tungstenite=debug".parse().expect("a directive")),
    );
    // Logs go to stderr: stdout belongs to the protocol.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Rpc { profile } => stdio::run(open(&profile).await?).await,
        Command::Serve(serve) => serve::run(open(&serve.profile).await?, &serve).await,
        Command::Register { account } => {
            people::register(&open(&account.profile).await?, &account).await
        }
        Command::Login { account } => people::login(&open(&account.profile).await?, &account).await,
        Command::Status { profile } => people::status(&open(&profile).await?).await,
        Command::Send {
            profile,
            username,
            text,
        } => people::send(&open(&profile).await?, &username, &text).await,
        Command::Listen { profile } => people::listen(&open(&profile).await?).await,
        Command::Chats { profile } => people::chats(&open(&profile).await?).await,
        Command::History {
            profile,
            username,
            limit,
        } => people::history(&open(&profile).await?, &username, limit).await,
        Command::Call {
            profile,
            method,
            params,
        } => people::call(&open(&profile).await?, &method, params.as_deref()).await,
    }
}

async fn open(profile: &Profile) -> anyhow::Result<Api> {
    let servers = profile
        .offer_server
        .iter()
        .map(|server| ServerSuggestion {
            server: server.clone(),
            label: server.clone(),
            local: true,
        })
        .collect();
    Ok(Api::open(ApiConfig {
        folder: profile.data.clone(),
        keychain: profile
            .keychain
            .then(|| Arc::new(SystemKeychain) as Arc<dyn Keychain>),
        servers,
    })
    .await?)
}
