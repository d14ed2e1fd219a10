//! A line that repeats, reorders and breaks: each message is shown once, in the order sent.

use pipit_wire::v1::client_frame::Body;
use story_tests::{Frame, Pair, Person, Server, Verdict, numbered};

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
