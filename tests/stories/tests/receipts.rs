//! What is read: mentions that wait, reports to those who wrote, and who has a message.

use serde_json::{Value, json};
use story_tests::{Person, Three, until};

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
