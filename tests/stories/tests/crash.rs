//! Processes that end at the worst moment: nothing accepted is lost, nothing is shown twice, and the
//! order stays.

use std::collections::BTreeSet;

use story_tests::{DEADLINE, Frame, Pair, Person, Verdict, numbered};

/// Sends texts one after the other.
async fn send_all(person: &Person, conversation: &str, texts: &[String]) {
    for text in texts {
        person.send(conversation, text).await;
    }
}

fn of<'a>(texts: &'a [String], prefix: &str) -> Vec<&'a String> {
    texts
        .iter()
        .filter(|text| text.starts_with(prefix))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_mid_burst_loses_and_repeats_nothing() {
    const COUNT: usize = 300;
    let mut pair = Pair::talking().await;
    let (from_alice, from_bob) = (numbered("a", COUNT), numbered("b", COUNT));
    let Pair {
        server,
        alice,
        bob,
        conversation,
        alice_line,
        ..
    } = &mut pair;
    let crashes = async {
        for accepted in [60, 150] {
            let is_accepted =
                |frames: &Vec<Frame>| frames.iter().filter(|frame| frame.is_accepted()).count();
            alice_line
                .seen("a part to be accepted", |frames| {
                    (is_accepted(frames) >= accepted).then_some(())
                })
                .await;
            server.restart().await;
        }
    };
    tokio::join!(
        send_all(alice, conversation, &from_alice),
        send_all(bob, conversation, &from_bob),
        crashes,
    );
    for person in [&*alice, &*bob] {
        let texts = person.wait_texts(conversation, 2 * COUNT + 2).await;
        assert_eq!(texts.len(), 2 * COUNT + 2);
        assert!(of(&texts, "a ").into_iter().eq(&from_alice), "{texts:?}");
        assert!(of(&texts, "b ").into_iter().eq(&from_bob), "{texts:?}");
    }
    alice.wait_all_delivered(conversation).await;
    bob.wait_all_delivered(conversation).await;
    assert!(server.terminate().await, "it ends well when asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sealed_before_a_crash_is_sent_as_the_same_bytes() {
    let mut pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        ..
    } = &mut pair;
    let before = alice_line.submits().len();
    alice_line.rule(|frame| match frame.submit() {
        Some(_) => Verdict::Drop,
        None => Verdict::Pass,
    });
    let texts = numbered("sealed", 5);
    send_all(alice, conversation, &texts).await;
    alice_line
        .seen("all to be submitted", |frames| {
            let submits: BTreeSet<_> = frames
                .iter()
                .filter_map(Frame::submit)
                .skip(before)
                .collect();
            (submits.len() == texts.len()).then_some(())
        })
        .await;
    alice.kill().await;
    alice_line.pass();
    alice.start().await;
    assert_eq!(bob.wait_texts(conversation, 7).await[2..], texts);
    alice.wait_all_delivered(conversation).await;
    let submits = alice_line.submits()[before..].to_vec();
    let different: BTreeSet<_> = submits.iter().collect();
    assert!(submits.len() >= 2 * texts.len());
    assert_eq!(different.len(), texts.len(), "nothing was sealed twice");
    assert_eq!(bob.texts(conversation).await.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_answer_came_sends_nothing_twice() {
    let mut pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        conversation,
        alice_line,
        ..
    } = &mut pair;
    alice_line.rule(|frame| match frame.is_accepted() {
        true => Verdict::Drop,
        false => Verdict::Pass,
    });
    let texts = numbered("accepted", 3);
    send_all(alice, conversation, &texts).await;
    assert_eq!(bob.wait_texts(conversation, 5).await[2..], texts);
    alice.kill().await;
    alice_line.pass();
    alice.start().await;
    alice.wait_all_delivered(conversation).await;
    assert_eq!(bob.texts(conversation).await[2..], texts);
    assert_eq!(alice.texts(conversation).await[2..], texts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_but_not_acknowledged_comes_again_and_is_shown_once() {
    let mut pair = Pair::talking().await;
    let Pair {
        alice,
        bob,
        conversation,
        bob_line,
        ..
    } = &mut pair;
    bob_line.rule(|frame| match frame.is_acknowledge() {
        true => Verdict::Drop,
        false => Verdict::Pass,
    });
    let texts = numbered("kept", 4);
    send_all(alice, conversation, &texts).await;
    assert_eq!(bob.wait_texts(conversation, 6).await[2..], texts);
    let deliveries = |frames: &Vec<Frame>| frames.iter().filter(|frame| frame.is_deliver()).count();
    let before = bob_line
        .seen("deliveries", |frames| Some(deliveries(frames)))
        .await;
    bob.kill().await;
    bob_line.pass();
    bob.start().await;
    bob_line
        .seen("all to come again", |frames| {
            (deliveries(frames) >= before + texts.len()).then_some(())
        })
        .await;
    alice.wait_all_delivered(conversation).await;
    assert_eq!(bob.texts(conversation).await[2..], texts);
    let unread = bob
        .ask(
            "conversation.get",
            serde_json::json!({ "conversationId": conversation }),
        )
        .await["unread"]
        .clone();
    assert_eq!(unread, 5);
}

/// Where in the life of a message the process ends.
async fn wait_somewhere(random: &mut fastrand::Rng, pair: &Pair) {
    let seen = pair.alice_line.seen("", |frames| Some(frames.len())).await;
    let is_wanted: fn(&Frame) -> bool = match random.u8(0..4) {
        // At once.
        0 => return,
        1 => |frame| frame.submit().is_some(),
        2 => Frame::is_accepted,
        _ => |_| true,
    };
    let more = random.usize(1..4);
    let waiting = pair.alice_line.seen("", move |frames| {
        let new = frames
            .iter()
            .skip(seen)
            .filter(|frame| is_wanted(frame))
            .count();
        (new >= more).then_some(())
    });
    // There may be no more frames of this kind: then a little later is as good a moment.
    let _ = tokio::time::timeout(DEADLINE / 400, waiting).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_killed_again_and_again_delivers_exactly_its_history() {
    const COUNT: usize = 100;
    let seed = 0x51_9e_17;
    println!("seed {seed:#x}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut pair = Pair::talking().await;
    let texts = numbered("n", COUNT);
    for chunk in texts.chunks(COUNT / 20) {
        let conversation = &pair.conversation;
        let lines: String = chunk
            .iter()
            .map(|text| {
                let params = serde_json::json!({ "conversationId": conversation, "text": text });
                let request =
                    serde_json::json!({ "jsonrpc": "2.0", "method": "message.send", "params": params });
                format!("{request}\n")
            })
            .collect();
        pair.alice.write(lines.as_bytes()).await;
        wait_somewhere(&mut random, &pair).await;
        pair.alice.kill().await;
        pair.alice.start().await;
    }
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &pair;
    let sent = alice.texts(conversation).await;
    println!("{} of {COUNT} were kept before a kill", sent.len() - 2);
    assert!(sent.len() > 2);
    // A kill takes what was not kept yet: a hole may be, a change of order may not.
    let kept: Vec<usize> = sent[2..]
        .iter()
        .map(|text| text[2..].parse().expect("a number"))
        .collect();
    assert!(kept.windows(2).all(|pair| pair[0] < pair[1]), "{kept:?}");
    alice.wait_all_delivered(conversation).await;
    assert_eq!(bob.texts(conversation).await, sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_killed_again_and_again_has_everything_once() {
    const COUNT: usize = 100;
    let mut pair = Pair::talking().await;
    let texts = numbered("n", COUNT);
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &mut pair;
    let kills = async {
        for kill in 1..=10 {
            bob.wait_texts(conversation, kill * COUNT / 15).await;
            bob.kill().await;
            bob.start().await;
        }
    };
    tokio::join!(send_all(alice, conversation, &texts), kills);
    alice.wait_all_delivered(conversation).await;
    assert_eq!(bob.texts(conversation).await[2..], texts);
}
