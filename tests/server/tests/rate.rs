//! Over the rate of a connection: what was sent together is refused together, so that messages of a
//! conversation do not change places.

use std::fs;

use anyhow::Result;
use pipit_wire::v1::{Ping, client_frame, server_frame};
use server_tests::Server;

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");
/// Messages of one conversation that our client has on their way together.
const BATCH_LEN: usize = 16;

#[tokio::test]
async fn what_is_sent_together_is_refused_together() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    let config = server.data().with_file_name("pipit.toml");
    fs::write(&config, "[limits]\nframes_per_second = 400\n")?;
    let mut alice = server.sign_up("alice").await?;
    let flag = config.to_str().expect("a path in UTF-8").to_owned();
    server.restart_with(&["--config", &flag])?;
    alice.http = server.http();
    let mut connection = alice.connect().await?;

    let mut is_refused = Vec::new();
    for _ in 0..20 {
        for _ in 0..200 {
            connection.send(client_frame::Body::Ping(Ping {})).await?;
        }
        for _ in 0..200 {
            let frame = connection.frame().await?.expect("the connection goes on");
            is_refused.push(matches!(frame.body, Some(server_frame::Body::Refused(_))));
        }
    }
    let ended: Vec<_> = is_refused.chunk_by(|one, other| one == other).collect();
    let runs: Vec<_> = ended[..ended.len() - 1]
        .iter()
        .filter(|run| run[0])
        .collect();
    assert!(is_refused.contains(&true), "the rate was never reached");
    assert!(
        runs.iter().all(|run| run.len() >= BATCH_LEN),
        "{:?}",
        runs.iter().map(|run| run.len()).collect::<Vec<_>>()
    );
    Ok(())
}
