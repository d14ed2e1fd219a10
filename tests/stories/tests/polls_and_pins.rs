//! Polls, and messages at the head of a conversation: what everybody in it sees.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, until};

async fn ask(person: &Person, conversation: &str, question: &str, is_multiple: bool) -> String {
    let params = json!({
        "conversationId": conversation,
        "question": question,
        "options": ["the *heath*", "the fen", "the shore"],
        "isMultiple": is_multiple,
    });
    let asked = person.ask("poll.create", params).await;
    asked["messageId"].as_str().expect("an id").to_owned()
}

async fn vote(person: &Person, poll: &str, options: &[u32]) {
    let params = json!({ "messageId": poll, "options": options });
    person.ask("poll.vote", params).await;
}

async fn pin(person: &Person, message: &str, is_pinned: bool) {
    let params = json!({ "messageId": message, "isPinned": is_pinned });
    person.ask("message.pin", params).await;
}

/// Whether a poll stands at these counts.
fn counts(wanted: [u64; 3]) -> impl Fn(&Value) -> bool {
    move |view| {
        let options = view["poll"]["options"].as_array();
        options.is_some_and(|options| {
            let counts = options.iter().map(|option| option["count"].as_u64());
            counts.eq(wanted.map(Some))
        })
    }
}

async fn pinned(person: &Person, conversation: &str) -> Vec<String> {
    let params = json!({ "conversationId": conversation });
    let all = person.ask("conversation.pinned", params).await;
    let all = all.as_array().expect("a list");
    all.iter()
        .map(|view| view["messageId"].as_str().expect("an id").to_owned())
        .collect()
}

async fn wait_pinned_count(person: &Person, conversation: &str, count: u64) {
    until(&format!("{count} pinned messages"), async || {
        let params = json!({ "conversationId": conversation });
        let view = person.call("conversation.get", params).await.ok()?;
        (view["pinnedCount"] == count).then_some(())
    })
    .await;
}

/// Alice says who may change a group, and bob knows of it.
async fn set_edit_info(alice: &Person, bob: &Person, group: &str, who: &str) {
    let params = json!({ "conversationId": group, "editInfo": who });
    alice.ask("conversation.setPermissions", params).await;
    until("the new rule at bob's", async || {
        let params = json!({ "conversationId": group });
        let view = bob.ask("conversation.get", params).await;
        (view["group"]["permissions"]["editInfo"] == who).then_some(())
    })
    .await;
}

