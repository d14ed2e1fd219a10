//! Messages in a group of three people with two devices each: what is done to one ends the same on all six, whoever
//! was first and whatever comes first.

use serde_json::{Value, json};
use story_tests::{Frame, Person, Proxy, Server, Three, Verdict};

async fn edit(person: &Person, message: &str, text: &str) {
    let params = json!({ "messageId": message, "text": text });
    person.ask("message.edit", params).await;
}

async fn take_back(person: &Person, message: &str) {
    let params = json!({ "messageIds": [message], "forEveryone": true });
    person.ask("message.delete", params).await;
}

async fn react(person: &Person, message: &str, emoji: &str, is_on: bool) {
    let params = json!({ "messageId": message, "emoji": emoji, "isOn": is_on });
    person.ask("message.react", params).await;
}

/// How often an emoji stands beside a message.
fn count(view: &Value, emoji: &str) -> u64 {
    let all = view["reactions"].as_array().expect("a list");
    let one = all.iter().find(|one| one["emoji"] == emoji);
    one.map_or(0, |one| one["count"].as_u64().expect("a count"))
}

async fn texts_of(device: &Person, message: &str) -> Vec<String> {
    let params = json!({ "messageId": message });
    let texts = device.ask("message.history", params).await;
    let texts = texts.as_array().expect("a list");
    texts
        .iter()
        .map(|one| one["text"].as_str().expect("a text").to_owned())
        .collect()
}

fn is_deleted(view: &Value) -> bool {
    view["kind"] == "deleted"
}

