//! What is done to messages: replies, edits, deletions, reactions, and everything that people see of it.

use serde_json::{Value, json};
use story_tests::{Pair, Person, until};

async fn react(person: &Person, message: &str, emoji: &str, is_on: bool) {
    let params = json!({ "messageId": message, "emoji": emoji, "isOn": is_on });
    person.ask("message.react", params).await;
}

async fn edit(person: &Person, message: &str, text: &str) {
    let params = json!({ "messageId": message, "text": text });
    person.ask("message.edit", params).await;
}

async fn take_back(person: &Person, message: &str) {
    let params = json!({ "messageIds": [message], "forEveryone": true });
    person.ask("message.delete", params).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_edits_reactions_and_deletions_reach_every_device() {
    let pair = Pair::talking().await;
    let tablet = pair.second_device().await;
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &pair;
    let question = alice.send(conversation, "shall we **go**?").await;
    for device in [bob, &tablet] {
        device
            .wait_message(&question, "the question", |_| true)
            .await;
    }
    let params = json!({ "conversationId": conversation, "text": "yes", "replyTo": question });
    let reply = bob.ask("message.send", params).await["messageId"].clone();
    let reply = reply.as_str().expect("an id").to_owned();
    for device in [alice, bob, &tablet] {
        let view = device.wait_message(&reply, "the reply", |_| true).await;
        assert_eq!(view["replyTo"]["messageId"], question.as_str());
        assert_eq!(view["replyTo"]["text"], "shall we go?", "without markup");
        assert_eq!(view["replyTo"]["senderName"], "alice");
        assert_eq!(view["replyTo"]["isMissing"], false);
    }

    react(alice, &reply, "👍", true).await;
    react(alice, &reply, "🎉", true).await;
    react(&tablet, &reply, "👍", true).await;
    for device in [alice, bob, &tablet] {
        let both = |view: &Value| {
            let reactions = &view["reactions"];
            reactions[0]["count"] == 2 && reactions[1]["count"] == 1
        };
        let view = device.wait_message(&reply, "both thumbs", both).await;
        assert_eq!(view["reactions"][0]["emoji"], "👍");
        assert_eq!(view["reactions"][0]["isOwn"], true);
        let is_own = device.account.id == alice.account.id;
        let others = if is_own { json!([]) } else { json!(["alice"]) };
        assert_eq!(view["reactions"][1]["isOwn"], is_own);
        assert_eq!(view["reactions"][1]["names"], others);
    }
    // Another device of the same person takes it back.
    react(bob, &reply, "👍", false).await;
    for device in [alice, bob, &tablet] {
        let one = |view: &Value| view["reactions"][0]["count"] == 1;
        device.wait_message(&reply, "one thumb", one).await;
    }

    edit(alice, &question, "shall we *stay*?").await;
    for device in [alice, bob, &tablet] {
        let edited = |view: &Value| view["editedAt"].is_u64();
        let view = device.wait_message(&question, "the edit", edited).await;
        assert_eq!(view["text"], "shall we *stay*?");
        let quoted = |view: &Value| view["replyTo"]["text"] == "shall we stay?";
        device
            .wait_message(&reply, "the edit in the quote", quoted)
            .await;
        let texts = device
            .ask("message.history", json!({ "messageId": question }))
            .await;
        assert_eq!(texts[0]["text"], "shall we **go**?");
        assert_eq!(texts[1]["text"], "shall we *stay*?");
        assert_eq!(texts.as_array().map(Vec::len), Some(2));
    }

    take_back(alice, &question).await;
    for device in [alice, bob, &tablet] {
        let gone = |view: &Value| view["kind"] == "deleted";
        let view = device.wait_message(&question, "the deletion", gone).await;
        assert_eq!((&view["text"], view.get("editedAt")), (&json!(""), None));
        let view = device.wait_message(&reply, "the reply", |_| true).await;
        assert_eq!(view["replyTo"]["isMissing"], true);
        assert_eq!(view["replyTo"].get("text"), None);
    }
    // Nothing of this made a row of its own.
    for device in [alice, bob] {
        assert_eq!(device.messages(conversation).await.len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_what_others_wrote() {
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let message = alice.send(conversation, "mine").await;
    bob.wait_message(&message, "the message", |_| true).await;
    let other = json!({ "messageId": message, "text": "yours" });
    assert_eq!(bob.refused("message.edit", other).await.code, "NOT_FOUND");
    let delete = json!({ "messageIds": [message], "forEveryone": true });
    assert_eq!(
        bob.refused("message.delete", delete).await.code,
        "NOT_FOUND"
    );
    for emoji in ["", "ok", "👍👍"] {
        let params = json!({ "messageId": message, "emoji": emoji, "isOn": true });
        assert_eq!(
            bob.refused("message.react", params).await.code,
            "BAD_REQUEST"
        );
    }
    let empty = json!({ "messageId": message, "text": " " });
    assert_eq!(alice.refused("message.edit", empty).await.code, "TOO_LARGE");
    let nowhere =
        json!({ "conversationId": conversation, "text": "a", "replyTo": "01".repeat(32) });
    assert_eq!(
        alice.refused("message.send", nowhere).await.code,
        "NOT_FOUND"
    );
    assert_eq!(bob.texts(conversation).await[2], "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_offline_and_killed_in_between_leaves_in_order() {
    let mut pair = Pair::talking().await;
    pair.server.kill().await;
    pair.alice.connection("offline").await;
    let kept = pair.alice.send(&pair.conversation, "one").await;
    edit(&pair.alice, &kept, "two").await;
    edit(&pair.alice, &kept, "three").await;
    react(&pair.alice, &kept, "🐦", true).await;
    let never = pair.alice.send(&pair.conversation, "never mind").await;
    take_back(&pair.alice, &never).await;
    pair.alice.kill().await;
    pair.alice.start().await;
    pair.server.restart().await;
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &pair;
    let done = |view: &Value| view["reactions"][0]["emoji"] == "🐦" && view["text"] == "three";
    bob.wait_message(&kept, "everything", done).await;
    alice.wait_message(&kept, "everything", done).await;
    assert_eq!(
        bob.texts(conversation).await,
        ["hello bob", "hello alice", "three"],
        "what was taken back before it left never was"
    );
    let texts = bob
        .ask("message.history", json!({ "messageId": kept }))
        .await;
    let texts: Vec<_> = texts
        .as_array()
        .expect("a list")
        .iter()
        .map(|edit| edit["text"].as_str().expect("a text"))
        .collect();
    assert_eq!(texts, ["one", "two", "three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_told_to_whom_it_names() {
    let pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &pair;
    let params = json!({
        "conversationId": conversation,
        "text": "ask @bob",
        "mentions": [bob.account.id],
    });
    let sent = alice.ask("message.send", params).await["messageId"].clone();
    let sent = sent.as_str().expect("an id");
    let view = bob.wait_message(sent, "the mention", |_| true).await;
    let mention = format!("ask [@bob](pipit:account:{})", bob.account.id);
    assert_eq!(
        (&view["text"], &view["mentionsMe"]),
        (&json!(mention), &json!(true))
    );
    let view = alice.wait_message(sent, "the mention", |_| true).await;
    assert_eq!(view["mentionsMe"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_all_must_have_a_message_and_who_leads_may_take_it_back() {
    let pair = Pair::talking().await;
    let carol = Person::register(&pair.server.address, "carol").await;
    let Pair { alice, bob, .. } = &pair;
    let found = alice
        .ask("contact.find", json!({ "username": "carol" }))
        .await;
    let members = json!([bob.account.id, found["accountId"]]);
    let params = json!({ "name": "Birds", "members": members });
    let group = alice.ask("conversation.create", params).await["conversationId"].clone();
    let group = group.as_str().expect("an id");
    for member in [bob, &carol] {
        until("the group on every device", async || {
            let params = json!({ "conversationId": group });
            member.call("conversation.get", params).await.ok()
        })
        .await;
    }
    let message = bob.send(group, "a pipit!").await;
    let by_both = |view: &Value| view["deliveredCount"] == 2;
    let view = bob
        .wait_message(&message, "delivery to both", by_both)
        .await;
    assert_eq!(
        (&view["recipientCount"], &view["state"]),
        (&json!(2), &json!("delivered"))
    );
    let view = carol.wait_message(&message, "the message", |_| true).await;
    assert_eq!(view["deliveredCount"], 0, "not carol's to know");
    react(&carol, &message, "🐦", true).await;
    let reacted = |view: &Value| view["reactions"][0]["names"] == json!(["carol"]);
    for member in [alice, bob] {
        member.wait_message(&message, "the reaction", reacted).await;
    }
    let delete = json!({ "messageIds": [message], "forEveryone": true });
    assert_eq!(
        carol.refused("message.delete", delete).await.code,
        "NOT_FOUND"
    );
    take_back(alice, &message).await;
    for member in [alice, bob, &carol] {
        let gone = |view: &Value| view["kind"] == "deleted";
        member.wait_message(&message, "the deletion", gone).await;
    }
}