/// Who has pinned something, as the lines tell.
async fn pinned_by(person: &Person, conversation: &str) -> Vec<String> {
    let messages = person.messages(conversation).await;
    let lines = messages
        .iter()
        .filter(|message| message["system"]["word"] == "message.pinned");
    lines
        .map(|line| {
            line["system"]["actor"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_vote_of_each_person_counts_until_the_author_closes_the_poll() {
    let three = Three::meet().await;
    let group = three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let [_, bob_tablet, carol_tablet] = &three.others;
    let poll = ask(alice, &group, "Where to, *tomorrow*?", false).await;
    let whole = |view: &Value| {
        view["kind"] == "poll"
            && view["text"] == "Where to, \\*tomorrow\\*?"
            && view["poll"]["question"] == "Where to, *tomorrow*?"
            && view["poll"]["options"][0]["text"] == "the *heath*"
    };
    three.wait_everywhere(&poll, "the poll", whole).await;
    for device in three.devices() {
        for query in ["tomorrow", "heath", "shore"] {
            let params = json!({ "query": query, "kind": "poll" });
            let page = device.ask("message.search", params).await;
            assert_eq!(page["hits"][0]["messageId"], poll.as_str(), "{query}");
        }
    }

    vote(bob, &poll, &[0]).await;
    vote(carol, &poll, &[0]).await;
    vote(alice, &poll, &[1]).await;
    three
        .wait_everywhere(&poll, "three votes", counts([2, 1, 0]))
        .await;
    // Another device of the same person changes its mind, and once more.
    vote(bob_tablet, &poll, &[1]).await;
    vote(bob_tablet, &poll, &[2]).await;
    vote(carol_tablet, &poll, &[]).await;
    let (own, votes) = (&bob.account.id, counts([0, 1, 1]));
    three.wait_everywhere(&poll, "the last votes", votes).await;
    for device in three.devices() {
        let view = device.wait_message(&poll, "the poll", |_| true).await;
        assert_eq!(view["poll"]["voterCount"], 2);
        let shore = &view["poll"]["options"][2];
        let is_own = device.account.id == *own;
        let others = if is_own { json!([]) } else { json!(["bob"]) };
        assert_eq!(
            (&shore["names"], &shore["isOwn"]),
            (&others, &json!(is_own))
        );
    }

    for (options, code) in [(json!([3]), "BAD_REQUEST"), (json!([0, 1]), "BAD_REQUEST")] {
        let params = json!({ "messageId": poll, "options": options });
        assert_eq!(bob.refused("poll.vote", params).await.code, code);
    }
    let this = json!({ "messageId": poll });
    assert_eq!(
        bob.refused("poll.close", this.clone()).await.code,
        "NOT_FOUND"
    );
    alice.ask("poll.close", this).await;
    let closed = |view: &Value| view["poll"]["isClosed"] == true;
    three.wait_everywhere(&poll, "the end", closed).await;
    let late = json!({ "messageId": poll, "options": [0] });
    assert_eq!(carol.refused("poll.vote", late).await.code, "TOO_LATE");
    for device in three.devices() {
        let view = device.wait_message(&poll, "the poll", |_| true).await;
        assert!(counts([0, 1, 1])(&view), "{view}");
    }
    for options in [json!(["one"]), json!(vec!["x"; 13]), json!(["", "a"])] {
        let params = json!({
            "conversationId": group, "question": "?", "options": options, "isMultiple": false,
        });
        let refusal = alice.refused("poll.create", params).await;
        assert_eq!(refusal.code, "BAD_REQUEST");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_made_offline_leave_in_order_and_a_poll_is_passed_on_without_them() {
    let mut pair = Pair::talking().await;
    let chat = pair.conversation.clone();
    let poll = ask(&pair.alice, &chat, "Which?", true).await;
    pair.bob.wait_message(&poll, "the poll", |_| true).await;
    pair.server.kill().await;
    pair.bob.connection("offline").await;
    for options in [&[0_u32][..], &[1], &[2], &[0, 2]] {
        vote(&pair.bob, &poll, options).await;
    }
    let both = counts([1, 0, 1]);
    pair.bob.wait_message(&poll, "the own vote", &both).await;
    pair.bob.kill().await;
    pair.bob.start().await;
    pair.server.restart().await;
    for device in [&pair.alice, &pair.bob] {
        device.wait_message(&poll, "the last vote", &both).await;
    }
    let notes = pair.bob.open_account(&pair.bob.account.id).await;
    let params = json!({ "messageIds": [poll], "conversationIds": [notes] });
    pair.bob.ask("message.forward", params).await;
    let copy = &pair.bob.messages(&notes).await[0];
    assert_eq!(
        (&copy["kind"], &copy["isForwarded"]),
        (&json!("poll"), &json!(true))
    );
    assert!(counts([0, 0, 0])(copy), "{copy}");
    pair.alice.wait_message(&poll, "the same", &both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_for_everybody_and_a_line_says_whose_it_is() {
    let mut three = Three::meet().await;
    let group = three.group("Birds").await;
    let [alice, bob, _] = &three.people;
    let first = alice.send(&group, "meet at six").await;
    let second = bob.send(&group, "bring a scope").await;
    three.wait_everywhere(&first, "it", |_| true).await;
    three.wait_everywhere(&second, "it", |_| true).await;
    set_edit_info(alice, bob, &group, "everyone").await;
    pin(bob, &first, true).await;
    let up = |view: &Value| view["isPinned"] == true;
    let down = |view: &Value| view["isPinned"] == false;
    three.wait_everywhere(&first, "the pin", up).await;
    pin(alice, &second, true).await;
    three.wait_everywhere(&second, "the pin", up).await;
    for device in three.devices() {
        wait_pinned_count(device, &group, 2).await;
        assert_eq!(
            pinned(device, &group).await,
            [second.clone(), first.clone()]
        );
        assert_eq!(pinned_by(device, &group).await, ["bob", "alice"]);
    }
    pin(&three.others[2], &first, false).await;
    three.wait_everywhere(&first, "it down", down).await;
    let params = json!({ "messageIds": [second], "forEveryone": true });
    bob.ask("message.delete", params).await;
    for device in three.devices() {
        wait_pinned_count(device, &group, 0).await;
        assert_eq!(pinned_by(device, &group).await, ["bob", "alice"]);
    }

    // Who may not change the group may not pin in it.
    let carol = &three.people[2];
    set_edit_info(alice, bob, &group, "admins").await;
    let params = json!({ "messageId": first, "isPinned": true });
    assert_eq!(bob.refused("message.pin", params).await.code, "NOT_ALLOWED");
    pin(alice, &first, true).await;
    carol.wait_message(&first, "the pin", up).await;
    // It is still there after a crash.
    three.people[2].kill().await;
    three.people[2].start().await;
    assert_eq!(pinned(&three.people[2], &group).await, [first]);
}
