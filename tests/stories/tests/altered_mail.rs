//! A server that alters mail, or changes its order: what is lost is shown, and everything else goes on.

use pipit_wire::v1::server_frame::Body;
use pipit_wire::v1::{Deliver, EnvelopeKind};
use serde_json::Value;
use story_tests::{Pair, Person, Proxy, Verdict, until};

/// The lie that changes one delivery of a kind, the first that comes.
fn delivery_lie(
    kind: EnvelopeKind,
    mut change: impl FnMut(&mut Deliver) + Send + 'static,
) -> impl FnMut(&mut Body) + Send + 'static {
    let mut is_told = false;
    move |body| {
        if let Body::Deliver(deliver) = body
            && deliver.kind() == kind
            && !is_told
        {
            is_told = true;
            change(deliver);
        }
    }
}

fn flip_last_byte(deliver: &mut Deliver) {
    let mut bytes = deliver.payload.to_vec();
    *bytes.last_mut().expect("a payload") ^= 1;
    deliver.payload = bytes.into();
}

/// Waits until a device shows that something could not be read.
async fn wait_gap(device: &Person, place: &str) {
    until("a line where the change was", async || {
        let messages = device.messages(place).await;
        let is_gap = |message: &Value| message["kind"] == "unreadable";
        messages.iter().any(is_gap).then_some(())
    })
    .await;
}

/// Waits until so many changes of members have passed this line.
async fn wait_commits(line: &Proxy, count: usize) {
    line.seen("alice's way back", |frames| {
        let commits = frames.iter().filter(|frame| frame.is_commit()).count();
        (commits >= count).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn altered_mail_is_a_visible_gap_and_what_follows_is_read() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    pair.alice_line
        .lie(delivery_lie(EnvelopeKind::Application, flip_last_byte));
    bob.send(place, "changed on the way").await;
    bob.send(place, "as it was").await;
    alice.wait_last(place, "as it was").await;
    let kinds: Vec<_> = (alice.messages(place).await.iter())
        .map(|message| message["kind"].clone())
        .collect();
    assert_eq!(kinds, ["text", "text", "unreadable", "text"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_commit_is_shown_and_the_device_comes_back() {
    let pair = &Pair::talking().await;
    let (alice, place) = (&pair.alice, &pair.conversation);
    pair.alice_line
        .lie(delivery_lie(EnvelopeKind::Commit, flip_last_byte));
    let tablet = pair.second_device().await;
    wait_gap(alice, place).await;
    // She is in again: her own change of members has reached bob and the tablet.
    wait_commits(&pair.bob_line, 3).await;
    tablet.send(place, "read by alice").await;
    alice.wait_text(place, "read by alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_in_another_order_are_shown_and_the_device_comes_back() {
    let pair = &Pair::talking().await;
    let (alice, place) = (&pair.alice, &pair.conversation);
    pair.alice_line.rule(|frame| match frame.is_commit() {
        true => Verdict::Hold,
        false => Verdict::Pass,
    });
    let tablet = pair.second_device().await;
    pair.alice_line.held(1).await;
    let desk = pair.second_device().await;
    pair.alice_line.held(2).await;
    pair.alice_line.pass();
    pair.alice_line.release_reversed();
    wait_gap(alice, place).await;
    // Bob sees three, of the tablet, the desk and alice, the tablet two, the desk one.
    wait_commits(&pair.bob_line, 6).await;
    for (device, text) in [(&tablet, "from the tablet"), (&desk, "from the desk")] {
        device.send(place, text).await;
        alice.wait_text(place, text).await;
    }
    alice.send(place, "all three").await;
    for device in [&pair.bob, &tablet, &desk] {
        device.wait_text(place, "all three").await;
    }
}
