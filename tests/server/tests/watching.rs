//! What whoever runs a server sees of it, and what nobody may see.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use anyhow::{Context, Result};
use pipit_e2ee::Suite;
use server_tests::{Pair, Server, envelope, refused, say, submit};

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");

/// Asks by HTTP; answers head and body.
fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The number that a metric shows.
fn metric(text: &str, name: &str) -> Result<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.with_context(|| format!("no {name}"))?
        .parse()
        .context("a number")
}

#[tokio::test]
async fn health_and_metrics_tell_what_happens() -> Result<()> {
    // A port that was free a moment ago.
    let metrics_at = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = Server::start(SERVER, &["--metrics", &metrics_at.to_string()])?;
    assert!(get(server.address, "/health")?.starts_with("HTTP/1.1 200"));
    assert!(
        get(server.address, "/metrics")?.starts_with("HTTP/1.1 400"),
        "not for clients"
    );
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    say(&alice, &mut to_alice, group, "counted").await?;
    let deliver = to_bob.delivery().await?;
    to_bob.acknowledge(vec![deliver.sequence]).await?;
    assert_eq!(
        refused(submit(&mut to_bob, vec![1, 2, 3]).await),
        "MALFORMED"
    );
    assert_eq!(
        refused(bob.create(&garbage(&bob)?).await),
        "INVALID_HANDSHAKE"
    );
    // The receipt comes after the acknowledgement is stored.
    while !matches!(
        to_alice.push().await?,
        pipit_wire::v1::server_frame::Body::Delivered(_)
    ) {}

    let text = get(metrics_at, "/metrics")?;
    for (name, expected) in [
        ("pipit_connections", 2.0),
        ("pipit_accepted_total", 1.0),
        ("pipit_delivered_total", 1.0),
        ("pipit_submit_seconds_count", 1.0),
        ("pipit_store_failed_commits_total", 0.0),
        ("pipit_refusals_total{word=\"MALFORMED\"}", 1.0),
        ("pipit_refusals_total{word=\"INVALID_HANDSHAKE\"}", 1.0),
    ] {
        assert_eq!(metric(&text, name)?, expected, "{name}\n{text}");
    }
    assert!(
        metric(&text, "pipit_store_requests_total")? >= metric(&text, "pipit_store_commits_total")?
    );
    Ok(())
}

/// A conversation that the server refuses.
fn garbage(device: &pipit_load::raw::Device) -> Result<pipit_load::raw::Started> {
    let id = pipit_domain::ConversationId::new([1; 16]);
    let kind = pipit_wire::v1::ConversationKind::Direct;
    device.start(id, kind, Suite::Classical, Vec::new())
}

#[tokio::test]
async fn the_log_names_nobody_and_nothing() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        group,
        ..
    } = server.alice_and_bob().await?;
    let sealed = alice.seal(group, envelope(), b"nobody else reads this")?;
    submit(&mut to_alice, sealed.clone()).await?;
    let token = bob.token();
    let upgrade = pipit_load::raw::Connection::upgrade(server.address, &token);
    drop(upgrade.await?);
    let again = pipit_load::raw::Connection::upgrade(server.address, &token);
    assert_eq!(refused(again.await.map(|_| ())), "UNAUTHENTICATED");
    assert!(server.http().describe().await.is_ok());
    drop(to_alice);
    server.stop()?;
    let log = server.log();
    assert!(log.contains("ready"), "there is a log: {log}");
    let secret = token.trim_start_matches("Pipit ").to_owned();
    for word in [
        "alice",
        "bob",
        "nobody else",
        &secret,
        &alice.account().to_string(),
        &bob.id().to_string(),
    ] {
        assert!(!log.contains(word), "{word:?} is in the log");
    }
    Ok(())
}
