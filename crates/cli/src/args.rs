//! The command line, as `--help` shows it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Pipit on the command line: end-to-end encrypted messages for people, bots and scripts.
///
/// Each profile is a folder with one account. Try it with a server on this machine:
///
///   pipit-server --data server --listen 127.0.0.1:8080
///   pipit-cli register --data alice --server 127.0.0.1:8080 alice
///   pipit-cli send --data alice bob "Hello"
#[derive(Debug, Parser)]
#[command(name = "pipit-cli", version, verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which profile.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Profile {
    /// The profile's folder; made when it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// A server to offer at sign-up (for screens that ask `server.suggestions`)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) offer_server: Option<String>,
    /// Use the system's keychain for the key of the history; without it, a new profile keeps the key in its folder
    #[arg(long)]
    pub(crate) keychain: bool,
}

/// An account at a server. The password is asked for, or read from the first line of stdin.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct AccountArgs {
    #[command(flatten)]
    pub(crate) profile: Profile,
    /// The server's address: name.example, or 127.0.0.1:8080 on this machine
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) server: String,
    /// The username: a to z, 0 to 9, and single dots, dashes or underscores between them
    pub(crate) username: String,
}

/// What `serve` needs.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) profile: Profile,
    /// Where to listen: an address of this machine; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// The token that callers must know; a random one is made and printed when left out
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// A folder with the built screen, to be served at /
    #[arg(long, value_name = "DIR")]
    pub(crate) ui: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an account, with this profile as its first device
    Register {
        #[command(flatten)]
        account: AccountArgs,
    },
    /// Sign this profile in to an existing account
    Login {
        #[command(flatten)]
        account: AccountArgs,
    },
    /// Show the account of this profile and whether it is connected
    Status {
        #[command(flatten)]
        profile: Profile,
    },
    /// Send a message to a person, and wait until the server has it
    Send {
        #[command(flatten)]
        profile: Profile,
        /// The other person's exact username
        username: String,
        /// The text
        text: String,
    },
    /// Print messages as they arrive, until interrupted
    Listen {
        #[command(flatten)]
        profile: Profile,
    },
    /// List the chats, newest first
    Chats {
        #[command(flatten)]
        profile: Profile,
    },
    /// Print the newest messages with a person
    History {
        #[command(flatten)]
        profile: Profile,
        /// The other person's exact username
        username: String,
        /// How many messages, 200 at most
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Run one command of the API and print its result as JSON
    Call {
        #[command(flatten)]
        profile: Profile,
        /// Its name, such as account.status (`rpc.discover` lists all)
        method: String,
        /// Its parameters, as one JSON object
        params: Option<String>,
    },
    /// Speak JSON-RPC 2.0 on stdin and stdout, one message a line (for bots)
    Rpc {
        #[command(flatten)]
        profile: Profile,
    },
    /// Speak JSON-RPC 2.0 over a WebSocket on this machine (for screens and tests)
    Serve(Serve),
}
