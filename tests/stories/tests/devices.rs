//! People with several devices: coming in from outside, committing at once, opening at once.

use serde_json::json;
use story_tests::profile::history;
use story_tests::{
    PASSWORD, Pair, Person, Proxy, RequestVerdict, Server, Verdict, all_talk, numbered, until,
};

async fn send_all(person: &Person, conversation: &str, texts: &[String]) {
    for text in texts {
        person.send(conversation, text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_device_joins_what_the_account_talks_about() {
    let Pair {
        alice,
        bob,
        conversation,
        bob_line,
        ..
    } = &Pair::talking().await;
    let tablet = Person::login(&bob_line.address, "bob").await;
    assert_eq!(tablet.account.id, bob.account.id);
    tablet.wait_in(conversation).await;
    let own = tablet.ask("account.status", json!({})).await["deviceId"].clone();
    assert_ne!(own, bob.ask("account.status", json!({})).await["deviceId"]);

    all_talk(&[alice, bob, &tablet], conversation, "round").await;
    let from_bob = tablet.messages(conversation).await;
    let from_bob = from_bob
        .iter()
        .find(|message| message["text"] == "round 1")
        .expect("bob's");
    assert_eq!(
        (&from_bob["isOwn"], &from_bob["kind"]),
        (&json!(true), &json!("text"))
    );
    let unread = async |device: &Person| {
        let params = json!({ "conversationId": conversation });
        device.ask("conversation.get", params).await["unread"].clone()
    };
    until("as much unread on both of bob's devices", async || {
        (unread(&tablet).await == unread(bob).await).then_some(())
    })
    .await;
    assert_eq!(
        bob.texts(conversation).await,
        alice.texts(conversation).await
    );
    // A ledger with two devices: the account is one contact still.
    assert_eq!(
        alice
            .ask("conversation.list", json!({}))
            .await
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_of_one_account_come_in_at_the_same_moment() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let lines = tokio::join!(Proxy::start(&server.address), Proxy::start(&server.address));
    let lines = [&lines.0, &lines.1];
    // Both have fetched the same epoch before either commits: one of the two is too late.
    for line in lines {
        line.hold_answers_to("GET /v1/conversations/");
    }
    let devices = tokio::join!(
        Person::login(&lines[0].address, "bob"),
        Person::login(&lines[1].address, "bob"),
    );
    for line in lines {
        line.request("GET /v1/conversations/").await;
    }
    for line in lines {
        line.let_answers_pass();
    }
    let devices = [alice, bob, &devices.0, &devices.1];
    for device in &devices[2..] {
        device.wait_in(conversation).await;
    }
    all_talk(&devices, conversation, "round").await;
    let tries = lines[0].request("POST /v1/conversations/commit").await
        + lines[1].request("POST /v1/conversations/commit").await;
    assert!(tries > 2, "neither was too late: {tries} commits");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_on_their_way_while_a_device_comes_in_all_arrive_in_order() {
    const COUNT: usize = 60;
    let Pair {
        alice,
        bob,
        conversation,
        bob_line,
        ..
    } = &Pair::talking().await;
    let (from_alice, from_bob) = (numbered("a", COUNT), numbered("b", COUNT));
    let (tablet, (), ()) = tokio::join!(
        Person::login(&bob_line.address, "bob"),
        send_all(alice, conversation, &from_alice),
        send_all(bob, conversation, &from_bob),
    );
    tablet.wait_in(conversation).await;
    alice.wait_all_delivered(conversation).await;
    bob.wait_all_delivered(conversation).await;
    all_talk(&[alice, bob, &tablet], conversation, "round").await;
    for device in [alice, bob] {
        let texts = device.texts(conversation).await;
        assert!(
            texts
                .iter()
                .filter(|text| text.starts_with("a "))
                .eq(&from_alice),
            "{texts:?}"
        );
        assert!(
            texts
                .iter()
                .filter(|text| text.starts_with("b "))
                .eq(&from_bob),
            "{texts:?}"
        );
    }
    // The tablet has what was sent after it came in: the end of each row, without a hole.
    let messages = tablet.messages(conversation).await;
    assert!(
        messages.iter().all(|message| message["kind"] == "text"),
        "{messages:?}"
    );
    let texts = tablet.texts(conversation).await;
    for (prefix, all) in [("a ", &from_alice), ("b ", &from_bob)] {
        let seen: Vec<_> = texts
            .iter()
            .filter(|text| text.starts_with(prefix))
            .collect();
        assert!(
            seen.iter().copied().eq(&all[COUNT - seen.len()..]),
            "{texts:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_signs_nobody_in() {
    let Pair { server, .. } = &Pair::meet().await;
    let thief = Person::nobody(&[]).await;
    let login = |username: &str, password: &str| json!({ "server": server.address, "username": username, "password": password });
    for (username, password) in [
        ("bob", "not-the-password-of-bob"),
        ("nobody-here", PASSWORD),
    ] {
        let refusal = thief
            .refused("account.login", login(username, password))
            .await;
        assert_eq!(
            (&refusal.code[..], refusal.retry),
            ("WRONG_PASSWORD", false),
            "{refusal:?}"
        );
    }
    assert_eq!(
        thief.ask("account.status", json!({})).await["state"],
        "signedOut"
    );
    // The right one still works, on the same profile.
    thief.ask("account.login", login("bob", PASSWORD)).await;
    thief.connection("online").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_same_chat_at_the_same_moment_gives_one_conversation() {
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        bob_line,
        ..
    } = &Pair::meet().await;
    let same = bob.open("alice").await;
    assert_eq!(same, *conversation, "its id follows from the two accounts");
    for line in [alice_line, bob_line] {
        line.hold_answers_to("POST /v1/conversations ");
        // Neither hears of the other's before making one.
        line.rule(|frame| match frame.is_deliver() {
            true => Verdict::Hold,
            false => Verdict::Pass,
        });
    }
    alice.send(conversation, "alice first").await;
    bob.send(conversation, "bob first").await;
    for line in [alice_line, bob_line] {
        line.request("POST /v1/conversations ").await;
    }
    for line in [alice_line, bob_line] {
        line.resume();
        line.let_answers_pass();
    }
    for device in [alice, bob] {
        let mut texts = device.wait_texts(conversation, 2).await;
        texts.sort();
        assert_eq!(texts, ["alice first", "bob first"]);
        assert_eq!(
            device
                .ask("conversation.list", json!({}))
                .await
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    }
    all_talk(&[alice, bob], conversation, "round").await;
    alice.wait_all_delivered(conversation).await;
    bob.wait_all_delivered(conversation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_device_sent_is_shown_as_delivered_on_the_other() {
    let Pair {
        alice,
        bob,
        conversation,
        bob_line,
        ..
    } = &Pair::talking().await;
    let mut tablet = Person::login(&bob_line.address, "bob").await;
    tablet.wait_in(conversation).await;
    bob.send(conversation, "while it is here").await;
    tablet
        .wait_delivered(conversation, "while it is here")
        .await;
    tablet.kill().await;
    bob.send(conversation, "while it is away").await;
    alice.wait_last(conversation, "while it is away").await;
    bob.wait_all_delivered(conversation).await;
    tablet.start().await;
    tablet
        .wait_delivered(conversation, "while it is away")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_own_beginning_came_too_late_comes_in_though_it_has_nothing_to_send() {
    let server = Server::start().await;
    let mut desk = Person::register(&server.address, "alice").await;
    let bob = Person::register(&server.address, "bob").await;
    let line = Proxy::start(&server.address).await;
    let mut tablet = Person::login(&line.address, "alice").await;
    // It begins to talk with bob, and the server never hears of that.
    line.request_rule(
        |request| match request.starts_with("POST /v1/conversations HTTP") {
            true => RequestVerdict::Cut,
            false => RequestVerdict::Pass,
        },
    );
    let conversation = tablet.open("bob").await;
    let sent = tablet.send(&conversation, "too early").await;
    until("the group that it makes", async || {
        let sql = "SELECT count(*) FROM conversation WHERE peer IS NOT NULL AND pending_create IS NOT NULL";
        let made: i64 = history(&tablet.profile())
            .query_row(sql, [], |row| row.get(0))
            .ok()?;
        (made == 1).then_some(())
    })
    .await;
    let params = json!({ "messageIds": [sent], "forEveryone": false });
    tablet.ask("message.delete", params).await;
    tablet.quit().await;
    // It can't be invited either: it has to come in by itself.
    rusqlite::Connection::open(server.data().join("server.sqlite3"))
        .and_then(|database| {
            let newest = "(SELECT max(device_no) FROM device)";
            let sql = format!("DELETE FROM key_package WHERE device_no = {newest}");
            database.execute(&sql, [])
        })
        .expect("key packages can be deleted");
    desk.open("bob").await;
    desk.send(&conversation, "hello bob").await;
    bob.wait_text(&conversation, "hello bob").await;
    // Nobody is there who would call it in.
    desk.quit().await;

    line.request_rule(|_| RequestVerdict::Pass);
    tablet.start().await;
    until("the server to have taken the tablet in", async || {
        let sql = "SELECT count(*) FROM member JOIN conversation USING (conversation_no)
            WHERE lower(hex(conversation_id)) = ?1";
        let members: i64 = rusqlite::Connection::open(server.data().join("server.sqlite3"))
            .and_then(|database| database.query_row(sql, [&conversation], |row| row.get(0)))
            .ok()?;
        (members == 3).then_some(())
    })
    .await;
    bob.send(&conversation, "hello both").await;
    tablet.wait_text(&conversation, "hello both").await;
    tablet.send(&conversation, "here I am").await;
    bob.wait_text(&conversation, "here I am").await;
}
