//! Strangers, and people whom one does not want to hear: accepted, declined, blocked and reported on one device, and
//! so on both.

use rusqlite::Connection;
use serde_json::{Value, json};
use story_tests::groups::{said, wait_line, wait_members};
use story_tests::profile::history;
use story_tests::{Pair, Person, Three, until};

fn chat(conversation: &str) -> Value {
    json!({ "conversationId": conversation })
}

async fn listed(device: &Person) -> Vec<String> {
    let list = device.ask("conversation.list", json!({})).await;
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|view| view["conversationId"].as_str().expect("an id").to_owned())
        .collect()
}

async fn notifications(device: &Person, count: usize) -> Vec<Value> {
    device
        .event("notifications", |events| {
            let notices = events.iter().filter(|one| one["type"] == "notification");
            let notices: Vec<_> = notices.cloned().collect();
            (notices.len() >= count).then_some(notices)
        })
        .await
}

/// Waits until a device shows what was decided about somebody.
async fn wait_contact(device: &Person, account: &str, fields: &Value) {
    let what = format!("{fields} on a device of {}", device.account.username);
    until(&what, async || {
        let params = json!({ "accountId": account });
        let seen = device.call("contact.get", params).await.ok()?;
        let mut fields = fields.as_object()?.iter();
        fields
            .all(|(name, value)| seen.get(name).unwrap_or(&Value::Null) == value)
            .then_some(())
    })
    .await;
}

