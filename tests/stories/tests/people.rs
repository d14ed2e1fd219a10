//! Strangers and contacts: requests, names of one's own, blocking, settings; on two devices of one person.

use serde_json::{Value, json};
use story_tests::{PASSWORD, Pair, Person, Server, until};

async fn get(device: &Person, conversation: &str) -> Option<Value> {
    let params = json!({ "conversationId": conversation });
    device.call("conversation.get", params).await.ok()
}

/// Waits until something holds for a conversation on a device.
async fn wait(device: &Person, chat: &str, what: &str, is_so: impl Fn(&Value) -> bool) {
    until(what, async || {
        let view = get(device, chat).await?;
        is_so(&view).then_some(())
    })
    .await;
}

async fn listed(device: &Person) -> usize {
    let list = device.ask("conversation.list", json!({})).await;
    list.as_array().expect("a list").len()
}

fn chat(conversation: &str) -> Value {
    json!({ "conversationId": conversation })
}

async fn wait_notification(device: &Person, count: usize) -> Value {
    device
        .event("a notification", |events| {
            let is_notice = |event: &&Value| event["type"] == "notification";
            events.iter().filter(is_notice).nth(count - 1).cloned()
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_asks_and_is_accepted_on_every_device() {
    let pair = &Pair::meet().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    tablet.connection("online").await;
    alice.send(place, "do you know me?").await;
    for device in [bob, &tablet] {
        wait(device, place, "a request", |view| view["request"] == true).await;
        let notice = wait_notification(device, 1).await;
        assert_eq!(
            (&notice["title"], &notice["body"], &notice["isRequest"]),
            (&json!(""), &json!(""), &json!(true)),
            "nothing of a stranger's words"
        );
    }
    assert_eq!(
        get(alice, place).await.expect("hers")["request"],
        Value::Null,
        "whoever wrote first is not asked"
    );
    bob.ask("request.accept", chat(place)).await;
    let contact = json!({ "accountId": alice.account.id });
    for device in [bob, &tablet] {
        wait(device, place, "no request any more", |view| {
            view["request"].is_null()
        })
        .await;
        let seen = device.ask("contact.get", contact.clone()).await;
        assert_eq!(seen["isContact"], true);
    }
    alice.send(place, "still me").await;
    let notice = wait_notification(bob, 2).await;
    assert_eq!(notice["body"], "still me");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_accepts_and_a_declined_request_is_gone_everywhere() {
    let server = Server::start().await;
    let (alice, bob, carol) = tokio::join!(
        Person::register(&server.address, "alice"),
        Person::register(&server.address, "bob"),
        Person::register(&server.address, "carol"),
    );
    let tablet = Person::login(&server.address, "bob").await;
    tablet.connection("online").await;
    let (with_alice, with_carol) = (alice.open("bob").await, carol.open("bob").await);
    alice.send(&with_alice, "hello").await;
    carol.send(&with_carol, "buy this").await;
    for device in [&bob, &tablet] {
        device.wait_texts(&with_alice, 1).await;
        device.wait_texts(&with_carol, 1).await;
    }
    bob.send(&with_alice, "who are you?").await;
    wait(&tablet, &with_alice, "accepted by an answer", |view| {
        view["request"].is_null()
    })
    .await;

    let decline = json!({ "conversationId": with_carol, "block": true });
    tablet.ask("request.decline", decline).await;
    for device in [&bob, &tablet] {
        let what = "the declined request to be gone";
        until(what, async || (listed(device).await == 1).then_some(())).await;
        let who = json!({ "accountId": carol.account.id });
        let seen = device.ask("contact.get", who).await;
        assert_eq!(
            (&seen["isBlocked"], &seen["isContact"]),
            (&json!(true), &Value::Null)
        );
    }
    // Dropped without a word: the sender sees the same as ever, and a later message still opens.
    let second = carol.send(&with_carol, "really, buy this").await;
    carol.wait_state(&with_carol, &second, "delivered").await;
    let free = json!({ "accountId": carol.account.id, "isBlocked": false });
    bob.ask("contact.block", free).await;
    carol.send(&with_carol, "the last try").await;
    assert_eq!(bob.wait_texts(&with_carol, 1).await, ["the last try"]);
    let refused = bob
        .refused(
            "request.decline",
            json!({ "conversationId": with_alice, "block": false }),
        )
        .await;
    assert_eq!(refused.code, "NOT_FOUND", "no request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_ones_own_stands_on_every_device_and_survives_a_crash() {
    let mut pair = Pair::talking().await;
    let place = pair.conversation.clone();
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    tablet.wait_in(&place).await;
    let who = json!({ "accountId": pair.alice.account.id, "name": "Ali from work" });
    let renamed = pair.bob.ask("contact.rename", who).await;
    pair.bob.kill().await;
    assert_eq!(
        (&renamed["name"], &renamed["username"]),
        (&json!("Ali from work"), &json!("alice"))
    );
    pair.bob.start().await;
    for device in [&pair.bob, &tablet] {
        wait(device, &place, "the name", |view| {
            view["name"] == "Ali from work" && view["lastMessage"]["senderName"] != "alice"
        })
        .await;
    }
    until("her among the contacts", async || {
        let known = tablet.ask("contact.list", json!({})).await;
        (known[0]["ownName"] == "Ali from work").then_some(())
    })
    .await;
    let long = json!({ "accountId": pair.alice.account.id, "name": "x".repeat(257) });
    assert_eq!(
        pair.bob.refused("contact.rename", long).await.code,
        "BAD_REQUEST"
    );
    let own = json!({ "accountId": pair.alice.account.id, "name": "" });
    tablet.ask("contact.rename", own).await;
    wait(&pair.bob, &place, "her own name", |view| {
        view["name"] == "alice"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_one_for_all_devices_and_two_changes_both_count() {
    let pair = &Pair::talking().await;
    let (bob, place) = (&pair.bob, &pair.conversation);
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    tablet.wait_in(place).await;
    let settings = bob.ask("settings.get", json!({})).await;
    assert_eq!(
        (&settings["readReceipts"], &settings["lastSeen"]),
        (&json!(true), &json!("contacts"))
    );
    let (one, other) = (
        json!({ "readReceipts": false, "notifications": { "showsText": false } }),
        json!({ "lastSeen": "nobody", "notifications": { "sound": false } }),
    );
    tokio::join!(
        bob.ask("settings.set", one),
        tablet.ask("settings.set", other)
    );
    for device in [bob, &tablet] {
        until("both changes", async || {
            let now = device.ask("settings.get", json!({})).await;
            let notifications = json!({ "isOn": true, "showsText": false, "sound": false });
            let is_both = now["readReceipts"] == false
                && now["lastSeen"] == "nobody"
                && now["notifications"] == notifications;
            is_both.then_some(())
        })
        .await;
    }
    pair.alice.send(place, "secret").await;
    let notice = wait_notification(bob, 1).await;
    assert_ne!(notice["body"], "secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_a_chat_removes_its_messages_from_own_devices_only() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    tablet.wait_in(place).await;
    alice.send(place, "three").await;
    bob.wait_texts(place, 3).await;
    tablet.wait_texts(place, 1).await;
    bob.ask("conversation.clear", chat(place)).await;
    for device in [bob, &tablet] {
        wait(device, place, "an empty chat", |view| {
            view["messageCount"] == 0 && view["unread"] == 0
        })
        .await;
        assert_eq!(listed(device).await, 1, "it stays in the list");
    }
    assert_eq!(alice.texts(place).await.len(), 3);
    alice.send(place, "four").await;
    assert_eq!(bob.wait_texts(place, 1).await, ["four"]);
    assert_eq!(get(bob, place).await.expect("a chat")["unread"], 1);
}

/// The first bytes of a PNG, and some more: what it shows does not matter here.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_reaches_contacts_and_own_devices_and_no_strangers() {
    let mut pair = Pair::talking().await;
    let place = pair.conversation.clone();
    let carol = Person::register(&pair.bob_line.address, "carol").await;
    let asked = carol.open("bob").await;
    carol.send(&asked, "hello?").await;
    pair.bob.wait_texts(&asked, 1).await;
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    tablet.wait_in(&place).await;

    let profile = json!({ "displayName": "Bob B.", "about": "on a boat", "picture": PICTURE });
    let set = pair.bob.ask("profile.set", profile.clone()).await;
    pair.bob.kill().await;
    assert_eq!(set, profile);
    pair.bob.start().await;
    wait(&pair.alice, &place, "bob's profile", |view| {
        let peer = &view["peer"];
        view["name"] == "Bob B." && peer["about"] == "on a boat" && peer["picture"] == PICTURE
    })
    .await;
    until("the profile on the tablet", async || {
        let own = tablet.ask("profile.get", json!({})).await;
        let status = tablet.ask("account.status", json!({})).await;
        (own == profile && status["displayName"] == "Bob B.").then_some(())
    })
    .await;
    let status = pair.bob.ask("account.status", json!({})).await;
    assert_eq!(status["displayName"], "Bob B.", "also after a crash");

    // A stranger learns it with the answer that makes them a contact, and not before.
    let who = json!({ "accountId": pair.bob.account.id });
    assert_eq!(carol.ask("contact.get", who.clone()).await["name"], "bob");
    pair.bob.send(&asked, "who is it?").await;
    carol.wait_texts(&asked, 2).await;
    assert_eq!(carol.ask("contact.get", who).await["about"], "on a boat");

    // A device of hers that comes later learns it with what he writes when it is there.
    let phone = Person::login(&pair.bob_line.address, "alice").await;
    phone.wait_in(&place).await;
    for text in ["still there?", "and now?"] {
        pair.bob.send(&place, text).await;
        until(text, async || {
            let messages = phone.messages(&place).await;
            messages.iter().any(|one| one["text"] == text).then_some(())
        })
        .await;
    }
    wait(&phone, &place, "bob's profile on a new device", |view| {
        view["name"] == "Bob B." && view["peer"]["picture"] == PICTURE
    })
    .await;

    // From the other device, once it knows who is a contact: a later one stands, without the picture.
    until("the contacts on the tablet", async || {
        let known = tablet.ask("contact.list", json!({})).await;
        (known.as_array()?.len() == 2).then_some(())
    })
    .await;
    tablet
        .ask("profile.set", json!({ "picture": "", "about": "back" }))
        .await;
    wait(&pair.alice, &place, "the later profile", |view| {
        view["peer"]["about"] == "back" && view["peer"]["picture"].is_null()
    })
    .await;
    for (bad, code) in [
        (json!({ "about": "x".repeat(141) }), "BAD_REQUEST"),
        (json!({ "displayName": " " }), "BAD_REQUEST"),
        (
            json!({ "picture": "data:image/svg+xml;base64,PHN2Zy8+" }),
            "BAD_REQUEST",
        ),
    ] {
        assert_eq!(pair.bob.refused("profile.set", bad).await.code, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_reaches_the_operator_with_what_was_chosen_to_be_shown() {
    let pair = &Pair::meet().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    let shown = alice.send(place, "buy this").await;
    alice.send(place, "and this").await;
    bob.wait_texts(place, 2).await;
    let report = json!({
        "accountId": alice.account.id, "reason": "spam", "messageIds": [shown]
    });
    bob.ask("contact.report", report).await;
    let database = rusqlite::Connection::open(pair.server.data().join("server.sqlite3"))
        .expect("the database");
    let kept: (Vec<u8>, String, String) = database
        .query_row(
            "SELECT account_id, reason, messages FROM report",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .expect("one report");
    let about: String = kept.0.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(about, alice.account.id);
    assert_eq!((&kept.1[..], &kept.2[..]), ("spam", "buy this"));
    // Not one's own words under another's name, and not too much.
    let own = bob.send(place, "mine").await;
    let false_report = json!({
        "accountId": alice.account.id, "reason": "spam", "messageIds": [own]
    });
    let refused = bob.refused("contact.report", false_report).await;
    assert_eq!(refused.code, "NOT_FOUND");
    let long = json!({ "accountId": alice.account.id, "reason": "x".repeat(1_001) });
    assert_eq!(bob.refused("contact.report", long).await.code, "TOO_LARGE");
    let nobody = json!({ "accountId": "ee".repeat(32), "reason": "spam" });
    assert_eq!(
        bob.refused("contact.report", nobody).await.code,
        "UNKNOWN_ACCOUNT"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_chosen_at_sign_up_is_the_name_on_every_device() {
    let server = Server::start().await;
    let mut mara = Person::nobody(&[]).await;
    let params = json!({
        "server": server.address, "username": "mara", "password": PASSWORD, "displayName": "Mara L."
    });
    mara.ask("account.register", params).await;
    let tablet = Person::login(&server.address, "mara").await;
    until("the name on the second device", async || {
        let status = tablet.ask("account.status", json!({})).await;
        (status["displayName"] == "Mara L.").then_some(())
    })
    .await;
    mara.kill().await;
    mara.start().await;
    assert_eq!(
        mara.ask("profile.get", json!({})).await["displayName"],
        "Mara L."
    );
}
