//! Disappearing messages: one timer for everybody, clocks that start at reading, and nothing left.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, until};

async fn view(device: &Person, conversation: &str) -> Option<Value> {
    let params = json!({ "conversationId": conversation });
    device.call("conversation.get", params).await.ok()
}

async fn set_timer(device: &Person, conversation: &str, seconds: u32) {
    let params = json!({ "conversationId": conversation, "seconds": seconds });
    device.ask("conversation.setTimer", params).await;
}

/// Waits until a device shows this timer.
async fn wait_timer(device: &Person, conversation: &str, seconds: Option<u32>) {
    let what = format!(
        "the timer {seconds:?} on a device of {}",
        device.account.username
    );
    until(&what, async || {
        let view = view(device, conversation).await?;
        (view.get("timer") == seconds.map(Value::from).as_ref()).then_some(())
    })
    .await;
}

async fn message(device: &Person, message: &str) -> Option<Value> {
    let params = json!({ "messageId": message });
    device.call("message.get", params).await.ok()
}

async fn wait_message(device: &Person, id: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
    let what = format!("a message on a device of {}", device.account.username);
    until(&what, async || {
        message(device, id).await.filter(|view| is_wanted(view))
    })
    .await
}

async fn wait_gone(device: &Person, id: &str) {
    let what = format!(
        "a message to go from a device of {}",
        device.account.username
    );
    until(&what, async || {
        message(device, id).await.is_none().then_some(())
    })
    .await;
}

async fn read(device: &Person, conversation: &str, message: &str) {
    let params = json!({ "conversationId": conversation, "upTo": message });
    device.ask("message.markRead", params).await;
}

async fn reply(device: &Person, conversation: &str, to: &str, text: &str) -> String {
    let params = json!({ "conversationId": conversation, "text": text, "replyTo": to });
    let sent = device.ask("message.send", params).await;
    sent["messageId"].as_str().expect("an id").to_owned()
}

fn has_clock(view: &Value) -> bool {
    view["expiresAt"].is_u64()
}

