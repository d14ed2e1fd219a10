//! The devices of an account: listed, named, and signed out.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Proxy, Server, until};

/// Waits until a device lists these, as (name, is it the one that is asked).
async fn wait_devices(person: &Person, wanted: &[(&str, bool)]) {
    until(&format!("the devices to be {wanted:?}"), async || {
        let devices = person.ask("device.list", json!({})).await;
        let devices: Vec<(&str, bool)> = devices
            .as_array()?
            .iter()
            .filter_map(|device| Some((device["name"].as_str()?, device["isOwn"].as_bool()?)))
            .collect();
        (devices == wanted).then_some(())
    })
    .await;
}

async fn own_id(person: &Person) -> Value {
    person.ask("account.status", json!({})).await["deviceId"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_devices_are_told_among_the_own_ones_alone() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let tablet = Person::login(&server.address, "alice").await;
    wait_devices(alice, &[("", true), ("", false)]).await;
    let rename = |device: &Value, name: &str| json!({ "deviceId": device, "name": name });
    let (desk, pad) = (own_id(alice).await, own_id(&tablet).await);
    alice
        .ask("device.rename", rename(&desk, " Alice's desk "))
        .await;
    tablet.ask("device.rename", rename(&pad, "Kitchen")).await;
    wait_devices(alice, &[("Alice's desk", true), ("Kitchen", false)]).await;
    wait_devices(&tablet, &[("Kitchen", true), ("Alice's desk", false)]).await;
    alice.ask("device.rename", rename(&pad, "Balcony")).await;
    wait_devices(&tablet, &[("Balcony", true), ("Alice's desk", false)]).await;

    let long = rename(&desk, &"x".repeat(257));
    assert_eq!(
        alice.refused("device.rename", long).await.code,
        "BAD_REQUEST"
    );
    let others = rename(&own_id(bob).await, "not mine");
    assert_eq!(
        alice.refused("device.rename", others).await.code,
        "NOT_FOUND"
    );

    alice.send(conversation, "a message after it").await;
    bob.wait_texts(conversation, 3).await;
    let log = [server.log(), bob.log()].concat();
    assert!(!log.contains("Kitchen") && !log.contains("Balcony"));
    let stored = std::fs::read(server.data().join("server.sqlite3")).expect("a database");
    let is_there = |name: &[u8]| stored.windows(name.len()).any(|window| window == name);
    assert!(
        !is_there(b"Kitchen") && !is_there(b"Balcony"),
        "the server knows no name of a device"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_signed_out_keeps_nothing() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let mut tablet = Person::login(&server.address, "alice").await;
    until("the conversation on the tablet", async || {
        let params = json!({ "conversationId": conversation });
        tablet.call("conversation.get", params).await.ok()
    })
    .await;
    tablet.send(conversation, "from the tablet").await;
    bob.wait_texts(conversation, 3).await;
    alice.wait_texts(conversation, 3).await;

    tablet.ask("account.logOut", json!({})).await;
    let status = tablet.ask("account.status", json!({})).await;
    assert_eq!(status["state"], "signedOut");
    assert_eq!(
        tablet.refused("conversation.list", json!({})).await.code,
        "SIGNED_OUT"
    );
    wait_devices(alice, &[("", true)]).await;
    alice
        .send(conversation, "only for those who are here")
        .await;
    bob.wait_texts(conversation, 4).await;

    // Nothing is left in its files, and they are good for another account.
    assert!(tablet.quit().await);
    for file in std::fs::read_dir(tablet.profile()).expect("a profile") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
        for trace in [&b"from the tablet"[..], b"hello bob", b"alice"] {
            assert!(!bytes.windows(trace.len()).any(|window| window == trace));
        }
    }
    tablet.start().await;
    tablet.sign_up(&server.address, "carol").await;
    tablet.connection("online").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_needs_the_server_and_can_be_tried_again() {
    let server = Server::start().await;
    let line = Proxy::start(&server.address).await;
    let alice = Person::register(&line.address, "alice").await;
    let tablet = Person::login(&server.address, "alice").await;
    alice.connection("online").await;
    line.close();
    alice.connection("offline").await;
    let refused = alice.refused("account.logOut", json!({})).await;
    assert!(refused.retry, "{refused:?}");
    assert_eq!(
        alice.ask("account.status", json!({})).await["state"],
        "signedIn"
    );
    line.open();
    alice.ask("connection.retry", json!({})).await;
    alice.connection("online").await;
    // Another device has revoked it in the meantime: it is signed out all the same.
    let gone = json!({ "deviceId": own_id(&alice).await });
    tablet.ask("device.revoke", gone).await;
    until("the device to know that it is out", async || {
        let status = alice.ask("account.status", json!({})).await;
        (status["state"] == "revoked").then_some(())
    })
    .await;
    alice.ask("account.logOut", json!({})).await;
    assert_eq!(
        alice.ask("account.status", json!({})).await["state"],
        "signedOut"
    );
    wait_devices(&tablet, &[("", true)]).await;
}
