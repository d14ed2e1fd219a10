//! A line that repeats, reorders and breaks: each message is shown once, in the order sent.

use std::collections::BTreeSet;

use pipit_wire::v1::client_frame::Body;
use pipit_wire::v1::server_frame;
use serde_json::{Value, json};
use story_tests::{Frame, Pair, Person, Server, Verdict, numbered, until};

async fn send_all(person: &Person, conversation: &str, texts: &[String]) {
    for text in texts {
        person.send(conversation, text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_come_twice_count_once() {
    let pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        bob_line,
        ..
    } = &pair;
    alice_line.rule(|_| Verdict::Twice);
    bob_line.rule(|_| Verdict::Twice);
    let (from_alice, from_bob) = (numbered("a", 40), numbered("b", 40));
    tokio::join!(
        send_all(alice, conversation, &from_alice),
        send_all(bob, conversation, &from_bob),
    );
    alice.wait_all_delivered(conversation).await;
    bob.wait_all_delivered(conversation).await;
    for person in [alice, bob] {
        let texts = person.texts(conversation).await;
        assert_eq!(texts.len(), 82, "{texts:?}");
        assert!(
            texts
                .iter()
                .filter(|text| text.starts_with("a "))
                .eq(&from_alice)
        );
        assert!(
            texts
                .iter()
                .filter(|text| text.starts_with("b "))
                .eq(&from_bob)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_out_of_order_are_shown_in_the_order_sent() {
    const COUNT: usize = 30;
    let pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        conversation,
        bob_line,
        ..
    } = &pair;
    bob_line.rule(|frame| match frame.is_deliver() {
        true => Verdict::Hold,
        false => Verdict::Pass,
    });
    let texts = numbered("n", COUNT);
    send_all(alice, conversation, &texts).await;
    bob_line.held(COUNT).await;
    bob_line.release_reversed();
    assert_eq!(bob.wait_texts(conversation, COUNT + 2).await[2..], texts);
    alice.wait_all_delivered(conversation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_again_and_again_loses_and_repeats_nothing() {
    const COUNT: usize = 100;
    const CUTS: usize = 15;
    let seed = 0xc_07;
    println!("seed {seed:#x}");
    let pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        bob_line,
        ..
    } = &pair;
    for (line, seed) in [(alice_line, seed), (bob_line, seed + 1)] {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut cuts, mut frames) = (0, random.usize(1..20));
        line.rule(move |_| {
            frames -= 1;
            if frames > 0 || cuts == CUTS {
                frames = frames.max(1);
                return Verdict::Pass;
            }
            cuts += 1;
            frames = random.usize(1..20);
            Verdict::Cut
        });
    }
    let (from_alice, from_bob) = (numbered("a", COUNT), numbered("b", COUNT));
    tokio::join!(
        send_all(alice, conversation, &from_alice),
        send_all(bob, conversation, &from_bob),
    );
    for person in [alice, bob] {
        let texts = person.wait_texts(conversation, 2 * COUNT + 2).await;
        assert_eq!(texts.len(), 2 * COUNT + 2);
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
    alice.wait_all_delivered(conversation).await;
    bob.wait_all_delivered(conversation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_survives_a_line_that_breaks_at_every_frame() {
    const BREAKS: usize = 14;
    let pair = Pair::meet().await;
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        bob_line,
        ..
    } = &pair;
    for line in [alice_line, bob_line] {
        // The first connection breaks at its first frame, the second at its second, and so on.
        let (mut longest, mut frames) = (0, 0);
        line.rule(move |frame| {
            if is_hello(frame) {
                frames = 0;
            }
            frames += 1;
            if frames <= longest || longest == BREAKS {
                return Verdict::Pass;
            }
            longest += 1;
            Verdict::Cut
        });
    }
    alice_line.cut();
    bob_line.cut();
    let texts = numbered("first", 3);
    send_all(alice, conversation, &texts).await;
    assert_eq!(bob.wait_texts(conversation, 3).await, texts);
    alice.wait_all_delivered(conversation).await;
    assert_eq!(bob.texts(conversation).await, texts);
}

fn is_hello(frame: &Frame) -> bool {
    matches!(frame, Frame::Up(Body::Hello(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_slow_down_does_not_change_the_order() {
    const COUNT: usize = 120;
    let mut server = Server::start().await;
    server.terminate().await;
    let config = server.folder().join("pipit.toml");
    std::fs::write(&config, "[limits]\nframes_per_second = 15\n").expect("a configuration");
    let config = config.to_str().expect("a path of text").to_owned();
    server.add_flags(&["--config", &config]);
    server.restart().await;
    let pair = Pair::meet_at(server).await;
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        ..
    } = &pair;
    let texts = numbered("n", COUNT);
    send_all(alice, conversation, &texts).await;
    assert_eq!(bob.wait_texts(conversation, COUNT).await, texts);
    let refused = alice_line
        .seen("frames", |frames| {
            Some(frames.iter().filter(|frame| frame.is_slow_down()).count())
        })
        .await;
    assert!(refused > 0, "the limit was not met");
    alice.wait_all_delivered(conversation).await;
}

/// Waits until a person's device shows a conversation so.
async fn shows(person: &Person, conversation: &str, is_so: impl Fn(&Value) -> bool) {
    until("a conversation as it should be", async || {
        let params = json!({ "conversationId": conversation });
        let view = person.call("conversation.get", params).await.ok()?;
        is_so(&view).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_again_when_its_keys_are_gone_leaves_no_placeholder() {
    let pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        bob_line,
        ..
    } = &pair;
    let params = json!({ "name": "Walkers", "members": [bob.account.id] });
    let made = alice.ask("conversation.create", params).await;
    let group = made["conversationId"].as_str().expect("an id");
    let hello = alice.send(group, "hello").await;
    shows(bob, group, |view| view["lastMessage"]["text"] == "hello").await;

    bob_line.rule(|frame| match frame.is_acknowledge() {
        true => Verdict::Drop,
        false => Verdict::Pass,
    });
    let react = json!({ "messageId": hello, "emoji": "👍", "isOn": true });
    alice.ask("message.react", react).await;
    shows(bob, group, |view| {
        view["lastMessage"]["reactions"][0]["count"] == 1
    })
    .await;
    // Two epochs on, the reaction's keys are gone.
    for name in ["Runners", "Riders"] {
        let rename = json!({ "conversationId": group, "name": name });
        alice.ask("conversation.rename", rename).await;
        shows(bob, group, |view| view["name"] == name).await;
    }
    bob_line.pass();
    bob_line.cut();
    let after = alice.send(group, "after").await;
    shows(bob, group, |view| view["lastMessage"]["text"] == "after").await;
    let is_repeated = |frames: &Vec<Frame>| {
        let mut once = BTreeSet::new();
        let sequences = frames.iter().filter_map(|frame| match frame {
            Frame::Down(server_frame::Body::Deliver(deliver)) => Some(deliver.sequence),
            _ => None,
        });
        let again = sequences.filter(|sequence| !once.insert(*sequence));
        (again.count() >= 3).then_some(())
    };
    bob_line.seen("mail that comes again", is_repeated).await;
    alice.wait_state(group, &after, "delivered").await;
    let rows = bob.rows(group).await;
    let unreadable = rows.iter().filter(|row| row["kind"] == "unreadable");
    assert_eq!(unreadable.count(), 0, "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_took_before_its_sender_was_put_out_is_no_failure() {
    let pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        bob_line,
        ..
    } = &pair;
    let params = json!({ "name": "Walkers", "members": [bob.account.id] });
    let made = alice.ask("conversation.create", params).await;
    let group = made["conversationId"].as_str().expect("an id");
    shows(bob, group, |view| view["canSend"] == true).await;
    bob_line.rule(|frame| match frame.is_accepted() {
        true => Verdict::Drop,
        false => Verdict::Pass,
    });
    let last = bob.send(group, "one more thing").await;
    shows(alice, group, |view| {
        view["lastMessage"]["text"] == "one more thing"
    })
    .await;
    let gone = json!({ "conversationId": group, "accountId": bob.account.id });
    alice.ask("conversation.remove", gone).await;
    shows(bob, group, |view| view["group"]["isMember"] == false).await;
    bob_line.pass();
    bob_line.cut();
    bob.wait_state(group, &last, "delivered").await;
}
