//! The end of a server, orderly and not: what was accepted is there afterwards.

use std::collections::BTreeSet;

use anyhow::Result;
use pipit_load::raw::Connection;
use pipit_wire::v1::{Submit, client_frame, server_frame};
use server_tests::{Pair, Server, envelope, refused, say, text_of};

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");

/// Submits without waiting for answers; stops when the connection breaks.
async fn burst(connection: &mut Connection, sealed: &[Vec<u8>]) -> Vec<u32> {
    let mut ids = Vec::new();
    for payload in sealed {
        let submit = client_frame::Body::Submit(Submit {
            payload: payload.clone().into(),
            ..Submit::default()
        });
        match connection.send(submit).await {
            Ok(id) => ids.push(id),
            Err(_) => break,
        }
    }
    ids
}

#[tokio::test]
async fn a_kill_in_mid_burst_loses_nothing_that_was_accepted() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    let Pair {
        mut alice,
        mut bob,
        mut to_alice,
        to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    drop(to_bob);
    let sealed: Vec<Vec<u8>> = (0..200)
        .map(|number| alice.seal(group, envelope(), format!("message {number}").as_bytes()))
        .collect::<Result<_>>()?;
    let ids = burst(&mut to_alice, &sealed).await;
    // Killed as soon as some are accepted, while the others are on their way.
    let mut accepted = BTreeSet::new();
    while accepted.len() < 20 {
        let frame = to_alice.frame().await?.expect("the server still runs");
        if let Some(server_frame::Body::Accepted(_)) = frame.body {
            accepted.insert(frame.request_id);
        }
    }
    server.kill();
    // Answers that were already on the wire count, too.
    while let Ok(Some(frame)) = to_alice.frame().await {
        if let Some(server_frame::Body::Accepted(_)) = frame.body {
            accepted.insert(frame.request_id);
        }
    }
    server.restart()?;
    (alice.http, bob.http) = (server.http(), server.http());

    // The client sends again what it has no answer for; the server stores each once.
    let mut to_alice = alice.connect().await?;
    let mut to_bob = bob.connect().await?;
    let unanswered: Vec<Vec<u8>> = ids
        .iter()
        .zip(&sealed)
        .filter(|(id, _)| !accepted.contains(id))
        .map(|(_, payload)| payload.clone())
        .chain(sealed[ids.len()..].iter().cloned())
        .collect();
    for payload in unanswered {
        server_tests::submit(&mut to_alice, payload).await?;
    }
    let mut texts = Vec::new();
    while texts.len() < sealed.len() {
        let deliver = to_bob.delivery().await?;
        texts.push(text_of(&bob, group, &deliver)?);
        to_bob.acknowledge(vec![deliver.sequence]).await?;
    }
    let expected: Vec<String> = (0..200).map(|number| format!("message {number}")).collect();
    assert_eq!(texts, expected);
    Ok(())
}

#[tokio::test]
async fn an_orderly_stop_says_good_bye_and_keeps_what_waits() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        mut bob,
        mut to_alice,
        mut to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    say(&alice, &mut to_alice, group, "kept").await?;
    let stopping = std::thread::spawn(move || {
        let status = server.stop();
        (server, status)
    });
    let mut last = None;
    while let Some(frame) = to_bob.frame().await? {
        last = frame.body;
    }
    let Some(server_frame::Body::GoingAway(going)) = last else {
        panic!("a good-bye comes last")
    };
    assert!(going.reconnect_after_ms > 0);
    let (mut server, status) = stopping.join().expect("the server was stopped");
    assert!(status?.success());
    server.restart()?;
    bob.http = server.http();
    let waiting = bob.connect().await?.deliveries_until_caught_up().await?;
    assert_eq!(waiting.len(), 1);
    assert_eq!(text_of(&bob, group, &waiting[0])?, "kept");
    Ok(())
}

#[tokio::test]
async fn a_token_of_before_a_restart_is_still_checked() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    let mut alice = server.sign_up("alice").await?;
    server.restart()?;
    alice.http = server.http();
    alice.connect().await?;
    let elsewhere = alice.token().replace("Pipit ", "Pipit A");
    assert_eq!(
        refused(
            Connection::upgrade(server.address, &elsewhere)
                .await
                .map(|_| ())
        ),
        "UNAUTHENTICATED"
    );
    Ok(())
}
