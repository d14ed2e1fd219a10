//! What may concern a person beside the chats' own order: mentions, reactions, invitations, new devices.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Server, Three, until};

/// All entries of a device, asked for in pages of two.
async fn entries(device: &Person) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let mut params = json!({ "limit": 2 });
        if let Some(last) = all.last() {
            params["before"] = last["place"].clone();
        }
        let page = device.ask("activity.list", params).await;
        let page = page.as_array().expect("a list").clone();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// Waits until a device lists entries of these sorts, newest first, as (kind, is it new).
async fn wait_kinds(device: &Person, wanted: &[(&str, bool)]) -> Vec<Value> {
    until(&format!("{wanted:?}"), async || {
        let all = entries(device).await;
        let kinds: Vec<(&str, bool)> = all
            .iter()
            .filter_map(|entry| Some((entry["kind"].as_str()?, entry["isNew"].as_bool()?)))
            .collect();
        (kinds == wanted).then_some(all)
    })
    .await
}

async fn react(person: &Person, message: &str, emoji: &str, is_on: bool) {
    let params = json!({ "messageId": message, "emoji": emoji, "isOn": is_on });
    person.ask("message.react", params).await;
}

async fn see(device: &Person) {
    device.ask("activity.see", json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mentions_and_reactions_stand_on_both_devices_until_they_are_seen_or_gone() {
    let three = Three::meet().await;
    let group = &three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let [alice_tablet, bob_tablet, carol_tablet] = &three.others;
    let params = json!({
        "conversationId": group, "text": "who asks @bob?", "mentions": [bob.account.id],
    });
    let mention = alice.ask("message.send", params).await["messageId"].clone();
    let mention = mention.as_str().expect("an id");
    // The tablet came after bob's first device, which lists it; for the tablet the first one is no news.
    wait_kinds(bob, &[("mention", true), ("ownDevice", true)]).await;
    let found = wait_kinds(bob_tablet, &[("mention", true)]).await;
    assert_eq!(found[0]["message"]["messageId"], mention);

    // Read in the chat on one device, it is no longer new on the other.
    let params = json!({ "conversationId": group, "upTo": mention });
    bob.ask("message.markRead", params).await;
    wait_kinds(bob_tablet, &[("mention", false)]).await;

    react(bob_tablet, mention, "👍", true).await;
    react(carol, mention, "🎉", true).await;
    for device in [alice, alice_tablet] {
        until("both reactions", async || {
            let all = entries(device).await;
            let entry = all.iter().find(|entry| entry["kind"] == "reactions")?;
            let is_there =
                entry["emoji"] == "🎉" && entry["name"] == "carol" && entry["others"] == 1;
            (is_there && entry["isNew"] == true).then_some(())
        })
        .await;
    }
    // Own reactions are no news to anybody else's devices, nor to one's own.
    react(alice, mention, "❤️", true).await;
    see(alice_tablet).await;
    wait_kinds(alice_tablet, &[("reactions", false)]).await;
    wait_kinds(alice, &[("reactions", false), ("ownDevice", false)]).await;

    // What is taken back goes; the other stays, as of its own time.
    react(carol_tablet, mention, "🎉", false).await;
    until("the reaction to go", async || {
        let all = entries(alice).await;
        let entry = all.iter().find(|entry| entry["kind"] == "reactions")?;
        (entry["emoji"] == "👍" && entry["others"] == 0).then_some(())
    })
    .await;
    let params = json!({ "messageIds": [mention], "forEveryone": true });
    alice.ask("message.delete", params).await;
    wait_kinds(alice_tablet, &[]).await;
    wait_kinds(bob_tablet, &[]).await;
    wait_kinds(carol, &[("ownDevice", true)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_is_asked_about_until_one_device_says_whose_it_is() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    assert!(entries(bob).await.is_empty());
    let tablet = Person::login(&server.address, "bob").await;
    tablet.wait_in(conversation).await;
    let found = wait_kinds(bob, &[("ownDevice", true)]).await;
    let id = tablet.ask("account.status", json!({})).await["deviceId"].clone();
    assert_eq!(
        (
            &found[0]["deviceId"],
            &found[0]["isKnown"],
            &found[0]["signer"]
        ),
        (&id, &json!(false), &json!("recoveryKey"))
    );
    wait_kinds(alice, &[("contactDevice", true)]).await;

    let phone = Person::login(&server.address, "bob").await;
    wait_kinds(bob, &[("ownDevice", true), ("ownDevice", true)]).await;
    wait_kinds(&tablet, &[("ownDevice", true)]).await;
    let second = phone.ask("account.status", json!({})).await["deviceId"].clone();
    tablet
        .ask("device.confirm", json!({ "deviceId": second }))
        .await;
    wait_kinds(bob, &[("ownDevice", false), ("ownDevice", true)]).await;
    // Signed out, it is listed no longer.
    bob.ask("device.revoke", json!({ "deviceId": id })).await;
    wait_kinds(bob, &[("ownDevice", false)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_of_a_stranger_stands_there_until_it_is_answered() {
    let server = Server::start().await;
    let alice = &Person::register(&server.address, "alice").await;
    let bob = &Person::register(&server.address, "bob").await;
    let account = alice.find("bob").await;
    let group = &alice.create_group("Birds", &[&account]).await;
    alice.send(group, "look").await;
    // The group's name comes after the way in.
    let entry = until("the invitation with its name", async || {
        let all = entries(bob).await;
        let [entry] = &all[..] else { return None };
        (entry["groupName"] == "Birds").then(|| entry.clone())
    })
    .await;
    assert_eq!(
        (&entry["kind"], &entry["conversationId"], &entry["name"]),
        (&json!("invitation"), &json!(group), &json!("alice"))
    );
    assert_eq!(
        (&entry["members"], &entry["acquainted"]),
        (&json!(2), &json!(0))
    );
    for (only, count) in [("mentions", 0), ("security", 0)] {
        let page = bob.ask("activity.list", json!({ "only": only })).await;
        assert_eq!(page.as_array().map(Vec::len), Some(count), "{only}");
    }
    let params = json!({ "before": "elsewhere" });
    let refusal = bob.refused("activity.list", params).await;
    assert_eq!(refusal.code, "BAD_REQUEST");
    bob.ask("request.accept", json!({ "conversationId": group }))
        .await;
    wait_kinds(bob, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_link_leads_to_them_and_to_nobody_else() {
    let server = Server::start().await;
    let alice = &Person::register(&server.address, "alice").await;
    let bob = &Person::register(&server.address, "bob").await;
    let link = alice.ask("contact.ownLink", json!({})).await["link"].clone();
    let link = link.as_str().expect("a link");
    assert!(link.starts_with("pipit://user/alice@"), "{link}");
    let found = bob.ask("contact.findByLink", json!({ "link": link })).await;
    assert_eq!(found["accountId"], alice.account.id);

    // The server has another account by this name than the link vouches for.
    let other = bob.ask("contact.ownLink", json!({})).await["link"].clone();
    let (_, account) = other
        .as_str()
        .and_then(|other| other.split_once('#'))
        .expect("an account");
    let (place, _) = link.split_once('#').expect("an account");
    let swapped = json!({ "link": format!("{place}#{account}") });
    let refusal = bob.refused("contact.findByLink", swapped).await;
    assert_eq!(refusal.code, "LEDGER_MISMATCH");
    let elsewhere = link.replace("alice@", "alice@elsewhere.");
    for (bad, why) in [
        (&elsewhere[..], "another server"),
        ("pipit://user/alice", "copy all"),
    ] {
        let refusal = bob
            .refused("contact.findByLink", json!({ "link": bad }))
            .await;
        assert_eq!(refusal.code, "BAD_REQUEST");
        assert!(refusal.message.contains(why), "{refusal:?}");
    }
}
