//! Searching: what each of two people finds of what they wrote, offline too, and jumping to it.

use std::slice::from_ref;

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, numbered};

/// The texts of the hits' snippets, with what was searched for in brackets.
fn shown(page: &Value) -> Vec<String> {
    let hits = page["hits"].as_array().expect("hits");
    let part = |part: &Value| {
        let text = part["text"].as_str().expect("a text");
        match part["isHit"].as_bool().expect("a claim") {
            true => format!("[{text}]"),
            false => text.to_owned(),
        }
    };
    let snippet = |hit: &Value| {
        let parts = hit["snippet"].as_array().expect("parts");
        parts.iter().map(part).collect()
    };
    hits.iter().map(snippet).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_find_what_was_written_by_any_part_of_it() {
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        ..
    } = &mut Pair::talking().await;
    let wanted = alice
        .send(conversation, "Don’t forget the Brücke at 六本木")
        .await;
    bob.wait_texts(conversation, 3).await;
    bob.send(conversation, "see https://pipit.example").await;
    alice.wait_texts(conversation, 4).await;
    // Everything below is on the device.
    alice_line.close();
    alice.connection("offline").await;
    let line = "[Don’t] forget the [Brück]e at 六[本木]";
    for person in [&*alice, &*bob] {
        let page = person
            .ask("message.search", json!({ "query": "brück DONT 本木" }))
            .await;
        assert_eq!(shown(&page), [line]);
        let hit = &page["hits"][0];
        assert_eq!(hit["messageId"], wanted.as_str());
        assert_eq!(hit["conversationId"], conversation.as_str());
        assert_eq!(hit["senderName"], "alice");
        assert_eq!(hit["isOwn"], person.account.username == "alice");
        assert_eq!(
            (&page["next"], &page["unindexed"]),
            (&Value::Null, &Value::Null)
        );
    }
    let page = alice
        .ask("message.search", json!({ "query": "hello" }))
        .await;
    assert_eq!(shown(&page), ["[hello] alice", "[hello] bob"]);
    assert_eq!(page["hits"][0]["conversationName"], "bob");
    let filters = json!({ "query": "", "sender": bob.account.id, "conversationId": conversation, "kind": "link" });
    let page = alice.ask("message.search", filters).await;
    assert_eq!(shown(&page), ["see https://pipit.example"]);
    let sent_at = page["hits"][0]["sentAt"].as_u64().expect("a time");
    let later = json!({ "query": "hello", "from": sent_at + 60_000 });
    assert_eq!(shown(&alice.ask("message.search", later).await), [""; 0]);
    // Jump to it, and to its date.
    for place in [
        json!({ "around": wanted }),
        json!({ "aroundDate": sent_at + 1 }),
    ] {
        let mut params = json!({ "conversationId": conversation, "limit": 4 });
        params
            .as_object_mut()
            .expect("an object")
            .extend(place.as_object().cloned().expect("an object"));
        let rows = alice.ask("message.list", params).await;
        let ids: Vec<_> = rows
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| &row["messageId"])
            .collect();
        assert!(ids.contains(&&json!(wanted)), "{ids:?}");
        assert_eq!(ids.len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_and_what_is_not_a_search_is_refused() {
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &mut Pair::meet().await;
    let texts = numbered("apple", 25);
    for text in &texts {
        alice.send(conversation, text).await;
    }
    bob.wait_texts(conversation, 25).await;
    bob.kill().await;
    bob.start().await;
    for order in ["time", "relevance"] {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let mut params =
                json!({ "query": "appl", "order": order, "limit": 10, "searchBox": "all" });
            if let Some(before) = before {
                params["before"] = before;
            }
            let page = bob.ask("message.search", params).await;
            found.extend(shown(&page));
            before = page.get("next").cloned();
            if before.is_none() {
                break;
            }
        }
        let expected: Vec<_> = texts
            .iter()
            .rev()
            .map(|text| text.replace("appl", "[appl]"))
            .collect();
        assert_eq!(found, expected);
    }
    for params in [
        json!({ "query": " " }),
        json!({ "query": "a".repeat(600) }),
        json!({ "query": "a ".repeat(40) }),
        json!({ "query": "a", "limit": 0 }),
        json!({ "query": "a", "before": "no cursor" }),
        json!({ "query": "a", "sender": "bob" }),
        json!({ "query": "a", "kind": "song" }),
        json!({ "query": "a", "searchBox": "x".repeat(65) }),
    ] {
        let refusal = bob.refused("message.search", params).await;
        assert_eq!(refusal.code, "BAD_REQUEST");
    }
    let nowhere = json!({ "query": "a", "conversationId": "00".repeat(16) });
    assert_eq!(
        bob.refused("message.search", nowhere).await.code,
        "UNKNOWN_CONVERSATION"
    );
    let odd = bob
        .ask("message.search", json!({ "query": "\"apple* AND (NEAR" }))
        .await;
    assert_eq!(shown(&odd), [""; 0]);
}

/// The messages that a device finds, newest first.
async fn found(device: &Person, request: Value) -> Vec<String> {
    let page = device.ask("message.search", request).await;
    let hits = page["hits"].as_array().expect("hits");
    hits.iter()
        .map(|hit| hit["messageId"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_find_the_same_on_both_of_their_devices() {
    let three = Three::meet().await;
    let group = &three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let tablet = &three.others[1];
    let heath = alice.send(group, "a **lark** on the heath").await;
    three.wait_everywhere(&heath, "it", |_| true).await;
    let link = carol.send(group, "see https://heath.example").await;
    three.wait_everywhere(&link, "it", |_| true).await;
    let last = bob.send(group, "Heathland, und die Brücke").await;
    three.wait_everywhere(&last, "it", |_| true).await;
    let chat = &tablet.open_account(&alice.account.id).await;
    let alone = tablet.send(chat, "the heath at six?").await;
    for device in [alice, bob, &three.others[0]] {
        device.wait_message(&alone, "it", |_| true).await;
    }

    let everywhere = [&last, &link, &heath];
    for device in three.devices() {
        let all = found(device, json!({ "query": "heath" })).await;
        match device.account.username == "carol" {
            true => assert_eq!(all.iter().collect::<Vec<_>>(), everywhere),
            false => {
                let expected = [&alone, &last, &link, &heath];
                assert_eq!(all.iter().collect::<Vec<_>>(), expected);
                let there = json!({ "query": "heath", "conversationId": chat });
                assert_eq!(found(device, there).await, from_ref(&alone));
            }
        }
        let here = |mut filters: Value| {
            filters["query"] = "heath".into();
            filters["conversationId"] = json!(group);
            filters
        };
        let all = found(device, here(json!({}))).await;
        assert_eq!(all.iter().collect::<Vec<_>>(), everywhere);
        for (filters, expected) in [
            (json!({ "sender": carol.account.id }), vec![link.clone()]),
            (json!({ "kind": "link" }), vec![link.clone()]),
            (
                json!({ "sender": alice.account.id, "kind": "link" }),
                vec![],
            ),
            (
                json!({ "from": 1 }),
                vec![last.clone(), link.clone(), heath.clone()],
            ),
            (json!({ "to": 1 }), vec![]),
        ] {
            assert_eq!(found(device, here(filters)).await, expected);
        }
        let page = device
            .ask(
                "message.search",
                json!({ "query": "brucke", "sender": bob.account.id }),
            )
            .await;
        assert_eq!(shown(&page), ["Heathland, und die [Brücke]"]);
        let hit = &page["hits"][0];
        assert_eq!(
            (&hit["conversationName"], &hit["isOwn"]),
            (&json!("Birds"), &json!(device.account.username == "bob"))
        );
        let best = found(device, here(json!({ "order": "relevance" }))).await;
        assert_eq!(best.len(), 3);
    }

    // What changes is found as it is now, on every device.
    let params = json!({ "messageId": heath, "text": "a lark on the fen" });
    alice.ask("message.edit", params).await;
    let params = json!({ "messageIds": [last], "forEveryone": true });
    tablet.ask("message.delete", params).await;
    let is_edited = |view: &Value| view["editedAt"].is_u64();
    three.wait_everywhere(&heath, "the edit", is_edited).await;
    let is_gone = |view: &Value| view["kind"] == "deleted";
    three.wait_everywhere(&last, "the deletion", is_gone).await;
    for device in three.devices() {
        let request = json!({ "query": "heath", "conversationId": group });
        assert_eq!(found(device, request).await, from_ref(&link));
        let fen = found(device, json!({ "query": "fen" })).await;
        assert_eq!(fen, from_ref(&heath));
    }

    // A device that comes in now finds what is said from then on; the others find all.
    let laptop = Person::login(&three.server.address, "bob").await;
    laptop.wait_in(group).await;
    let later = carol.send(group, "a heath lark, again").await;
    for device in [bob, tablet, &laptop] {
        device.wait_message(&later, "it", |_| true).await;
        let all = found(device, json!({ "query": "heath lark" })).await;
        assert_eq!(all[0], later);
    }
    for device in [bob, tablet] {
        let all = found(device, json!({ "query": "lark" })).await;
        assert_eq!(all, [later.clone(), heath.clone()]);
    }
}
