//! Messages from one device to others: stored once, kept until acknowledged, in order.

use anyhow::Result;
use pipit_domain::{ConversationId, limits};
use pipit_e2ee::Suite;
use pipit_load::raw::random;
use pipit_wire::v1::{
    ConversationKind, DeliveryStatus, EnvelopeKind, Signal, client_frame, server_frame,
};
use server_tests::{Pair, Server, envelope, refused, say, submit, text_of};

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");

#[tokio::test]
async fn a_message_is_accepted_delivered_and_acknowledged_away() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    let id = say(&alice, &mut to_alice, group, "hello").await?;
    let deliver = to_bob.delivery().await?;
    assert_eq!(text_of(&bob, group, &deliver)?, "hello");
    to_bob.acknowledge(vec![deliver.sequence]).await?;
    let server_frame::Body::CaughtUp(_) = to_alice.push().await? else {
        panic!("CaughtUp first")
    };
    let server_frame::Body::Delivered(delivered) = to_alice.push().await? else {
        panic!("Delivered")
    };
    assert_eq!(delivered.account_id, bob.account().as_bytes());
    assert_eq!(delivered.envelope_ids, [id.to_vec()]);

    // What was acknowledged does not come again, and the notice can be asked for again.
    drop((to_alice, to_bob));
    assert!(
        bob.connect()
            .await?
            .deliveries_until_caught_up()
            .await?
            .is_empty()
    );
    let mut to_alice = alice.connect().await?;
    let ask = DeliveryStatus {
        envelope_ids: vec![id.to_vec(), envelope().to_vec()],
    };
    let answer = to_alice
        .request(client_frame::Body::DeliveryStatus(ask))
        .await?;
    let server_frame::Body::DeliveryStatus(status) = answer else {
        panic!("another answer")
    };
    assert_eq!(status.delivered.len(), 1);
    assert_eq!(status.delivered[0].envelope_ids, [id.to_vec()]);
    Ok(())
}

#[tokio::test]
async fn a_repeated_submit_is_stored_once() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    let sealed = alice.seal(group, envelope(), b"once")?;
    let first = submit(&mut to_alice, sealed.clone()).await?;
    let again = submit(&mut to_alice, sealed.clone()).await?;
    assert_eq!(first.time, again.time);
    drop(to_alice);
    let mut to_alice = alice.connect().await?;
    assert_eq!(submit(&mut to_alice, sealed).await?.time, first.time);
    say(&alice, &mut to_alice, group, "next").await?;
    let texts = [to_bob.delivery().await?, to_bob.delivery().await?]
        .map(|deliver| text_of(&bob, group, &deliver).unwrap());
    assert_eq!(texts, ["once", "next"]);
    Ok(())
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_in_order() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    let mut sequences = Vec::new();
    for number in 0..6 {
        say(&alice, &mut to_alice, group, &number.to_string()).await?;
        sequences.push(to_bob.delivery().await?.sequence);
    }
    assert!(sequences.is_sorted());
    // Exactly these: neither what is before them nor what is between goes.
    to_bob
        .acknowledge(vec![sequences[4], sequences[1], 9_999_999])
        .await?;
    // Alice is told when that is stored; a reconnect before it may deliver them once more.
    while !matches!(to_alice.push().await?, server_frame::Body::Delivered(_)) {}
    drop(to_bob);
    let again = bob.connect().await?.deliveries_until_caught_up().await?;
    let texts: Vec<_> = again
        .iter()
        .map(|deliver| text_of(&bob, group, deliver).unwrap())
        .collect();
    assert_eq!(texts, ["0", "2", "3", "5"]);
    Ok(())
}

#[tokio::test]
async fn deliveries_stop_at_the_window_and_go_on_with_acknowledgements() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    drop(to_bob);
    let count = limits::DELIVERIES_IN_FLIGHT_MAX + 20;
    for number in 0..count {
        say(&alice, &mut to_alice, group, &number.to_string()).await?;
    }
    let mut to_bob = bob.connect().await?;
    let mut sequences = Vec::new();
    for _ in 0..limits::DELIVERIES_IN_FLIGHT_MAX {
        sequences.push(to_bob.delivery().await?.sequence);
    }
    // The window is full: the next frame is the Pong, not a delivery.
    let ping = client_frame::Body::Ping(pipit_wire::v1::Ping {});
    to_bob.send(ping).await?;
    let server_frame::Body::Pong(_) = to_bob.push().await? else {
        panic!("more than the window")
    };
    to_bob
        .acknowledge(sequences.split_off(sequences.len() - 20))
        .await?;
    for _ in 0..20 {
        to_bob.delivery().await?;
    }
    Ok(())
}

