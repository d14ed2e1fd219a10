//! Peers at a real server, without any client of ours.

use anyhow::{Context as _, ensure};
use mls_peer::line::sign_up;
use mls_peer::program::Server;

#[tokio::test]
async fn two_strangers_to_our_code_are_let_in_and_wrong_names_are_not() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let bob = sign_up(&server.address, "bob", "correct horse battery").await?;
    let again = sign_up(&server.address, "bob", "another battery staple").await;
    let refusal = again.err().context("the name is taken")?.to_string();
    ensure!(refusal.contains("ALREADY_EXISTS"), "{refusal}");
    let carol = sign_up(&server.address, "carol", "correct horse battery").await?;
    bob.connect().await?;
    carol.connect().await?;
    Ok(())
}
