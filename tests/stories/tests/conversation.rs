//! Two people talk: finding, sending, ticks, unread counts, history, drafts, being offline.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Server, numbered};

fn ids(messages: &Value) -> Vec<&str> {
    let messages = messages.as_array().expect("a list");
    messages
        .iter()
        .map(|message| message["messageId"].as_str().expect("an id"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_find_each_other_and_talk() {
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &Pair::meet().await;
    let unknown = alice
        .refused("contact.find", json!({ "username": "bo" }))
        .await;
    assert_eq!(unknown.code, "USERNAME_INVALID");
    let unknown = alice
        .refused("contact.find", json!({ "username": "bobby" }))
        .await;
    assert_eq!(unknown.code, "UNKNOWN_ACCOUNT");

    alice.send(conversation, "hello bob").await;
    assert_eq!(bob.wait_texts(conversation, 1).await, ["hello bob"]);
    bob.send(conversation, "hello alice").await;
    assert_eq!(
        alice.wait_texts(conversation, 2).await,
        ["hello bob", "hello alice"]
    );

    let list = bob.ask("conversation.list", json!({})).await;
    assert_eq!(list.as_array().expect("a list").len(), 1);
    assert_eq!(list[0]["conversationId"], conversation.as_str());
    assert_eq!(list[0]["kind"], "direct");
    assert_eq!(list[0]["name"], "alice");
    assert_eq!(list[0]["peer"]["accountId"], alice.account.id.as_str());
    assert_eq!(list[0]["lastMessage"]["text"], "hello alice");
    let messages = bob.messages(conversation).await;
    assert_eq!(messages[0]["sender"], alice.account.id.as_str());
    assert_eq!(
        (&messages[0]["isOwn"], &messages[1]["isOwn"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(messages[0]["state"], "received");
}

#[tokio::test(flavor = "multi_thread")]
async fn ticks_go_from_queued_to_accepted_to_delivered() {
    let mut pair = Pair::talking().await;
    pair.bob.kill().await;
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &mut pair;
    let message = alice.send(conversation, "are you there?").await;
    alice.wait_state(conversation, &message, "accepted").await;
    bob.start().await;
    alice.wait_state(conversation, &message, "delivered").await;
    let states = alice
        .event("all states", |events| {
            let states: Vec<String> = events
                .iter()
                .filter(|event| event["message"]["messageId"] == message.as_str())
                .map(|event| {
                    event["message"]["state"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned()
                })
                .collect();
            (states.last().is_some_and(|state| state == "delivered")).then_some(states)
        })
        .await;
    assert_eq!(states, ["queued", "accepted", "delivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_numbered_without_a_hole() {
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    for text in numbered("line", 20) {
        bob.send(conversation, &text).await;
    }
    alice.wait_texts(conversation, 22).await;
    let numbers = alice
        .event("22 messages", |events| {
            let added = events
                .iter()
                .filter(|event| event["type"] == "message.added")
                .count();
            (added >= 22).then(|| {
                events
                    .iter()
                    .map(|event| event["number"].as_u64().expect("a number"))
                    .collect()
            })
        })
        .await;
    let numbers: Vec<u64> = numbers;
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{numbers:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_messages_are_counted_until_they_are_marked_read() {
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let in_chat = json!({ "conversationId": conversation });
    let view = bob.ask("conversation.get", in_chat.clone()).await;
    assert_eq!(view["unread"], 1);
    let mut sent = Vec::new();
    for text in numbered("unread", 3) {
        sent.push(alice.send(conversation, &text).await);
    }
    bob.wait_texts(conversation, 5).await;
    let view = bob.ask("conversation.get", in_chat.clone()).await;
    assert_eq!(view["unread"], 4);
    assert_eq!(view["messageCount"], 5);
    let up_to = json!({ "conversationId": conversation, "upTo": sent[0] });
    bob.ask("message.markRead", up_to.clone()).await;
    let view = bob.ask("conversation.get", in_chat.clone()).await;
    assert_eq!(
        (&view["unread"], &view["firstUnread"]),
        (&json!(2), &json!(sent[1]))
    );
    bob.ask(
        "message.markRead",
        json!({ "conversationId": conversation, "upTo": sent[2] }),
    )
    .await;
    // Reading does not go back.
    bob.ask("message.markRead", up_to).await;
    let view = bob.ask("conversation.get", in_chat).await;
    assert_eq!(
        (&view["unread"], view.get("firstUnread")),
        (&json!(0), None)
    );
    // What one writes oneself is not unread.
    let view = alice
        .ask(
            "conversation.get",
            json!({ "conversationId": conversation }),
        )
        .await;
    assert_eq!(view["unread"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_read_in_windows_around_any_message() {
    let Pair {
        alice,
        conversation,
        ..
    } = &Pair::meet().await;
    let mut sent = Vec::new();
    for text in numbered("line", 60) {
        sent.push(alice.send(conversation, &text).await);
    }
    let window = async |field: &str, message: &str, limit: usize| {
        let mut params = json!({ "conversationId": conversation, "limit": limit });
        params[field] = json!(message);
        alice.ask("message.list", params).await
    };
    let newest = alice
        .ask("message.list", json!({ "conversationId": conversation }))
        .await;
    assert_eq!(ids(&newest), &sent[10..]);
    assert_eq!(ids(&window("before", &sent[10], 5).await), &sent[5..10]);
    assert_eq!(ids(&window("before", &sent[3], 50).await), &sent[..3]);
    assert_eq!(ids(&window("after", &sent[10], 5).await), &sent[11..16]);
    assert_eq!(ids(&window("after", &sent[59], 5).await), [""; 0]);
    assert_eq!(ids(&window("around", &sent[30], 5).await), &sent[28..33]);
    assert_eq!(ids(&window("around", &sent[30], 1).await), &sent[30..31]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_to_self_is_accepted_by_the_server() {
    let server = Server::start().await;
    let alice = Person::register(&server.address, "alice").await;
    let note = alice.open_account(&alice.account.id).await;
    let message = alice.send(&note, "buy milk").await;
    alice.wait_state(&note, &message, "accepted").await;
    let view = alice
        .ask("conversation.get", json!({ "conversationId": note }))
        .await;
    assert_eq!(
        (&view["kind"], &view["unread"]),
        (&json!("self"), &json!(0))
    );
    assert_eq!(alice.texts(&note).await, ["buy milk"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_text_up_to_32_kib_arrives_unchanged() {
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &Pair::meet().await;
    let texts = [
        "שלום bob, مرحبا".to_owned(),
        "👩‍👩‍👧‍👦 e\u{301} \u{202e}abc\u{202c} \u{200f}".to_owned(),
        "line one\r\n\tline \"two\" \\ {\"json\":true} </script>\u{0}\u{7f}".to_owned(),
        " spaces around ".to_owned(),
        "x".repeat(32 * 1024),
        "🐦".repeat(8 * 1024),
    ];
    for text in &texts {
        alice.send(conversation, text).await;
    }
    assert!(bob.wait_texts(conversation, texts.len()).await == texts);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_and_too_long_texts_are_refused_and_leave_no_trace() {
    let Pair {
        alice,
        conversation,
        ..
    } = &Pair::meet().await;
    let texts = [
        "".to_owned(),
        " \n\t ".to_owned(),
        "x".repeat(32 * 1024 + 1),
    ];
    for text in texts {
        let params = json!({ "conversationId": conversation, "text": text });
        let refusal = alice.refused("message.send", params).await;
        assert_eq!((&refusal.code[..], refusal.retry), ("TOO_LARGE", false));
    }
    let draft = json!({ "conversationId": conversation, "text": "x".repeat(32 * 1024 + 1) });
    assert_eq!(
        alice.refused("conversation.setDraft", draft).await.code,
        "TOO_LARGE"
    );
    assert_eq!(alice.texts(conversation).await, [""; 0]);
    let view = alice
        .ask(
            "conversation.get",
            json!({ "conversationId": conversation }),
        )
        .await;
    assert_eq!(
        (&view["messageCount"], view.get("draft")),
        (&json!(0), None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_offline_leaves_when_the_server_is_back() {
    let mut pair = Pair::talking().await;
    pair.server.kill().await;
    pair.alice.connection("offline").await;
    let texts = numbered("offline", 30);
    let mut last = String::new();
    for text in &texts {
        last = pair.alice.send(&pair.conversation, text).await;
    }
    let states = pair.alice.messages(&pair.conversation).await;
    assert!(
        states[2..]
            .iter()
            .all(|message| message["state"] == "queued")
    );
    let refusal = pair
        .alice
        .refused("contact.find", json!({ "username": "carol" }))
        .await;
    assert_eq!((&refusal.code[..], refusal.retry), ("OFFLINE", true));
    pair.server.restart().await;
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &pair;
    assert_eq!(bob.wait_texts(conversation, 32).await[2..], texts);
    alice.wait_state(conversation, &last, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_logs_in_without_asking() {
    let Pair {
        server,
        mut alice,
        bob,
        conversation,
        alice_line: _line,
        bob_line: _other,
    } = Pair::talking().await;
    let conversation = &conversation;
    assert!(alice.quit().await, "it ends well when its input ends");
    bob.send(conversation, "while you were away").await;
    alice.start().await;
    alice.connection("online").await;
    let status = alice.ask("account.status", json!({})).await;
    assert_eq!(status["state"], "signedIn");
    assert_eq!(status["username"], "alice");
    let texts = alice.wait_texts(conversation, 3).await;
    assert_eq!(texts, ["hello bob", "hello alice", "while you were away"]);
    let again =
        json!({ "server": server.address, "username": "alice2", "password": "x".repeat(12) });
    assert_eq!(
        alice.refused("account.register", again).await.code,
        "ALREADY_SIGNED_IN"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_key_is_shown_until_it_is_confirmed() {
    let server = Server::start().await;
    let mut alice = Person::register(&server.address, "alice").await;
    let key = alice.account.recovery_key.clone();
    let groups: Vec<&str> = key.split('-').collect();
    assert!(
        groups.len() == 12 && groups.iter().all(|group| group.len() == 4),
        "{key}"
    );
    alice.kill().await;
    alice.start().await;
    assert_eq!(
        alice.ask("account.status", json!({})).await["recoveryKeyPending"],
        true
    );
    assert_eq!(
        alice.ask("account.recoveryKey", json!({})).await["recoveryKey"],
        key
    );
    alice.ask("account.confirmRecoveryKey", json!({})).await;
    assert_eq!(
        alice.ask("account.status", json!({})).await["recoveryKeyPending"],
        false
    );
    assert_eq!(
        alice.refused("account.recoveryKey", json!({})).await.code,
        "NOT_FOUND"
    );
}
