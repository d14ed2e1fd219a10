//! What a person does to messages for themself, on all own devices: deleting, bringing back, marking. And passing
//! messages on.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, profile, until};

async fn delete(person: &Person, messages: &[&str]) {
    let params = json!({ "messageIds": messages, "forEveryone": false });
    person.ask("message.delete", params).await;
}

async fn restore(person: &Person, messages: &[&str]) {
    let params = json!({ "messageIds": messages });
    person.ask("message.restore", params).await;
}

async fn star(person: &Person, message: &str, is_starred: bool) {
    let params = json!({ "messageId": message, "isStarred": is_starred });
    person.ask("message.star", params).await;
}

async fn view(person: &Person, conversation: &str) -> Value {
    let params = json!({ "conversationId": conversation });
    person.ask("conversation.get", params).await
}

async fn found(person: &Person, query: &str) -> usize {
    let page = person
        .ask("message.search", json!({ "query": query }))
        .await;
    page["hits"].as_array().expect("hits").len()
}

/// The marked messages, one to a page.
async fn starred(person: &Person) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let mut params = json!({ "limit": 1 });
        if let Some(last) = all.last() {
            params["before"] = json!(last);
        }
        let page = person.ask("message.starred", params).await;
        match page[0]["messageId"].as_str() {
            Some(id) => all.push(id.to_owned()),
            None => return all,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_for_oneself_is_gone_from_all_own_devices_and_only_there() {
    let mut three = Three::meet().await;
    let group = three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let [_, tablet, carol_tablet] = &three.others;
    let wanted = alice.send(&group, "a whinchat").await;
    let unwanted = alice.send(&group, "a cuckoo").await;
    three
        .wait_everywhere(&unwanted, "the message", |_| true)
        .await;
    let params = json!({ "conversationId": group, "text": "where?", "replyTo": unwanted });
    let reply = carol.ask("message.send", params).await["messageId"].clone();
    let reply = reply.as_str().expect("an id").to_owned();
    three.wait_everywhere(&reply, "the answer", |_| true).await;
    let before = view(bob, &group).await;

    delete(bob, &[&unwanted, &reply]).await;
    for device in [bob, tablet] {
        device.wait_gone(&unwanted).await;
        device.wait_gone(&reply).await;
        let now = view(device, &group).await;
        assert_eq!(now["lastMessage"]["messageId"], wanted.as_str());
        assert_eq!(now["unread"], 1, "of three");
        assert_eq!(
            now["messageCount"].as_u64(),
            before["messageCount"].as_u64().map(|count| count - 2)
        );
        assert_eq!(found(device, "cuckoo").await, 0);
        assert_eq!(found(device, "whinchat").await, 1);
    }
    for device in [alice, carol, carol_tablet] {
        device
            .wait_message(&unwanted, "the message", |_| true)
            .await;
    }

    // Brought back on the other device, after a crash: with all that happened to it meanwhile.
    let params = json!({ "messageId": unwanted, "text": "a cuckoo, no: a hawk" });
    alice.ask("message.edit", params).await;
    let edited = |view: &Value| view["editedAt"].is_u64();
    carol.wait_message(&unwanted, "the edit", edited).await;
    three.people[1].kill().await;
    three.others[1].kill().await;
    three.people[1].start().await;
    three.others[1].start().await;
    let (bob, tablet) = (&three.people[1], &three.others[1]);
    restore(tablet, &[&reply, &unwanted]).await;
    for device in [bob, tablet] {
        let view = device.wait_message(&unwanted, "the edit", edited).await;
        assert_eq!(view["text"], "a cuckoo, no: a hawk");
        let quoted = |view: &Value| view["replyTo"]["text"] == "a cuckoo, no: a hawk";
        device.wait_message(&reply, "the answer", quoted).await;
        assert_eq!(found(device, "hawk").await, 1);
    }
    let after = view(bob, &group).await;
    for field in ["unread", "messageCount", "firstUnread"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(after["lastMessage"]["messageId"], reply.as_str());
    let again = json!({ "messageIds": [reply] });
    let refusal = bob.refused("message.restore", again).await;
    assert_eq!(refusal.code, "TOO_LATE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_and_a_deletion_may_come_before_their_message() {
    let mut pair = Pair::talking().await;
    let chat = pair.conversation.clone();
    let mut tablet = pair.second_device().await;
    let first = pair.alice.send(&chat, "one").await;
    tablet.wait_message(&first, "the first", |_| true).await;
    tablet.kill().await;
    // The tablet hears of its own account's wishes from the note to self, whichever mail it reads first.
    let marked = pair.alice.send(&chat, "two").await;
    let unwanted = pair.alice.send(&chat, "three").await;
    pair.bob.wait_message(&unwanted, "the last", |_| true).await;
    star(&pair.bob, &first, true).await;
    star(&pair.bob, &marked, true).await;
    delete(&pair.bob, &[&unwanted]).await;
    assert_eq!(starred(&pair.bob).await, [marked.clone(), first.clone()]);
    pair.bob.kill().await;
    pair.bob.start().await;
    assert_eq!(starred(&pair.bob).await, [marked.clone(), first.clone()]);
    tablet.start().await;
    let is_marked = |view: &Value| view["isStarred"] == true;
    for message in [&first, &marked] {
        tablet.wait_message(message, "the mark", is_marked).await;
    }
    tablet.wait_gone(&unwanted).await;
    until("what was deleted to stay away", async || {
        let texts = tablet.texts(&chat).await;
        (texts.last()? == "two").then_some(())
    })
    .await;
    let view = pair.alice.wait_message(&marked, "it", |_| true).await;
    assert_eq!(view["isStarred"], false, "nobody else's business");
    star(&tablet, &first, false).await;
    let is_bare = |view: &Value| view["isStarred"] == false;
    pair.bob.wait_message(&first, "no mark", is_bare).await;
    assert_eq!(starred(&pair.bob).await, [marked]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_left_stays_when_it_is_deleted_and_leaves_when_it_is_brought_back() {
    let mut pair = Pair::talking().await;
    let chat = pair.conversation.clone();
    pair.server.kill().await;
    pair.alice.connection("offline").await;
    let never = pair.alice.send(&chat, "never").await;
    let after_all = pair.alice.send(&chat, "after all").await;
    delete(&pair.alice, &[&never, &after_all]).await;
    pair.alice.kill().await;
    pair.alice.start().await;
    restore(&pair.alice, &[&after_all]).await;
    pair.server.restart().await;
    let texts = ["hello bob", "hello alice", "after all"];
    assert_eq!(pair.bob.wait_texts(&chat, 3).await, texts);
    pair.alice.wait_state(&chat, &after_all, "delivered").await;
    assert_eq!(pair.alice.texts(&chat).await, texts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_delivered_while_it_was_deleted_says_so_when_it_is_brought_back() {
    let pair = Pair::talking().await;
    let (alice, bob, chat) = (&pair.alice, &pair.bob, &pair.conversation);
    pair.bob_line.close();
    let message = alice.send(chat, "for later").await;
    alice.wait_state(chat, &message, "accepted").await;
    delete(alice, &[&message]).await;
    pair.bob_line.open();
    bob.wait_texts(chat, 3).await;
    // Behind what the server says of bob's having it.
    bob.send(chat, "thank you").await;
    alice.wait_texts(chat, 3).await;
    restore(alice, &[&message]).await;
    alice.wait_state(chat, &message, "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_passed_on_says_so_and_mentions_nobody() {
    let three = Three::meet().await;
    let group = three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let params = json!({
        "conversationId": group, "text": "**look**, @bob", "mentions": [bob.account.id],
    });
    let first = alice.ask("message.send", params).await["messageId"].clone();
    let first = first.as_str().expect("an id").to_owned();
    let second = alice.send(&group, "a pipit").await;
    three
        .wait_everywhere(&second, "the messages", |_| true)
        .await;
    let chat = carol.open_account(&bob.account.id).await;
    let notes = carol.open_account(&carol.account.id).await;
    // In the order in which they were written, whatever the order of choosing.
    let params = json!({ "messageIds": [second, first], "conversationIds": [chat, notes] });
    carol.ask("message.forward", params).await;
    let wanted = ["**look**, @bob", "a pipit"];
    for (device, place) in [
        (bob, &chat),
        (&three.others[1], &chat),
        (&three.others[2], &chat),
        (&three.others[2], &notes),
    ] {
        assert_eq!(device.wait_texts(place, 2).await, wanted);
        for message in device.messages(place).await {
            assert_eq!(
                (&message["isForwarded"], &message["mentionsMe"]),
                (&json!(true), &json!(false))
            );
        }
    }

    let forward =
        |messages: Value, to: Value| json!({ "messageIds": messages, "conversationIds": to });
    for (params, code) in [
        (forward(json!([]), json!([chat])), "BAD_REQUEST"),
        (forward(json!([first]), json!([])), "BAD_REQUEST"),
        (
            forward(json!(vec![&first; 101]), json!([chat])),
            "BAD_REQUEST",
        ),
        (
            forward(json!([first]), json!(vec![&chat; 21])),
            "BAD_REQUEST",
        ),
        (
            forward(json!(["01".repeat(32)]), json!([chat])),
            "NOT_FOUND",
        ),
    ] {
        let refusal = carol.refused("message.forward", params).await;
        assert_eq!(refusal.code, code);
    }
    let params = json!({ "messageIds": [second], "forEveryone": true });
    alice.ask("message.delete", params).await;
    let is_gone = |view: &Value| view["kind"] == "deleted";
    carol.wait_message(&second, "it to go", is_gone).await;
    let params = forward(json!([first, second]), json!([notes]));
    let refusal = carol.refused("message.forward", params).await;
    assert_eq!(refusal.code, "BAD_REQUEST");
    assert_eq!(
        carol.texts(&notes).await,
        wanted,
        "all or none, and what was passed on is no longer theirs"
    );
}

/// What is left of deleted messages in somebody's history.
fn left_in_trash(person: &Person) -> i64 {
    profile::history(&person.profile())
        .query_row(
            "SELECT (SELECT count(*) FROM trash) + (SELECT count(*) FROM reaction)",
            [],
            |row| row.get(0),
        )
        .expect("the history can be read")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_no_longer_be_brought_back_goes_for_good_also_after_a_crash() {
    let mut pair = Pair::talking().await;
    let chat = pair.conversation.clone();
    let message = pair.alice.send(&chat, "not for long").await;
    pair.bob.wait_message(&message, "it", |_| true).await;
    let params = json!({ "messageId": message, "emoji": "🐦", "isOn": true });
    pair.bob.ask("message.react", params).await;
    delete(&pair.bob, &[&message]).await;
    pair.bob.kill().await;
    assert_eq!(left_in_trash(&pair.bob), 2);
    profile::history(&pair.bob.profile())
        .execute("UPDATE trash SET until = 1", [])
        .expect("the minute can be over");
    pair.bob.start().await;
    until("the trash to be emptied", async || {
        (left_in_trash(&pair.bob) == 0).then_some(())
    })
    .await;
    let again = json!({ "messageIds": [message] });
    let refusal = pair.bob.refused("message.restore", again).await;
    assert_eq!(refusal.code, "TOO_LATE");
}
