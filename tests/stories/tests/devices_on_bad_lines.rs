//! Devices that come in over lines that break, and that die on the way.

use serde_json::json;
use story_tests::groups::wait_members;
use story_tests::{
    Frame, PASSWORD, Pair, Person, Proxy, RequestVerdict, Server, Verdict, all_talk, numbered,
};

async fn send_all(person: &Person, conversation: &str, texts: &[String]) {
    for text in texts {
        person.send(conversation, text).await;
    }
}

fn find(frames: &[Frame], is_wanted: fn(&Frame) -> bool) -> Option<()> {
    frames.iter().any(is_wanted).then_some(())
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
    tablet.wait_in(conversation).await;
    all_talk(&[alice, bob, &tablet], conversation, "round").await;
    let messages = tablet.messages(conversation).await;
    assert!(
        messages.iter().all(|message| message["kind"] == "text"),
        "{messages:?}"
    );
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
    tablet.wait_in(conversation).await;
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
    tablet.wait_in(conversation).await;
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
    tablet.wait_in(conversation).await;
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
    tablet.wait_delivered(conversation, "overtaken").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_came_while_who_adds_its_account_was_dead_is_in() {
    let server = Server::start().await;
    let (line, tablet_line) =
        tokio::join!(Proxy::start(&server.address), Proxy::start(&server.address));
    let (mut alice, bob) = tokio::join!(
        Person::register(&line.address, "alice"),
        Person::register(&server.address, "bob"),
    );
    alice.connection("online").await;
    let bobs = alice.find("bob").await;
    let id = alice.create_group("Walkers", &[]).await;
    let sent = alice.send(&id, "nobody here").await;
    alice.wait_state(&id, &sent, "accepted").await;
    // Her commit is made, with the one device that bob has, and dies with her before it leaves.
    line.request_rule(
        |request| match request.starts_with("POST /v1/conversations/commit ") {
            true => RequestVerdict::Cut,
            false => RequestVerdict::Pass,
        },
    );
    let add = json!({ "conversationId": id, "members": [bobs] });
    alice.refused("conversation.add", add).await;
    alice.kill().await;
    let tablet = Person::login(&tablet_line.address, "bob").await;
    // It has looked for conversations, and once more.
    tablet_line
        .seen("both looks", |frames| {
            let looks = frames.iter().filter(|frame| {
                matches!(
                    frame,
                    Frame::Up(pipit_wire::v1::client_frame::Body::ListConversations(_))
                )
            });
            (looks.count() >= 2).then_some(())
        })
        .await;
    line.pass();
    alice.start().await;
    for device in [&bob, &tablet] {
        wait_members(device, &id, 2).await;
    }
    all_talk(&[&alice, &bob, &tablet], &id, "round").await;
}