/// Lines about the timer: what each says and who did it.
async fn lines(device: &Person, conversation: &str) -> Vec<(String, String)> {
    let rows = device.messages(conversation).await;
    let lines = rows.iter().filter_map(|row| {
        let line = &row["system"];
        let word = line["word"].as_str()?;
        let value = line["value"].as_str().unwrap_or_default();
        let by = line["actor"]["name"].as_str().unwrap_or_default();
        word.starts_with("timer.")
            .then(|| (format!("{word} {value}"), by.to_owned()))
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_goes_so_long_after_reading_from_every_device() {
    let three = Three::meet().await;
    let [alice, bob, carol] = &three.people;
    let [alice_tablet, bob_tablet, carol_tablet] = &three.others;
    let group = &three.group("Birds").await;
    let stays = alice.send(group, "this stays").await;
    let permissions = json!({ "conversationId": group, "editInfo": "admins" });
    alice.ask("conversation.setPermissions", permissions).await;
    set_timer(alice, group, 3).await;
    for device in three.devices() {
        wait_timer(device, group, Some(3)).await;
        let told = ("timer.set 3".to_owned(), "alice".to_owned());
        assert_eq!(lines(device, group).await, [told]);
    }
    let params = json!({ "conversationId": group, "seconds": 0 });
    let refused = carol.refused("conversation.setTimer", params).await;
    assert_eq!(refused.code, "NOT_ALLOWED");
    let params = json!({ "conversationId": group, "seconds": 40_000_000 });
    let refused = alice.refused("conversation.setTimer", params).await;
    assert_eq!(refused.code, "BAD_REQUEST");

    let secret = bob.send(group, "the nest is in the meadow").await;
    // For who sent it the clock starts at once; on both devices it is the same.
    let ours = wait_message(bob, &secret, has_clock).await;
    let there = wait_message(bob_tablet, &secret, has_clock).await;
    assert_eq!(
        (&ours["timer"], &ours["expiresAt"]),
        (&json!(3), &there["expiresAt"])
    );
    let unread = wait_message(carol, &secret, |_| true).await;
    assert_eq!(
        (&unread["timer"], unread.get("expiresAt")),
        (&json!(3), None)
    );
    wait_gone(bob, &secret).await;
    wait_gone(bob_tablet, &secret).await;

    // Alice has answered before she reads on: the answer outlives what it quotes only where that has gone.
    wait_message(alice, &secret, |_| true).await;
    let answer = reply(alice, group, &secret, "where?").await;
    let quote = wait_message(carol, &answer, |_| true).await;
    assert_eq!(quote["replyTo"]["text"], "the nest is in the meadow");
    read(carol_tablet, group, &secret).await;
    let here = wait_message(carol, &secret, has_clock).await;
    let there = wait_message(carol_tablet, &secret, has_clock).await;
    assert_eq!(here["expiresAt"], there["expiresAt"], "one clock for both");
    for device in [carol, carol_tablet] {
        wait_gone(device, &secret).await;
        let found = json!({ "query": "meadow" });
        let found = device.ask("message.search", found).await;
        assert_eq!(found["hits"], json!([]));
    }
    let quote = wait_message(carol, &answer, |_| true).await;
    assert_eq!(quote["replyTo"]["isMissing"], true);
    carol
        .event("the removal, and the answer without its quote", |events| {
            let gone = events.iter().any(|event| {
                event["type"] == "message.removed" && event["messageId"] == secret.as_str()
            });
            let shown = events.iter().any(|event| {
                event["type"] == "message.changed"
                    && event["message"]["messageId"] == answer.as_str()
                    && event["message"]["replyTo"]["isMissing"] == true
            });
            (gone && shown).then_some(())
        })
        .await;
    // Nobody else has read it, and nothing of before has a clock.
    for device in [alice, alice_tablet] {
        let view = message(device, &stays).await.expect("what stays");
        assert_eq!(view.get("timer"), None);
    }
    set_timer(alice_tablet, group, 0).await;
    for device in three.devices() {
        wait_timer(device, group, None).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_runs_while_a_device_is_off() {
    let mut pair = Pair::talking().await;
    set_timer(&pair.bob, &pair.conversation, 2).await;
    wait_timer(&pair.alice, &pair.conversation, Some(2)).await;
    let sent = pair.alice.send(&pair.conversation, "gone soon").await;
    wait_message(&pair.alice, &sent, has_clock).await;
    pair.alice.kill().await;
    wait_message(&pair.bob, &sent, |_| true).await;
    read(&pair.bob, &pair.conversation, &sent).await;
    wait_message(&pair.bob, &sent, has_clock).await;
    wait_gone(&pair.bob, &sent).await;
    pair.alice.start().await;
    wait_gone(&pair.alice, &sent).await;
    let texts = |rows: Vec<Value>| {
        let written = rows.into_iter().filter(|row| row["kind"] == "text");
        written.map(|row| row["text"].clone()).collect::<Vec<_>>()
    };
    for device in [&pair.alice, &pair.bob] {
        let rows = device.messages(&pair.conversation).await;
        let count = rows.len() as u64;
        assert_eq!(texts(rows), ["hello bob", "hello alice"]);
        let view = view(device, &pair.conversation).await.expect("the chat");
        assert_eq!(view["messageCount"], count);
        assert_eq!(lines(device, &pair.conversation).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_timers_set_apart_the_one_that_the_server_had_last_stands() {
    let pair = Pair::talking().await;
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    wait_timer(&tablet, &pair.conversation, None).await;
    pair.alice_line.close();
    pair.alice.connection("offline").await;
    set_timer(&pair.alice, &pair.conversation, 60).await;
    wait_timer(&pair.alice, &pair.conversation, Some(60)).await;
    set_timer(&pair.bob, &pair.conversation, 120).await;
    wait_timer(&tablet, &pair.conversation, Some(120)).await;
    pair.alice_line.open();
    // Hers reached the server after his.
    for device in [&pair.alice, &pair.bob, &tablet] {
        wait_timer(device, &pair.conversation, Some(60)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_later_knows_the_timer() {
    let three = Three::meet().await;
    let [alice, bob, _] = &three.people;
    let group = &three.group("Birds").await;
    set_timer(alice, group, 3600).await;
    wait_timer(bob, group, Some(3600)).await;
    let chat = &bob.open("alice").await;
    bob.send(chat, "hello").await;
    set_timer(bob, chat, 7200).await;
    wait_timer(alice, chat, Some(7200)).await;

    let params = json!({ "conversationId": group, "add": "everyone" });
    alice.ask("conversation.setPermissions", params).await;
    until("everybody may add", async || {
        let view = view(bob, group).await?;
        (view["group"]["permissions"]["add"] == "everyone").then_some(())
    })
    .await;
    let dave = Person::register(&three.server.address, "dave").await;
    let params = json!({ "username": "dave" });
    let found = bob.ask("contact.find", params).await;
    let params = json!({ "conversationId": group, "members": [found["accountId"]] });
    bob.ask("conversation.add", params).await;
    wait_timer(&dave, group, Some(3600)).await;
    let sent = dave.send(group, "hello all").await;
    let there = wait_message(alice, &sent, |_| true).await;
    assert_eq!(there["timer"], 3600);

    let laptop = Person::login(&three.server.address, "bob").await;
    wait_timer(&laptop, group, Some(3600)).await;
    wait_timer(&laptop, chat, Some(7200)).await;
}