#[tokio::test]
async fn every_other_device_gets_it_and_each_account_counts_once() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let mut alice = server.sign_up("alice").await?;
    let mut bob = server.sign_up("bob").await?;
    let alice_laptop = alice.add_device(2).await?;
    let bob_laptop = bob.add_device(2).await?;
    let mut to_alice = alice.connect().await?;
    let started = alice
        .open_direct(&mut to_alice, bob.account(), Suite::PostQuantum)
        .await?;
    let id = say(&alice, &mut to_alice, started.group, "to all").await?;
    let accounts = [alice.account(), bob.account()];
    for mut device in [alice_laptop, bob_laptop, bob] {
        let mut connection = device.connect().await?;
        device.fetch_ledgers(&mut connection, &accounts).await?;
        let welcome = connection.delivery().await?;
        assert!(welcome.kind() == EnvelopeKind::Welcome);
        assert_eq!(welcome.conversation_id, started.conversation.as_bytes());
        device.join(&welcome)?;
        let deliver = connection.delivery().await?;
        assert_eq!(text_of(&device, started.group, &deliver)?, "to all");
        connection
            .acknowledge(vec![welcome.sequence, deliver.sequence])
            .await?;
    }
    // Three devices acknowledged, one account beside Alice's own: one notice.
    say(&alice, &mut to_alice, started.group, "after").await?;
    let mut notices = Vec::new();
    let ping = client_frame::Body::Ping(pipit_wire::v1::Ping {});
    to_alice.send(ping).await?;
    loop {
        match to_alice.push().await? {
            server_frame::Body::Delivered(delivered) => notices.push(delivered.envelope_ids),
            server_frame::Body::Pong(_) => break,
            _ => {}
        }
    }
    assert_eq!(notices, [[id.to_vec()]]);
    Ok(())
}

#[tokio::test]
async fn strangers_and_wrong_epochs_are_refused() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        mut to_alice,
        group,
        ..
    } = server.alice_and_bob().await?;
    let carol = server.sign_up("carol").await?;
    let mut to_carol = carol.connect().await?;
    let sealed = alice.seal(group, envelope(), b"not Carol's")?;
    assert_eq!(
        refused(submit(&mut to_carol, sealed.clone()).await),
        "NOT_A_MEMBER"
    );

    let mut elsewhere = sealed.clone();
    elsewhere[5] ^= 1; // the first byte of the group id
    assert_eq!(
        refused(submit(&mut to_alice, elsewhere).await),
        "UNKNOWN_CONVERSATION"
    );
    let mut later = sealed.clone();
    later[28] += 1; // the last byte of the epoch
    let error = submit(&mut to_alice, later).await.err().unwrap();
    let stale = error
        .downcast_ref::<pipit_load::raw::RefusedError>()
        .unwrap();
    assert_eq!(
        (stale.0.code().as_str_name(), stale.0.epoch),
        ("STALE_EPOCH", 1)
    );
    let long = [sealed, vec![0; limits::ENVELOPE_LEN_MAX]].concat();
    assert_eq!(refused(submit(&mut to_alice, long).await), "TOO_LARGE");
    Ok(())
}

#[tokio::test]
async fn signals_reach_connected_members_only_and_are_not_stored() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let Pair {
        alice,
        bob,
        mut to_alice,
        mut to_bob,
        group,
        ..
    } = server.alice_and_bob().await?;
    let signal = |text: &'static [u8]| {
        client_frame::Body::Signal(Signal {
            group_id: group.to_vec(),
            payload: text.into(),
            sender_device: Vec::new(),
        })
    };
    to_alice.send(signal(b"typing")).await?;
    let server_frame::Body::Signal(came) = to_bob.push().await? else {
        panic!("a signal")
    };
    assert_eq!(
        (&came.payload[..], came.sender_device),
        (&b"typing"[..], alice.id().to_vec())
    );
    drop(to_bob);
    to_alice.send(signal(b"unheard")).await?;
    to_alice
        .request(client_frame::Body::Ping(pipit_wire::v1::Ping {}))
        .await?;
    let mut to_bob = bob.connect().await?;
    loop {
        match to_bob.push().await? {
            server_frame::Body::Signal(_) => panic!("it was stored"),
            server_frame::Body::CaughtUp(_) => break,
            _ => {}
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_note_to_self_waits_for_the_other_device() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let mut alice = server.sign_up("alice").await?;
    let laptop = alice.add_device(2).await?;
    let mut to_alice = alice.connect().await?;
    let account = alice.account();
    let own = pipit_ledger::conversation::note_to_self(account);
    let leaves = alice
        .claim(&mut to_alice, &[account], Suite::PostQuantum)
        .await?;
    assert_eq!(leaves.len(), 1, "all but the claiming device");
    let started = alice.start(own, ConversationKind::Self_, Suite::PostQuantum, leaves)?;
    alice.create(&started).await?;
    say(&alice, &mut to_alice, started.group, "milk").await?;
    let mut to_laptop = laptop.connect().await?;
    laptop.join(&to_laptop.delivery().await?)?;
    let deliver = to_laptop.delivery().await?;
    assert_eq!(text_of(&laptop, started.group, &deliver)?, "milk");

    let elsewhere = ConversationId::new(random());
    let bad = alice.start(
        elsewhere,
        ConversationKind::Self_,
        Suite::PostQuantum,
        Vec::new(),
    )?;
    assert_eq!(refused(alice.create(&bad).await), "INVALID_HANDSHAKE");
    Ok(())
}

#[tokio::test]
async fn a_newer_connection_of_a_device_ends_the_older() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let mut older = alice.connect().await?;
    let _newer = alice.connect().await?;
    while older.frame().await?.is_some() {}
    Ok(())
}