async fn block(device: &Person, account: &str, is_blocked: bool) {
    let params = json!({ "accountId": account, "isBlocked": is_blocked });
    device.ask("contact.block", params).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_decided_on_one_device_and_so_on_the_other() {
    let three = Three::meet().await;
    let [alice, bob, carol] = &three.people;
    let [alice_tablet, tablet, carol_tablet] = &three.others;
    let with_alice = &alice.open("bob").await;
    let with_carol = &carol_tablet.open("bob").await;
    alice.send(with_alice, "do you know me?").await;
    carol_tablet.send(with_carol, "buy this").await;
    let is_request = |view: &Value| view["request"] == true;
    for device in [bob, tablet] {
        for place in [with_alice, with_carol] {
            device.wait_place(place, "a request", is_request).await;
        }
        for notice in notifications(device, 2).await {
            let shown = (&notice["title"], &notice["body"], &notice["isRequest"]);
            assert_eq!(shown, (&json!(""), &json!(""), &json!(true)));
        }
    }
    // Whoever asks is asked nothing, on neither device.
    for (device, place) in [(alice_tablet, with_alice), (carol, with_carol)] {
        let is_own = |view: &Value| view["messageCount"] == 1 && view.get("request").is_none();
        device.wait_place(place, "the own message", is_own).await;
    }

    tablet.ask("request.accept", chat(with_alice)).await;
    let decline = json!({ "conversationId": with_carol, "block": true });
    bob.ask("request.decline", decline).await;
    for device in [bob, tablet] {
        let is_accepted = |view: &Value| view.get("request").is_none();
        device
            .wait_place(with_alice, "no request", is_accepted)
            .await;
        let accepted = json!({ "isContact": true });
        wait_contact(device, &alice.account.id, &accepted).await;
        let blocked = json!({ "isBlocked": true, "isContact": null });
        wait_contact(device, &carol.account.id, &blocked).await;
        until("the declined request to be gone", async || {
            (listed(device).await == [with_alice.clone()]).then_some(())
        })
        .await;
    }

    // Alice is heard from either device, on either device; carol from neither, and she sees nothing of that.
    for (number, (from, text)) in [(alice, "one"), (alice_tablet, "two")].iter().enumerate() {
        from.send(with_alice, text).await;
        for device in [bob, tablet] {
            let notices = notifications(device, 3 + number).await;
            assert_eq!(notices[2 + number]["body"], *text);
        }
    }
    for device in [carol, carol_tablet] {
        let sent = device.send(with_carol, "really, buy this").await;
        for hers in [carol, carol_tablet] {
            let is_delivered = |view: &Value| view["state"] == "delivered";
            hers.wait_message(&sent, "delivery", is_delivered).await;
        }
    }
    let last = alice.send(with_alice, "three").await;
    for device in [bob, tablet] {
        device.wait_message(&last, "it", |_| true).await;
        assert_eq!(listed(device).await, std::slice::from_ref(with_alice));
    }

    // Let in again on the tablet: what is written from then on is there on both.
    block(tablet, &carol.account.id, false).await;
    for device in [bob, tablet] {
        let free = json!({ "isBlocked": null });
        wait_contact(device, &carol.account.id, &free).await;
    }
    carol.send(with_carol, "the last try").await;
    for device in [bob, tablet] {
        assert_eq!(device.wait_texts(with_carol, 1).await, ["the last try"]);
        device.wait_place(with_carol, "a request", is_request).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_group_is_left_and_gone_on_both_devices_and_the_others_see_that() {
    let three = Three::meet().await;
    let [alice, bob, carol] = &three.people;
    let tablet = &three.others[1];
    let members = [&*alice.find("bob").await, &*alice.find("carol").await];
    let group = &alice.create_group("Buyers", &members).await;
    for device in three.devices() {
        wait_members(device, group, 3).await;
    }
    let buy = alice.send(group, "buy this").await;
    let is_request = |view: &Value| view["request"] == true;
    for device in [bob, tablet] {
        device.wait_message(&buy, "it", |_| true).await;
        device.wait_place(group, "a request", is_request).await;
    }
    // Whoever is named an admin before they have agreed to anything leaves all the same.
    let role = json!({ "conversationId": group, "accountId": bob.account.id, "role": "admin" });
    alice.ask("conversation.setRole", role).await;
    for device in [bob, tablet] {
        let is_admin = |view: &Value| view["group"]["ownRole"] == "admin";
        device.wait_place(group, "being an admin", is_admin).await;
    }
    let decline = json!({ "conversationId": group, "block": false });
    bob.ask("request.decline", decline).await;
    for device in [bob, tablet] {
        until("the declined group to be gone", async || {
            listed(device).await.is_empty().then_some(())
        })
        .await;
        device
            .event("the end of the group", |events| {
                let is_end = |event: &Value| {
                    event["type"] == "conversation.removed" && event["conversationId"] == **group
                };
                events.iter().any(is_end).then_some(())
            })
            .await;
    }
    let others = [alice, &three.others[0], carol, &three.others[2]];
    for device in others {
        wait_line(device, group, "group.left", "bob").await;
        wait_members(device, group, 2).await;
    }
    // Nothing is left of it, and nothing comes any more.
    let again = alice.send(group, "did you buy it?").await;
    for device in others {
        device.wait_message(&again, "it", |_| true).await;
    }
    let direct = &alice.open("bob").await;
    let last = alice.send(direct, "why did you leave?").await;
    for device in [bob, tablet] {
        device.wait_message(&last, "it", |_| true).await;
        assert_eq!(listed(device).await, std::slice::from_ref(direct));
        assert_eq!(device.rows(group).await, Vec::<Value>::new());
    }
    // Added again, it is asked about again.
    let add = json!({ "conversationId": group, "members": [bob.account.id] });
    alice.ask("conversation.add", add).await;
    for device in [bob, tablet] {
        let is_in = |view: &Value| view["request"] == true && view["group"]["isMember"] == true;
        device.wait_place(group, "a request", is_in).await;
        assert!(listed(device).await.contains(group));
    }
    tablet.ask("request.accept", chat(group)).await;
    for device in [bob, tablet] {
        let is_accepted = |view: &Value| view.get("request").is_none();
        device.wait_place(group, "no request", is_accepted).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_declined_without_a_line_is_gone_at_once_and_left_later() {
    let pair = Pair::meet().await;
    let (alice, bob) = (&pair.alice, &pair.bob);
    let group = &alice.create_group("Buyers", &[&bob.account.id]).await;
    let is_request = |view: &Value| view["request"] == true;
    bob.wait_place(group, "a request", is_request).await;
    wait_members(alice, group, 2).await;
    pair.bob_line.close();
    bob.connection("offline").await;
    let decline = json!({ "conversationId": group, "block": true });
    bob.ask("request.decline", decline).await;
    until("the declined group to be gone", async || {
        listed(bob).await.is_empty().then_some(())
    })
    .await;
    let unseen = alice.send(group, "hello?").await;
    alice
        .wait_message(&unseen, "it", |view| view["state"] == "accepted")
        .await;
    pair.bob_line.open();
    wait_line(alice, group, "group.left", "bob").await;
    wait_members(alice, group, 1).await;
    until("bob to have left", async || {
        let left = "SELECT count(*) FROM chat_group WHERE membership = 2";
        let count: i64 = history(&bob.profile())
            .query_row(left, [], |row| row.get(0))
            .ok()?;
        (count == 1 && listed(bob).await.is_empty()).then_some(())
    })
    .await;
    let blocked = json!({ "isBlocked": true });
    wait_contact(bob, &alice.account.id, &blocked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_blocked_is_not_shown_in_a_group_on_either_device() {
    let three = Three::meet().await;
    let group = &three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let tablet = &three.others[1];
    let before = carol.send(group, "before").await;
    three.wait_everywhere(&before, "it", |_| true).await;
    block(bob, &carol.account.id, true).await;
    for device in [bob, tablet] {
        let blocked = json!({ "isBlocked": true });
        wait_contact(device, &carol.account.id, &blocked).await;
    }
    for (number, device) in [carol, &three.others[2]].iter().enumerate() {
        let unseen = device.send(group, &format!("unseen {number}")).await;
        alice.wait_message(&unseen, "it", |_| true).await;
    }
    let after = alice.send(group, "after").await;
    three.wait_everywhere(&after, "it", |_| true).await;
    for device in [bob, tablet] {
        assert_eq!(said(device, group).await, ["before", "after"]);
    }
    let all = ["before", "unseen 0", "unseen 1", "after"];
    for device in [alice, &three.others[0], carol, &three.others[2]] {
        assert_eq!(said(device, group).await, all);
    }
    block(tablet, &carol.account.id, false).await;
    for device in [bob, tablet] {
        let free = json!({ "isBlocked": null });
        wait_contact(device, &carol.account.id, &free).await;
    }
    let heard = carol.send(group, "heard again").await;
    three.wait_everywhere(&heard, "it", |_| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn either_device_reports_and_blocking_with_it_counts_on_both() {
    let three = Three::meet().await;
    let [alice, bob, _] = &three.people;
    let tablet = &three.others[1];
    let place = &alice.open("bob").await;
    let shown = alice.send(place, "buy this").await;
    for device in [bob, tablet] {
        device.wait_message(&shown, "it", |_| true).await;
    }
    for (device, reason) in [(bob, "spam"), (tablet, "spam, again")] {
        let report = json!({
            "accountId": alice.account.id, "reason": reason, "messageIds": [shown]
        });
        device.ask("contact.report", report).await;
    }
    let decline = json!({ "conversationId": place, "block": true });
    tablet.ask("request.decline", decline).await;
    for device in [bob, tablet] {
        let blocked = json!({ "isBlocked": true });
        wait_contact(device, &alice.account.id, &blocked).await;
        until("the request to be gone", async || {
            listed(device).await.is_empty().then_some(())
        })
        .await;
    }
    let database =
        Connection::open(three.server.data().join("server.sqlite3")).expect("the database");
    let mut reports = database
        .prepare("SELECT reason, messages FROM report ORDER BY reason")
        .expect("a query");
    let reports: Vec<(String, String)> = reports
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("reports")
        .collect::<Result<_, _>>()
        .expect("rows");
    let expected = ["spam", "spam, again"].map(|reason| (reason.to_owned(), "buy this".to_owned()));
    assert_eq!(reports, expected);
    // Nobody is told.
    for device in [alice, &three.others[0]] {
        let seen = |view: &Value| view["messageCount"] == 1;
        let view = device.wait_place(place, "the chat", seen).await;
        assert_eq!(view["canSend"], true);
    }
}
