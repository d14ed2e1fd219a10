//! What a person sets on one device is so on the other, also on one that was away or comes in later.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, until};

async fn view(device: &Person, conversation: &str) -> Option<Value> {
    let params = json!({ "conversationId": conversation });
    device.call("conversation.get", params).await.ok()
}

/// Waits until the conversation has these fields on a device.
async fn wait_fields(device: &Person, conversation: &str, fields: &Value) {
    until(&format!("{fields} on another device"), async || {
        let view = view(device, conversation).await?;
        let mut all = fields.as_object()?.iter();
        all.all(|(name, value)| view.get(name).unwrap_or(&Value::Null) == value)
            .then_some(())
    })
    .await;
}

async fn set(device: &Person, command: &str, conversation: &str, more: Value) {
    let mut params = more;
    params["conversationId"] = json!(conversation);
    device.ask(command, params).await;
}

async fn names(device: &Person) -> Vec<String> {
    let list = device.ask("conversation.list", json!({})).await;
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|view| view["conversationId"].as_str().unwrap_or("").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_on_one_device_is_set_on_the_other() {
    let pair = &Pair::talking().await;
    let (alice, bob, chat) = (&pair.alice, &pair.bob, &pair.conversation);
    // Set while there is one device only: told to the one that comes later.
    set(
        bob,
        "conversation.archive",
        chat,
        json!({ "isArchived": true }),
    )
    .await;
    set(
        bob,
        "conversation.setDraft",
        chat,
        json!({ "text": "half a" }),
    )
    .await;
    let tablet = Person::login(&pair.bob_line.address, "bob").await;
    let expected = json!({ "isArchived": true, "draft": "half a", "isMuted": false });
    wait_fields(&tablet, chat, &expected).await;

    // Both ways, each kind.
    let muted = json!({ "isMuted": true, "until": 4_000_000_000_000_u64 });
    set(&tablet, "conversation.mute", chat, muted).await;
    let muted = json!({ "isMuted": true, "mutedUntil": 4_000_000_000_000_u64 });
    wait_fields(bob, chat, &muted).await;
    set(bob, "conversation.pin", chat, json!({ "isPinned": true })).await;
    set(
        bob,
        "conversation.archive",
        chat,
        json!({ "isArchived": false }),
    )
    .await;
    set(bob, "conversation.markUnread", chat, json!({})).await;
    set(bob, "conversation.setDraft", chat, json!({ "text": "" })).await;
    let expected = json!({
        "isPinned": true, "isArchived": false, "isMarkedUnread": true, "draft": null
    });
    wait_fields(&tablet, chat, &expected).await;

    // Read on one is read on the other, and takes the mark back.
    alice.send(chat, "one").await;
    let last = alice.send(chat, "two").await;
    // The first one came before the tablet did, and to it from the other.
    for device in [&tablet, bob] {
        wait_fields(device, chat, &json!({ "unread": 3 })).await;
    }
    set(&tablet, "message.markRead", chat, json!({ "upTo": last })).await;
    let expected = json!({ "unread": 0, "isMarkedUnread": false });
    wait_fields(bob, chat, &expected).await;
    assert_eq!(
        names(bob).await,
        std::slice::from_ref(chat),
        "the devices' own talk is no chat"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_away_catches_up_also_after_a_crash() {
    let mut pair = Pair::talking().await;
    let chat = pair.conversation.clone();
    let mut tablet = Person::login(&pair.bob_line.address, "bob").await;
    set(
        &pair.bob,
        "conversation.pin",
        &chat,
        json!({ "isPinned": true }),
    )
    .await;
    wait_fields(&tablet, &chat, &json!({ "isPinned": true })).await;
    tablet.kill().await;

    // The later setting stands, whichever device comes back first.
    set(
        &pair.bob,
        "conversation.mute",
        &chat,
        json!({ "isMuted": true }),
    )
    .await;
    pair.bob.kill().await;
    tablet.start().await;
    set(
        &tablet,
        "conversation.archive",
        &chat,
        json!({ "isArchived": true }),
    )
    .await;
    set(
        &tablet,
        "conversation.pin",
        &chat,
        json!({ "isPinned": false }),
    )
    .await;
    tablet.kill().await;
    pair.bob.start().await;
    tablet.start().await;
    let expected = json!({ "isMuted": true, "isArchived": true, "isPinned": false });
    wait_fields(&pair.bob, &chat, &expected).await;
    wait_fields(&tablet, &chat, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_message_brings_an_archived_chat_back_unless_it_is_muted() {
    let pair = &Pair::talking().await;
    let (alice, bob, chat) = (&pair.alice, &pair.bob, &pair.conversation);
    set(
        bob,
        "conversation.archive",
        chat,
        json!({ "isArchived": true }),
    )
    .await;
    wait_fields(bob, chat, &json!({ "isArchived": true })).await;
    alice.send(chat, "are you there?").await;
    wait_fields(
        bob,
        chat,
        &json!({ "isArchived": false, "messageCount": 3 }),
    )
    .await;
    set(bob, "conversation.mute", chat, json!({ "isMuted": true })).await;
    set(
        bob,
        "conversation.archive",
        chat,
        json!({ "isArchived": true }),
    )
    .await;
    alice.send(chat, "or not?").await;
    wait_fields(bob, chat, &json!({ "isArchived": true, "messageCount": 4 })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pinned_chats_come_first_and_the_note_to_self_is_a_chat_when_opened() {
    let pair = &Pair::talking().await;
    let (bob, chat) = (&pair.bob, &pair.conversation);
    let note = bob.open_account(&bob.account.id).await;
    bob.send(&note, "milk").await;
    assert_eq!(names(bob).await, [note.clone(), chat.clone()]);
    set(bob, "conversation.pin", chat, json!({ "isPinned": true })).await;
    assert_eq!(names(bob).await, [chat.clone(), note.clone()]);
    set(bob, "conversation.pin", &note, json!({ "isPinned": true })).await;
    assert_eq!(names(bob).await, [chat.clone(), note.clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_a_device_was_away_is_not_read_by_what_was_read_there() {
    let pair = &Pair::talking().await;
    let (alice, bob, chat) = (&pair.alice, &pair.bob, &pair.conversation);
    let tablet = Person::login(&pair.server.address, "bob").await;
    wait_fields(&tablet, chat, &json!({ "isMuted": false })).await;
    // Who can be heard is in: nothing that is said from then on is missed.
    tablet.send(chat, "here too").await;
    alice.wait_texts(chat, 3).await;
    alice.send(chat, "before").await;
    for device in [bob, &tablet] {
        until("the text before", async || {
            let view = view(device, chat).await?;
            (view["lastMessage"]["text"] == "before").then_some(())
        })
        .await;
    }
    pair.bob_line.close();
    bob.connection("offline").await;
    let own = bob.send(chat, "written offline").await;
    alice.send(chat, "meanwhile").await;
    // His own text stands before hers here, and after it where it arrives.
    set(bob, "message.markRead", chat, json!({ "upTo": own })).await;
    pair.bob_line.open();
    bob.ask("connection.retry", json!({})).await;
    until("his text on the tablet", async || {
        let messages = tablet.messages(chat).await;
        let is_there = |message: &Value| message["text"] == "written offline";
        messages.iter().any(is_there).then_some(())
    })
    .await;
    for device in [bob, &tablet] {
        wait_fields(device, chat, &json!({ "unread": 1 })).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_each_of_three_sets_in_a_group_is_theirs_on_both_devices_and_nobody_elses() {
    let three = &Three::meet().await;
    let group = &three.group("Birds").await;
    let last = three.people[0].send(group, "a pipit").await;
    three.wait_everywhere(&last, "it", |_| true).await;
    let [alice, bob, carol] = &three.people;
    let [alice_tablet, bob_tablet, carol_tablet] = &three.others;
    // Each on one device, not on the same one.
    let muted = json!({ "isMuted": true });
    let pinned = json!({ "isPinned": true });
    let archived = json!({ "isArchived": true });
    set(alice, "conversation.mute", group, muted).await;
    set(
        alice_tablet,
        "conversation.setDraft",
        group,
        json!({ "text": "half a" }),
    )
    .await;
    set(bob_tablet, "conversation.pin", group, pinned).await;
    set(bob, "conversation.markUnread", group, json!({})).await;
    set(carol, "conversation.archive", group, archived).await;
    set(
        carol_tablet,
        "message.markRead",
        group,
        json!({ "upTo": last }),
    )
    .await;
    let nothing = json!({
        "isMuted": false, "isPinned": false, "isArchived": false, "isMarkedUnread": false,
        "draft": null, "unread": 1,
    });
    let with = |fields: Value| {
        let mut all = nothing.clone();
        for (name, value) in fields.as_object().expect("fields") {
            all[name] = value.clone();
        }
        all
    };
    for (devices, expected) in [
        (
            [alice, alice_tablet],
            with(json!({ "isMuted": true, "draft": "half a", "unread": 0 })),
        ),
        (
            [bob, bob_tablet],
            with(json!({ "isPinned": true, "isMarkedUnread": true })),
        ),
        (
            [carol, carol_tablet],
            with(json!({ "isArchived": true, "unread": 0 })),
        ),
    ] {
        for device in devices {
            wait_fields(device, group, &expected).await;
        }
    }
    // A profile is told to everybody, from whichever device it was set on.
    let profile = json!({ "displayName": "Bob B.", "about": "on a boat" });
    bob_tablet.ask("profile.set", profile).await;
    bob_tablet.send(group, "it is me").await;
    for device in three.devices() {
        until("bob's new name", async || {
            let params = json!({ "conversationId": group });
            let members = device.ask("conversation.members", params).await;
            let members = members.as_array()?;
            let bob = members
                .iter()
                .find(|one| one["accountId"] == bob.account.id)?;
            (bob["name"] == "Bob B.").then_some(())
        })
        .await;
    }
}
