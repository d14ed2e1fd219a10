//! What is true for a moment: who types, who is here. Told to those whom one lets know, and in return.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, until};

fn chat(conversation: &str) -> Value {
    json!({ "conversationId": conversation })
}

async fn focus(device: &Person, is_focused: bool) {
    device
        .ask("window.focus", json!({ "focused": is_focused }))
        .await;
}

/// How many events so far are as wanted.
async fn count(device: &Person, is_wanted: impl Fn(&Value) -> bool) -> usize {
    device
        .event("the events so far", |events| {
            Some(events.iter().filter(|event| is_wanted(event)).count())
        })
        .await
}

fn types(event: &Value, is_typing: bool) -> bool {
    event["type"] == "typing" && event["isTyping"] == is_typing
}

/// Types until the other sees it: a signal may be lost around a change of keys.
async fn type_until_seen(from: &Person, to: &[&Person], place: &str) {
    until("somebody to be seen typing", async || {
        from.ask("conversation.typing", chat(place)).await;
        for device in to {
            if count(device, |event| types(event, true)).await == 0 {
                return None;
            }
        }
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_seen_on_every_device_until_the_message_comes() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    tablet
        .event("the chat on the tablet", |events| {
            let is_in = |event: &Value| event["type"] == "conversation.changed";
            events.iter().any(is_in).then_some(())
        })
        .await;
    type_until_seen(alice, &[bob, &tablet], place).await;
    let seen = bob
        .event("typing", |events| {
            events.iter().find(|event| types(event, true)).cloned()
        })
        .await;
    assert_eq!(
        (&seen["conversationId"], &seen["accountId"], &seen["name"]),
        (&json!(place), &json!(alice.account.id), &json!("alice"))
    );
    alice.send(place, "there").await;
    for device in [bob, &tablet] {
        device
            .event("the end of typing", |events| {
                events.iter().any(|event| types(event, false)).then_some(())
            })
            .await;
    }
    assert_eq!(count(alice, |event| event["type"] == "typing").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_tell_of_typing_is_not_told() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    type_until_seen(alice, &[bob], place).await;
    alice.send(place, "seen").await;
    bob.wait_texts(place, 3).await;
    bob.ask("settings.set", json!({ "typing": false })).await;
    let before = count(bob, |event| types(event, true)).await;
    for _ in 0..2 {
        // What was sent before a message is there before it.
        alice.ask("conversation.typing", chat(place)).await;
        bob.ask("conversation.typing", chat(place)).await;
        let sent = alice.send(place, "not seen").await;
        alice.wait_state(place, &sent, "delivered").await;
        let sent = bob.send(place, "either").await;
        bob.wait_state(place, &sent, "delivered").await;
    }
    assert_eq!(count(bob, |event| types(event, true)).await, before);
    assert_eq!(count(alice, |event| types(event, true)).await, 0);
}

fn is_here(event: &Value, is_online: bool) -> bool {
    event["type"] == "presence" && event["isOnline"] == is_online
}

/// Watches anew until the other is seen as wanted.
async fn watch_until(device: &Person, place: &str, is_wanted: impl Fn(&Value) -> bool) {
    until("presence as wanted", async || {
        device.ask("presence.watch", json!({})).await;
        device.ask("presence.watch", chat(place)).await;
        device.ask("conversation.get", chat(place)).await;
        (count(device, &is_wanted).await > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_seen_coming_and_going_also_after_a_restart() {
    let mut pair = Pair::talking().await;
    let place = pair.conversation.clone();
    focus(&pair.alice, true).await;
    watch_until(&pair.bob, &place, |event| is_here(event, true)).await;
    focus(&pair.alice, false).await;
    let left = pair
        .bob
        .event("alice leaving", |events| {
            let place = events.iter().position(|event| is_here(event, true))?;
            let mut later = events[place..].iter();
            later
                .find(|event| is_here(event, false) && event["lastSeen"].is_u64())
                .cloned()
        })
        .await;
    assert_eq!(left["accountId"], json!(pair.alice.account.id));
    pair.alice.kill().await;
    pair.bob.kill().await;
    pair.bob.start().await;
    // She is away: what her device has told is still known.
    pair.bob.ask("presence.watch", chat(&place)).await;
    pair.bob
        .event("when she was last here", |events| {
            let is_last = |event: &&Value| is_here(event, false);
            let known = events.iter().find(is_last)?;
            (known["lastSeen"].as_u64()? >= left["lastSeen"].as_u64()?).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_is_told_to_nobody_else_and_in_return_only() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    focus(alice, true).await;
    watch_until(bob, place, |event| is_here(event, true)).await;
    // She tells nobody any more; he still asks.
    let nobody = json!({ "online": "nobody", "lastSeen": "nobody" });
    alice.ask("settings.set", nobody).await;
    // What she told before is there before the message; only then is the last word the one meant here.
    let sent = alice.send(place, "nobody is told now").await;
    alice.wait_state(place, &sent, "delivered").await;
    bob.event("her being gone", |events| {
        let mut seen = events.iter().rev();
        let last = seen.find(|event| event["type"] == "presence")?;
        is_here(last, false).then_some(())
    })
    .await;
    let before = count(bob, |event| is_here(event, true)).await;
    for is_focused in [false, true, false, true] {
        focus(alice, is_focused).await;
        bob.ask("presence.watch", json!({})).await;
        bob.ask("presence.watch", chat(place)).await;
        let sent = bob.send(place, "there?").await;
        bob.wait_state(place, &sent, "delivered").await;
        let sent = alice.send(place, "yes").await;
        alice.wait_state(place, &sent, "delivered").await;
    }
    let after = count(bob, |event| is_here(event, true)).await;
    assert_eq!(after, before, "nothing new is told");
    // Nor is she told: she does not even ask.
    focus(bob, true).await;
    alice.ask("presence.watch", chat(place)).await;
    let sent = alice.send(place, "and you?").await;
    alice.wait_state(place, &sent, "delivered").await;
    let sent = bob.send(place, "here").await;
    bob.wait_state(place, &sent, "delivered").await;
    assert_eq!(count(alice, |event| is_here(event, true)).await, 0);
}

/// Waits until the last that was told of somebody's presence is this; answers it.
async fn last_told(device: &Person, what: &str, is_online: bool) -> Value {
    device
        .event(what, |events| {
            let mut told = events.iter().rev();
            let last = told.find(|event| event["type"] == "presence")?;
            is_here(last, is_online).then(|| last.clone())
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_seen_here_while_the_own_connection_is_lost() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    focus(alice, true).await;
    watch_until(bob, place, |event| is_here(event, true)).await;
    // Each watch begins with what is known, and that she is here is known by her answer to the last.
    last_told(bob, "her answer to the last watch", true).await;
    pair.bob_line.close();
    bob.connection("offline").await;
    let gone = last_told(bob, "her not being seen any more", false).await;
    // It says nothing of when she was last here: what is known of that stays.
    assert_eq!(
        (&gone["accountId"], &gone["lastSeen"]),
        (&json!(alice.account.id), &Value::Null)
    );
    pair.bob_line.open();
    bob.ask("connection.retry", json!({})).await;
    last_told(bob, "her being seen again", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_typing_is_seen_on_all_devices_of_the_others() {
    let three = &Three::meet().await;
    let group = &three.group("Birds").await;
    let [alice, bob, carol] = &three.people;
    let [_, bob_tablet, carol_tablet] = &three.others;
    type_until_seen(alice, &[bob, bob_tablet, carol, carol_tablet], group).await;
    for device in [bob, bob_tablet, carol, carol_tablet] {
        let seen = device
            .event("typing", |events| {
                events.iter().find(|event| types(event, true)).cloned()
            })
            .await;
        assert_eq!(
            (&seen["conversationId"], &seen["accountId"]),
            (&json!(group), &json!(alice.account.id))
        );
    }
    alice.send(group, "there").await;
    for device in [bob, bob_tablet, carol, carol_tablet] {
        device
            .event("the end of typing", |events| {
                events.iter().any(|event| types(event, false)).then_some(())
            })
            .await;
    }
    for device in [alice, &three.others[0]] {
        assert_eq!(count(device, |event| event["type"] == "typing").await, 0);
    }
}