/// Nothing of a message is left on any device but that it was.
async fn wait_nothing_left(three: &Three, message: &str) {
    three
        .wait_everywhere(message, "the deletion", is_deleted)
        .await;
    for device in three.devices() {
        let view = device.wait_message(message, "it", |_| true).await;
        assert_eq!(
            (&view["text"], view.get("editedAt"), &view["reactions"]),
            (&json!(""), None, &json!([]))
        );
        assert_eq!(texts_of(device, message).await.concat(), "", "no text");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_reactions_and_edits_of_any_device_reach_all_six() {
    let three = Three::meet().await;
    let group = &three.group("Birds").await;
    let [alice, _, carol] = &three.people;
    let [alice_tablet, bob_tablet, carol_tablet] = &three.others;
    let question = alice.send(group, "shall we **go**?").await;
    three.wait_everywhere(&question, "it", |_| true).await;
    let params = json!({ "conversationId": group, "text": "yes", "replyTo": question });
    let reply = bob_tablet.ask("message.send", params).await["messageId"].clone();
    let reply = reply.as_str().expect("an id");
    let quotes = |view: &Value| view["replyTo"]["text"] == "shall we go?";
    three.wait_everywhere(reply, "the quote", quotes).await;

    // Several of one person, from either device; the same of both devices counts once.
    react(carol, reply, "👍", true).await;
    react(carol_tablet, reply, "🎉", true).await;
    react(alice, reply, "👍", true).await;
    react(alice_tablet, reply, "👍", true).await;
    let both = |view: &Value| count(view, "👍") == 2 && count(view, "🎉") == 1;
    three.wait_everywhere(reply, "all reactions", both).await;
    for device in three.devices() {
        let view = device.wait_message(reply, "it", both).await;
        let own: Vec<bool> = ["👍", "🎉"]
            .map(|emoji| {
                let all = view["reactions"].as_array().expect("a list");
                all.iter()
                    .any(|one| one["emoji"] == emoji && one["isOwn"] == true)
            })
            .to_vec();
        let expected = match device.account.username.as_str() {
            "alice" => [true, false],
            "carol" => [true, true],
            _ => [false, false],
        };
        assert_eq!(own, expected);
    }
    react(alice, reply, "👍", false).await;
    let one_thumb = |view: &Value| count(view, "👍") == 1;
    three.wait_everywhere(reply, "one thumb", one_thumb).await;

    edit(alice_tablet, &question, "shall we *stay*?").await;
    let quotes = |view: &Value| view["replyTo"]["text"] == "shall we stay?";
    three.wait_everywhere(reply, "the new quote", quotes).await;
    for device in three.devices() {
        assert_eq!(
            texts_of(device, &question).await,
            ["shall we **go**?", "shall we *stay*?"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_hears_it_on_both_devices_in_a_muted_group() {
    let three = Three::meet().await;
    let group = &three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let tablet = &three.others[1];
    let muted = json!({ "conversationId": group, "isMuted": true });
    bob.ask("conversation.mute", muted).await;
    for device in [bob, tablet] {
        let is_muted = |view: &Value| view["isMuted"] == true;
        device.wait_place(group, "the muted group", is_muted).await;
    }
    let plain = alice.send(group, "nobody in particular").await;
    three.wait_everywhere(&plain, "it", |_| true).await;
    let params = json!({
        "conversationId": group, "text": "ask @bob", "mentions": [bob.account.id],
    });
    let named = carol.ask("message.send", params).await["messageId"].clone();
    for device in [bob, tablet] {
        let first = device
            .event("a notification", |events| {
                let notice = events.iter().find(|event| event["type"] == "notification");
                notice.cloned()
            })
            .await;
        assert_eq!(first["messageId"], named, "and not what came before");
        let one = |view: &Value| view["mentions"] == 1 && view["unread"] == 2;
        device.wait_place(group, "one mention", one).await;
    }
}

/// Holds all messages to a device from now on.
fn hold_messages(line: &Proxy) {
    line.rule(|frame| match frame.is_message() {
        true => Verdict::Hold,
        false => Verdict::Pass,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_and_a_deletion_at_once_end_as_a_deletion_whichever_was_first() {
    let server = Server::start().await;
    let at = server.address.clone();
    let (bob_line, tablet_line) = tokio::join!(Proxy::start(&at), Proxy::start(&at));
    let first = [&at, &bob_line.address, &at];
    let second = [&at, &tablet_line.address, &at];
    let three = Three::meet_by(
        server,
        first.map(String::as_str),
        second.map(String::as_str),
    )
    .await;
    let group = &three.group("Birds").await;
    let [_, bob, carol] = &three.people;
    let tablet = &three.others[1];
    let mut sent = Vec::new();
    for number in 0..3 {
        sent.push(bob.send(group, &format!("bird {number}")).await);
    }
    for message in &sent {
        three.wait_everywhere(message, "it", |_| true).await;
    }
    let [edited_first, deleted_first, at_once] = &sent[..] else {
        unreachable!("three were sent")
    };
    // Neither of bob's devices hears what the other does.
    hold_messages(&bob_line);
    hold_messages(&tablet_line);
    edit(bob, edited_first, "an eagle").await;
    let is_edited = |view: &Value| view["text"] == "an eagle";
    carol
        .wait_message(edited_first, "the edit", is_edited)
        .await;
    take_back(tablet, edited_first).await;
    take_back(tablet, deleted_first).await;
    carol
        .wait_message(deleted_first, "the deletion", is_deleted)
        .await;
    edit(bob, deleted_first, "an eagle").await;
    react(bob, deleted_first, "🐦", true).await;
    tokio::join!(
        edit(bob, at_once, "an eagle"),
        take_back(tablet, at_once),
        react(carol, at_once, "👍", true),
    );
    bob_line.resume();
    tablet_line.resume();
    for message in &sent {
        wait_nothing_left(&three, message).await;
    }
    // What came late is behind everything above.
    let last = bob.send(group, "that is all").await;
    three.wait_everywhere(&last, "it", |_| true).await;
    for message in &sent {
        wait_nothing_left(&three, message).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_to_a_message_may_come_before_it() {
    let server = Server::start().await;
    let at = server.address.clone();
    let line = Proxy::start(&at).await;
    let mut three = Three::meet_by(server, [&at; 3], [&at, &line.address, &at]).await;
    let group = three.group("Birds").await;
    let before = three.people[0].send(&group, "before").await;
    three.wait_everywhere(&before, "it", |_| true).await;
    three.others[1].kill().await;

    let [alice, bob, carol] = &three.people;
    let mut sent = Vec::new();
    for text in ["a cuckoo", "a dove", "an owl"] {
        sent.push(alice.send(&group, text).await);
    }
    for device in [bob, carol] {
        device.wait_message(&sent[2], "the last", |_| true).await;
    }
    react(carol, &sent[0], "🐦", true).await;
    react(bob, &sent[0], "👍", true).await;
    edit(alice, &sent[1], "a hawk").await;
    take_back(alice, &sent[2]).await;
    let is_reacted = |view: &Value| count(view, "🐦") == 1 && count(view, "👍") == 1;
    let is_edited = |view: &Value| view["text"] == "a hawk" && view["editedAt"].is_u64();
    for device in [alice, bob, carol, &three.others[0], &three.others[2]] {
        device.wait_message(&sent[0], "both", is_reacted).await;
        device.wait_message(&sent[1], "the edit", is_edited).await;
        device.wait_message(&sent[2], "its end", is_deleted).await;
    }
    // All that waited for the tablet comes to it in the wrong order, the latest first.
    hold_messages(&line);
    let caught_up = async |before: usize| {
        line.seen("all that waited", |frames| {
            let is_end = |frame: &&Frame| {
                matches!(
                    frame,
                    Frame::Down(pipit_wire::v1::server_frame::Body::CaughtUp(_))
                )
            };
            let count = frames.iter().filter(is_end).count();
            (count > before).then_some(count)
        })
        .await
    };
    let before = caught_up(0).await;
    three.others[1].start().await;
    caught_up(before).await;
    let tablet = &three.others[1];
    let unknown = json!({ "messageId": sent[0] });
    assert_eq!(
        tablet.refused("message.get", unknown).await.code,
        "NOT_FOUND"
    );
    line.release_reversed();
    line.pass();
    tablet.wait_message(&sent[0], "both", is_reacted).await;
    tablet.wait_message(&sent[1], "the edit", is_edited).await;
    assert_eq!(texts_of(tablet, &sent[1]).await, ["a dove", "a hawk"]);
    wait_nothing_left(&three, &sent[2]).await;
}
