//! People with several devices: coming in from outside, committing at once, opening at once, and
//! crashes on the way in.

use serde_json::json;
use story_tests::{Frame, PASSWORD, Pair, Person, Proxy, RequestVerdict, Verdict, numbered};

async fn send_all(person: &Person, conversation: &str, texts: &[String]) {
    for text in texts {
        person.send(conversation, text).await;
    }
}

/// Waits until the last text of each device is this one, on all of them.
async fn wait_last(devices: &[&Person], conversation: &str, text: &str) {
    for device in devices {
        story_tests::until(&format!("{text:?} everywhere"), async || {
            let params = json!({ "conversationId": conversation });
            device.call("conversation.get", params).await.ok()?;
            (device.texts(conversation).await.last()? == text).then_some(())
        })
        .await;
    }
}

/// Everybody writes once, and everybody else reads it.
async fn all_talk(devices: &[&Person], conversation: &str, word: &str) {
    for (number, device) in devices.iter().enumerate() {
        let text = format!("{word} {number}");
        device.send(conversation, &text).await;
        wait_last(devices, conversation, &text).await;
    }
}

fn find(frames: &[Frame], is_wanted: fn(&Frame) -> bool) -> Option<()> {
    frames.iter().any(is_wanted).then_some(())
}

/// Waits until a device has come into a conversation: from then on it gets what is sent.
async fn wait_in(device: &Person, conversation: &str) {
    device
        .event("the conversation on the new device", |events| {
            let is_in = |event: &serde_json::Value| {
                event["type"] == "conversation.changed"
                    && event["conversation"]["conversationId"] == conversation
            };
            events.iter().any(is_in).then_some(())
        })
        .await;
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
    wait_in(&tablet, conversation).await;
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
    let unread = tablet
        .ask(
            "conversation.get",
            json!({ "conversationId": conversation }),
        )
        .await;
    assert_eq!(
        unread["unread"], 1,
        "only alice's is unread on bob's tablet"
    );
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
        wait_in(device, conversation).await;
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
    wait_in(&tablet, conversation).await;
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
async fn a_line_that_breaks_at_every_frame_lets_a_device_in_all_the_same() {
    const BREAKS: usize = 8;
    let Pair {
        server,
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let line = Proxy::start(&server.address).await;
    let (mut longest, mut frames) = (0, 0);
    line.rule(move |frame| {
        if matches!(
            frame,
            Frame::Up(pipit_wire::v1::client_frame::Body::Hello(_))
        ) {
            frames = 0;
        }
        frames += 1;
        if frames <= longest || longest == BREAKS {
            return Verdict::Pass;
        }
        longest += 1;
        Verdict::Cut
    });
    let tablet = Person::login(&line.address, "bob").await;
    wait_in(&tablet, conversation).await;
    all_talk(&[alice, bob, &tablet], conversation, "round").await;
    let messages = tablet.messages(conversation).await;
    assert!(
        messages.iter().all(|message| message["kind"] == "text"),
        "{messages:?}"
    );
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
async fn a_device_that_dies_as_it_comes_in_misses_nothing_sent_meanwhile() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        alice_line,
        ..
    } = &Pair::talking().await;
    let line = Proxy::start(&server.address).await;
    // The server has its commit, and it never learns that.
    line.hold_answers_to("POST /v1/conversations/commit");
    let mut tablet = Person::login(&line.address, "bob").await;
    alice_line
        .seen("the tablet's commit", |frames| {
            find(frames, Frame::is_commit)
        })
        .await;
    alice.send(conversation, "to all three").await;
    bob.wait_texts(conversation, 3).await;
    tablet.kill().await;
    line.let_answers_pass();
    tablet.start().await;
    let texts = tablet.wait_texts(conversation, 1).await;
    assert_eq!(texts, ["to all three"]);
    all_talk(&[alice, bob, &tablet], conversation, "round").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_comes_before_the_answer_to_a_join_is_not_lost() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        alice_line,
        ..
    } = &Pair::talking().await;
    let line = Proxy::start(&server.address).await;
    line.hold_answers_to("POST /v1/conversations/commit");
    let tablet = Person::login(&line.address, "bob").await;
    alice_line
        .seen("the tablet's commit", |frames| {
            find(frames, Frame::is_commit)
        })
        .await;
    alice.send(conversation, "to all three").await;
    bob.wait_texts(conversation, 3).await;
    line.seen("the mail on the tablet's line", |frames| {
        find(frames, Frame::is_deliver)
    })
    .await;
    assert_eq!(tablet.wait_texts(conversation, 1).await, ["to all three"]);
    line.let_answers_pass();
    all_talk(&[alice, bob, &tablet], conversation, "round").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_while_a_new_device_is_checked_loses_no_message() {
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        bob_line,
        ..
    } = &Pair::talking().await;
    let mut cuts = 3;
    alice_line.rule(move |frame| match frame {
        // She learns of the tablet's keys only here.
        Frame::Up(pipit_wire::v1::client_frame::Body::FetchLedgers(_)) if cuts > 0 => {
            cuts -= 1;
            Verdict::Cut
        }
        _ => Verdict::Pass,
    });
    let tablet = Person::login(&bob_line.address, "bob").await;
    wait_in(&tablet, conversation).await;
    let texts = numbered("from the tablet", 10);
    send_all(&tablet, conversation, &texts).await;
    bob.send(conversation, "and from bob").await;
    let seen = alice.wait_texts(conversation, 13).await;
    assert!(
        seen.iter()
            .filter(|text| text.starts_with("from"))
            .eq(&texts),
        "{seen:?}"
    );
    all_talk(&[alice, bob, &tablet], conversation, "round").await;
    assert!(
        alice
            .messages(conversation)
            .await
            .iter()
            .all(|message| message["kind"] == "text")
    );
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
    wait_in(&tablet, conversation).await;
    bob.send(conversation, "while it is here").await;
    wait_delivered(&tablet, conversation, "while it is here").await;
    tablet.kill().await;
    bob.send(conversation, "while it is away").await;
    wait_last(&[alice], conversation, "while it is away").await;
    bob.wait_all_delivered(conversation).await;
    tablet.start().await;
    wait_delivered(&tablet, conversation, "while it is away").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_whose_answer_is_lost_adds_one_device_and_not_two() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let line = Proxy::start(&server.address).await;
    let tablet = Person::nobody(&[]).await;
    let mut answers_to_lose = 1;
    line.request_rule(move |request| match answers_to_lose {
        1 if request.starts_with("POST /v1/ledger ") => {
            answers_to_lose = 0;
            RequestVerdict::LoseAnswer
        }
        _ => RequestVerdict::Pass,
    });
    let log_in = json!({ "server": line.address, "username": "bob", "password": PASSWORD });
    let refused = tablet.refused("account.login", log_in.clone()).await;
    assert_eq!(refused.code, "UNREACHABLE");
    tablet.ask("account.login", log_in).await;
    wait_in(&tablet, conversation).await;
    all_talk(&[alice, bob, &tablet], conversation, "round").await;
    let added = line.request("POST /v1/ledger ").await;
    assert_eq!(added, 1, "the second log-in finds the device of the first");
    // An invitation is for the device that it is.
    let carol = Person::register(&server.address, "carol").await;
    let with_bob = carol.open("bob").await;
    carol.send(&with_bob, "hello bob").await;
    assert_eq!(tablet.wait_texts(&with_bob, 1).await, ["hello bob"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_delivery_that_comes_before_its_message_is_not_lost() {
    let Pair {
        server,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let line = Proxy::start(&server.address).await;
    let tablet = Person::login(&line.address, "bob").await;
    wait_in(&tablet, conversation).await;
    let is_report = |frame: &Frame| {
        matches!(
            frame,
            Frame::Down(pipit_wire::v1::server_frame::Body::Delivered(_))
        )
    };
    // Nor can it ask.
    let passes = |frame: &Frame| {
        !matches!(
            frame,
            Frame::Up(pipit_wire::v1::client_frame::Body::DeliveryStatus(_))
        )
    };
    line.rule(move |frame| match (frame.is_message(), passes(frame)) {
        (true, _) => Verdict::Hold,
        (_, false) => Verdict::Drop,
        (false, true) => Verdict::Pass,
    });
    let before = line.seen("frames", |frames| Some(frames.len())).await;
    bob.send(conversation, "overtaken").await;
    line.held(1).await;
    line.seen("that alice has it", |frames| {
        frames[before..].iter().any(is_report).then_some(())
    })
    .await;
    line.rule(move |frame| match passes(frame) {
        true => Verdict::Pass,
        false => Verdict::Drop,
    });
    line.release();
    wait_delivered(&tablet, conversation, "overtaken").await;
}

async fn wait_delivered(device: &Person, conversation: &str, text: &str) {
    story_tests::until(&format!("{text:?} to be delivered"), async || {
        let messages = device.messages(conversation).await;
        let is_there = |message: &serde_json::Value| {
            message["text"] == text && message["state"] == "delivered"
        };
        messages.iter().any(is_there).then_some(())
    })
    .await;
}
