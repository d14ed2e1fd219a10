//! What is read: mentions that wait, reports to those who wrote, and who has a message.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, until};

/// Waits until a conversation is as wanted on a device.
async fn wait_place(
    device: &Person,
    conversation: &str,
    what: &str,
    is_wanted: impl Fn(&Value) -> bool,
) -> Value {
    let what = format!("{what} on a device of {}", device.account.username);
    until(&what, async || {
        let params = json!({ "conversationId": conversation });
        let view = device.call("conversation.get", params).await.ok()?;
        is_wanted(&view).then_some(view)
    })
    .await
}

async fn read(device: &Person, conversation: &str, message: &str) {
    let params = json!({ "conversationId": conversation, "upTo": message });
    device.ask("message.markRead", params).await;
}

/// Sends a text with mentions of these people in it.
async fn mention(sender: &Person, conversation: &str, named: &[&Person]) -> String {
    let names = named
        .iter()
        .map(|person| format!("@{}", person.account.username));
    let params = json!({
        "conversationId": conversation,
        "text": names.collect::<Vec<_>>().join(" "),
        "mentions": named.iter().map(|person| &person.account.id).collect::<Vec<_>>(),
    });
    let sent = sender.ask("message.send", params).await;
    sent["messageId"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_mentions_are_counted_until_they_are_read_on_any_device() {
    let three = Three::meet().await;
    let [alice, bob, carol] = &three.people;
    let [_, bob_tablet, carol_tablet] = &three.others;
    let group = &three.group("Birds").await;
    let first = mention(alice, group, &[bob, carol]).await;
    let second = mention(carol, group, &[bob]).await;
    wait_message(alice, &second, "it", |_| true).await;
    let plain = alice.send(group, "no names here").await;
    for device in [bob, bob_tablet] {
        let both = |view: &Value| view["mentions"] == 2 && view["unread"] == 3;
        let view = wait_place(device, group, "two mentions", both).await;
        let first_mention = view["firstMention"].as_str();
        assert!(
            first_mention == Some(&first) || first_mention == Some(&second),
            "{view}"
        );
    }
    let one = |view: &Value| view["mentions"] == 1 && view["unread"] == 2;
    for device in [carol, carol_tablet] {
        let view = wait_place(device, group, "one mention", one).await;
        assert_eq!(view["firstMention"], first.as_str());
    }
    // Taken back, or edited away, it names nobody.
    let delete = json!({ "messageIds": [first], "forEveryone": true });
    alice.ask("message.delete", delete).await;
    let none = |view: &Value| view["mentions"] == 0 && view.get("firstMention").is_none();
    for device in [carol, carol_tablet] {
        wait_place(device, group, "no mention", none).await;
    }
    for device in [bob, bob_tablet] {
        let rest = |view: &Value| view["mentions"] == 1;
        let view = wait_place(device, group, "the other mention", rest).await;
        assert_eq!(view["firstMention"], second.as_str());
    }
    read(bob_tablet, group, &plain).await;
    for device in [bob, bob_tablet] {
        let read = |view: &Value| none(view) && view["unread"] == 0;
        wait_place(device, group, "all read", read).await;
    }
}

/// Waits until a message is as wanted on a device.
async fn wait_message(
    device: &Person,
    message: &str,
    what: &str,
    is_wanted: impl Fn(&Value) -> bool,
) -> Value {
    let what = format!("{what} on a device of {}", device.account.username);
    until(&what, async || {
        let params = json!({ "messageId": message });
        let view = device.call("message.get", params).await.ok()?;
        is_wanted(&view).then_some(view)
    })
    .await
}

/// Who was told to have read an own message, and who has it, by name.
async fn info(device: &Person, message: &str) -> [Vec<String>; 2] {
    let mut readers = Vec::new();
    let mut havers = Vec::new();
    let mut params = json!({ "messageId": message, "limit": 1 });
    loop {
        let page = device.ask("message.info", params.clone()).await;
        for one in page["recipients"].as_array().expect("a list") {
            let name = one["name"].as_str().expect("a name").to_owned();
            if one["readAt"].is_u64() {
                readers.push(name.clone());
            }
            if one["deliveredAt"].is_u64() {
                havers.push(name);
            }
        }
        match page.get("next") {
            Some(next) => params["after"] = next.clone(),
            None => break,
        }
    }
    readers.sort();
    havers.sort();
    [readers, havers]
}

async fn tells_reading(device: &Person, does: bool) {
    let params = json!({ "readReceipts": does });
    device.ask("settings.set", params).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wrote_learns_on_all_devices_who_has_read_it() {
    let three = Three::meet().await;
    let [alice, bob, _] = &three.people;
    let [alice_tablet, _, carol_tablet] = &three.others;
    let group = &three.group("Birds").await;
    let mut sent = Vec::new();
    for number in 1..=5 {
        sent.push(alice.send(group, &format!("bird {number}")).await);
    }
    let last = &sent[4];
    for device in [bob, carol_tablet] {
        wait_message(device, last, "the last", |_| true).await;
    }
    read(bob, group, last).await;
    for device in [alice, alice_tablet] {
        for message in &sent {
            let by_one = |view: &Value| view["readCount"] == 1 && view["deliveredCount"] == 2;
            let view = wait_message(device, message, "bob's reading", by_one).await;
            assert_eq!(view["state"], "delivered", "not by all: {view}");
        }
    }
    assert_eq!(
        info(alice, last).await,
        [vec!["bob".to_owned()], vec!["bob".into(), "carol".into()]]
    );
    // Her second device was read on, and the first one says nothing twice.
    read(carol_tablet, group, last).await;
    let all = |view: &Value| view["state"] == "read" && view["readCount"] == 2;
    for device in [alice, alice_tablet] {
        for message in &sent {
            wait_message(device, message, "everybody's reading", all).await;
        }
    }
    assert_eq!(
        info(alice_tablet, last).await[0],
        ["bob", "carol"],
        "on the other device too"
    );
    // What others wrote is not this person's to look into; and nothing of it made a row.
    assert_eq!(info(bob, last).await, [Vec::<String>::new(), Vec::new()]);
    for device in three.devices() {
        let rows = device.messages(group).await;
        let written = rows.iter().filter(|row| row["kind"] != "system");
        assert_eq!(written.count(), 5, "the texts alone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_tell_is_not_told_and_what_was_read_meanwhile_stays_untold() {
    let three = Three::meet().await;
    let [alice, bob, carol] = &three.people;
    let [_, bob_tablet, _] = &three.others;
    let group = &three.group("Birds").await;
    tells_reading(bob_tablet, false).await;
    until("the setting on bob's other device", async || {
        let settings = bob.ask("settings.get", json!({})).await;
        (settings["readReceipts"] == false).then_some(())
    })
    .await;
    let first = alice.send(group, "one").await;
    wait_message(bob, &first, "it", |_| true).await;
    let own = bob.send(group, "two").await;
    wait_message(carol, &own, "it", |_| true).await;
    read(bob, group, &first).await;
    read(carol, group, &own).await;
    // Alice hears of carol only, and bob of nobody.
    let by_carol = |view: &Value| view["readCount"] == 1;
    wait_message(alice, &first, "carol's reading", by_carol).await;
    assert_eq!(info(alice, &first).await[0], ["carol"]);
    let later = carol.send(group, "three").await;
    wait_message(bob, &later, "what came after carol's report", |_| true).await;
    assert_eq!(info(bob, &own).await[0], Vec::<String>::new());

    tells_reading(bob, true).await;
    read(bob, group, &later).await;
    let by_bob = |view: &Value| view["readCount"] == 1;
    wait_message(carol, &later, "bob's reading", by_bob).await;
    assert_eq!(info(alice, &first).await[0], ["carol"], "never told");
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_is_told_after_a_kill_and_to_strangers_when_they_are_accepted() {
    let mut pair = Pair::meet().await;
    let sent = pair.alice.send(&pair.conversation, "hello?").await;
    wait_message(&pair.bob, &sent, "it", |_| true).await;
    read(&pair.bob, &pair.conversation, &sent).await;
    // Bob looks at a request; that is his alone.
    let other = pair.alice.send(&pair.conversation, "are you there?").await;
    wait_message(&pair.bob, &other, "the second", |_| true).await;
    assert_eq!(
        info(&pair.alice, &sent).await[0],
        Vec::<String>::new(),
        "a stranger is not told"
    );
    let params = json!({ "conversationId": pair.conversation });
    pair.bob.ask("request.accept", params).await;
    let is_read = |view: &Value| view["state"] == "read";
    wait_message(&pair.alice, &sent, "bob's reading", is_read).await;

    // Killed before it could be told, without a line to the server.
    pair.server.kill().await;
    pair.bob.connection("offline").await;
    read(&pair.bob, &pair.conversation, &other).await;
    pair.bob.kill().await;
    pair.server.restart().await;
    pair.bob.start().await;
    wait_message(&pair.alice, &other, "the reading before", is_read).await;
}
