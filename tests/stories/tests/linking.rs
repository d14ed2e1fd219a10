//! Linking a device by a code, typed on either side, and what whoever stands between can do about it.

use serde_json::{Value, json};
use story_tests::{Person, Proxy, RequestVerdict, Server, until};

/// Waits for what `link.changed` says.
async fn wait_link(person: &Person, state: &str) -> Value {
    let what = format!("linking to be {state}");
    let link = person
        .event(&what, |events| {
            let link =
                |event: &Value| (event["type"] == "link.changed").then(|| event["link"].clone());
            let mut links = events.iter().filter_map(link);
            links.find(|link| link["state"] == state || link["state"] == "failed")
        })
        .await;
    assert_eq!(link["state"], state, "{link}");
    link
}

async fn show(person: &Person, server: &str) -> Value {
    let params = json!({ "server": server, "name": "Kitchen laptop" });
    person.ask("device.showCode", params).await
}

/// Enters a code on a device with or without an account.
async fn enter(person: &Person, server: &str, code: &Value) {
    let params = json!({ "code": code, "server": server, "name": "Kitchen laptop" });
    person.ask("device.link", params).await;
}

async fn approve(person: &Person, is_wanted: bool) {
    person
        .ask("device.approve", json!({ "isWanted": is_wanted }))
        .await;
}

/// Waits until a device is in the conversation: what it says is heard there, and what is sent comes to it.
async fn wait_reads(device: &Person, from: &Person, conversation: &str, text: &str) {
    until("the conversation on the new device", async || {
        let params = json!({ "conversationId": conversation });
        device.call("conversation.get", params).await.ok().map(drop)
    })
    .await;
    let here = format!("here for {text}");
    device.send(conversation, &here).await;
    from.wait_text(conversation, &here).await;
    from.send(conversation, text).await;
    device.wait_text(conversation, text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_shown_on_the_new_device_is_typed_on_the_old_one() {
    let server = Server::start().await;
    let at = &server.address;
    let (alice, bob) = tokio::join!(Person::register(at, "alice"), Person::register(at, "bob"));
    let conversation = alice.open("bob").await;
    alice.send(&conversation, "hello bob").await;
    bob.wait_texts(&conversation, 1).await;

    let mut laptop = Person::nobody(&[]).await;
    let code = show(&laptop, at).await;
    assert!(
        code["picture"]
            .as_str()
            .is_some_and(|url| url.starts_with("data:image/svg+xml"))
    );
    // As a person types it.
    let typed = code["code"]
        .as_str()
        .expect("a code")
        .to_lowercase()
        .replace('-', " ");
    enter(&bob, at, &json!(typed)).await;
    let asked = wait_link(&bob, "asked").await;
    assert_eq!(asked["name"], "Kitchen laptop");
    let wanted = asked["deviceId"].clone();
    wait_link(&laptop, "asked").await;
    approve(&bob, true).await;
    tokio::join!(wait_link(&bob, "linked"), wait_link(&laptop, "linked"));

    let status = laptop.ask("account.status", json!({})).await;
    assert_eq!(status["accountId"], bob.account.id);
    assert_eq!(status["deviceId"], wanted);
    assert_eq!(status["username"], "bob");
    wait_reads(&laptop, &alice, &conversation, "to both of bob's").await;
    laptop.send(&conversation, "from the laptop").await;
    for person in [&alice, &bob] {
        person.wait_text(&conversation, "from the laptop").await;
    }
    // It stays one of the account's after a restart.
    laptop.kill().await;
    laptop.start().await;
    laptop.connection("online").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_shown_on_the_old_device_is_entered_on_the_new_one() {
    let server = Server::start().await;
    let at = &server.address;
    let bob = Person::register(at, "bob").await;
    let notes = bob.open_account(&bob.account.id).await;
    bob.send(&notes, "milk").await;
    let tablet = Person::nobody(&[]).await;
    let code = show(&bob, at).await;
    // The picture's text names the server, so that nothing has to be typed.
    enter(&tablet, "", &code["invitation"]).await;
    wait_link(&bob, "asked").await;
    approve(&bob, true).await;
    wait_link(&tablet, "linked").await;
    wait_reads(&tablet, &bob, &notes, "bread").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_not_wanted_gets_nothing() {
    let server = Server::start().await;
    let at = &server.address;
    let bob = Person::register(at, "bob").await;
    let stranger = Person::nobody(&[]).await;
    let code = show(&stranger, at).await;
    enter(&bob, at, &code["code"]).await;
    wait_link(&bob, "asked").await;
    approve(&bob, false).await;
    for person in [&bob, &stranger] {
        assert_eq!(wait_link(person, "failed").await["why"], "declined");
    }
    let status = stranger.ask("account.status", json!({})).await;
    assert_eq!(status["state"], "signedOut");
    assert_eq!(
        bob.refused("device.approve", json!({ "isWanted": true }))
            .await
            .code,
        "NOT_FOUND"
    );
    // The code was good once.
    let again = json!({ "code": code["code"], "server": at });
    assert_eq!(bob.refused("device.link", again).await.code, "LINK_GONE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_is_noticed_on_both_devices_and_spends_the_place() {
    let server = Server::start().await;
    let at = &server.address;
    let bob = Person::register(at, "bob").await;
    let laptop = Person::nobody(&[]).await;
    let code = show(&laptop, at).await;
    let right = code["code"].as_str().expect("a code");
    let last = if right.ends_with('7') { "8" } else { "7" };
    enter(
        &bob,
        at,
        &json!(format!("{}{last}", &right[..right.len() - 1])),
    )
    .await;
    for person in [&bob, &laptop] {
        assert_eq!(wait_link(person, "failed").await["why"], "wrongCode");
    }
    let right = json!({ "code": right, "server": at });
    assert_eq!(bob.refused("device.link", right).await.code, "LINK_GONE");
    assert_eq!(
        bob.refused("device.link", json!({ "code": "7KQ4-M2X" }))
            .await
            .code,
        "BAD_REQUEST"
    );
    // Two without an account, or two with one, have nothing to give each other.
    let other = Person::nobody(&[]).await;
    let code = show(&other, at).await;
    enter(&laptop, at, &code["code"]).await;
    assert_eq!(wait_link(&other, "failed").await["why"], "sameRole");
}

#[tokio::test(flavor = "multi_thread")]
async fn linking_goes_on_over_lost_answers_and_a_ledger_that_moves() {
    let server = Server::start().await;
    let line = Proxy::start(&server.address).await;
    let bob = Person::register(&line.address, "bob").await;
    let notes = bob.open_account(&bob.account.id).await;
    bob.send(&notes, "milk").await;
    let laptop = Person::nobody(&[]).await;
    let code = show(&laptop, &server.address).await;
    // Every second request of the old device is answered to nobody.
    let mut count = 0;
    line.request_rule(move |request| {
        let is_link =
            request.starts_with("POST /v1/link/put") || request.starts_with("POST /v1/link/take");
        count += usize::from(is_link);
        match is_link && count % 2 == 0 {
            true => RequestVerdict::LoseAnswer,
            false => RequestVerdict::Pass,
        }
    });
    enter(&bob, &line.address, &code["code"]).await;
    wait_link(&bob, "asked").await;
    // Another device comes in while the person still thinks about it.
    let tablet = Person::login(&server.address, "bob").await;
    approve(&bob, true).await;
    tokio::join!(wait_link(&bob, "linked"), wait_link(&laptop, "linked"));
    for device in [&laptop, &tablet] {
        wait_reads(device, &bob, &notes, "bread").await;
    }
}
