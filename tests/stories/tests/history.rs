//! The history on a device that comes later: from another device of the account, with all that was done to it.

use pipit_wire::v1::server_frame;
use serde_json::{Value, json};
use story_tests::{Frame, Pair, Person, Proxy, Verdict, until};

async fn status(device: &Person) -> Value {
    device.ask("history.status", json!({})).await
}

async fn wait_state(device: &Person, state: &str) {
    until(&format!("the history to be {state}"), async || {
        (status(device).await["state"] == state).then_some(())
    })
    .await;
}

/// What of a message every device of the account shows alike.
fn shown(message: &Value) -> Value {
    let fields = [
        "messageId",
        "sender",
        "text",
        "kind",
        "state",
        "sentAt",
        "editedAt",
        "isPinned",
        "isStarred",
        "isForwarded",
        "reactions",
        "replyTo",
        "poll",
        "recipientCount",
        "deliveredCount",
        "readCount",
        "mentionsMe",
    ];
    fields
        .into_iter()
        .map(|field| (field.to_owned(), message[field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

async fn all(device: &Person, conversation: &str) -> Vec<Value> {
    device
        .messages(conversation)
        .await
        .iter()
        .map(shown)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_gets_the_history_with_all_that_was_done_to_it() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    let chat = json!({ "conversationId": place });
    let id = alice.send(place, "a mistake").await;
    bob.wait_texts(place, 3).await;
    let on = |more: Value| {
        let mut params = json!({ "messageId": id });
        params
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        params
    };
    alice
        .ask("message.edit", on(json!({ "text": "all right" })))
        .await;
    bob.ask("message.react", on(json!({ "emoji": "👍", "isOn": true })))
        .await;
    alice
        .ask("message.star", on(json!({ "isStarred": true })))
        .await;
    bob.ask("message.pin", on(json!({ "isPinned": true })))
        .await;
    let asked = alice
        .ask(
            "poll.create",
            json!({ "conversationId": place, "question": "When?", "options": ["now", "later"], "isMultiple": false }),
        )
        .await;
    let poll = asked["messageId"].clone();
    bob.wait_message(poll.as_str().expect("an id"), "the poll", |_| true)
        .await;
    bob.ask("poll.vote", json!({ "messageId": poll, "options": [1] }))
        .await;
    bob.ask(
        "message.markRead",
        json!({ "conversationId": place, "upTo": poll }),
    )
    .await;
    let gone = alice.send(place, "not for long").await;
    bob.wait_message(&gone, "what is to go", |_| true).await;
    alice
        .ask(
            "message.delete",
            json!({ "messageIds": [gone], "forEveryone": true }),
        )
        .await;
    let notes = alice.open_account(&alice.account.id).await;
    alice.send(&notes, "a note").await;
    until("everything to have come to alice", async || {
        let messages = alice.messages(place).await;
        let voted = messages
            .iter()
            .any(|one| one["poll"]["options"][1]["count"] == 1 && one["readCount"] == 1);
        let done = messages
            .iter()
            .any(|one| one["isPinned"] == true && one["reactions"][0]["emoji"] == "👍");
        (voted && done && messages.iter().any(|one| one["kind"] == "deleted")).then_some(())
    })
    .await;

    let tablet = Person::login(&pair.server.address, "alice").await;
    wait_state(&tablet, "complete").await;
    until("the same history on both devices", async || {
        (all(&tablet, place).await == all(alice, place).await).then_some(())
    })
    .await;
    assert_eq!(tablet.texts(&notes).await, ["a note"]);
    let unread = async |device: &Person| {
        device.ask("conversation.get", chat.clone()).await["unread"].clone()
    };
    assert_eq!(
        unread(&tablet).await,
        unread(alice).await,
        "what is unread is unread here, too"
    );
    let found = tablet
        .ask("message.search", json!({ "query": "all right" }))
        .await;
    assert!(found.to_string().contains(&id), "it can be found: {found}");
}

/// Enough for several answers of the size of an envelope.
const MANY: usize = 300;
/// Of so many bytes.
const LONG: usize = 500;
/// Longer than anything else that is delivered here.
const PAGE_LEN: usize = 16 * 1024;

async fn write_much(pair: &Pair) {
    for number in 0..MANY {
        let words = format!("{number}: {}", "long ".repeat(LONG / 5));
        pair.alice.send(&pair.conversation, &words).await;
    }
    pair.alice.wait_all_delivered(&pair.conversation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_killed_half_way_goes_on_where_it_was() {
    let pair = &Pair::talking().await;
    write_much(pair).await;
    let line = Proxy::start(&pair.server.address).await;
    // Of what carries pages of it two come, and from the next one on nothing gets through.
    let mut pages = 0;
    line.rule(move |frame| {
        let Frame::Down(server_frame::Body::Deliver(deliver)) = frame else {
            return Verdict::Pass;
        };
        pages += usize::from(deliver.payload.len() > PAGE_LEN);
        if pages > 2 {
            Verdict::Hold
        } else {
            Verdict::Pass
        }
    });
    let mut tablet = Person::login(&line.address, "alice").await;
    line.held(1).await;
    until("a part of the history", async || {
        (tablet.messages(&pair.conversation).await.len() > 40).then_some(())
    })
    .await;
    let half = tablet.messages(&pair.conversation).await.len();
    assert!(half < MANY, "{half} are not all yet");
    tablet.kill().await;
    line.pass();
    tablet.start().await;
    wait_state(&tablet, "complete").await;
    assert_eq!(
        all(&tablet, &pair.conversation).await,
        all(&pair.alice, &pair.conversation).await
    );
    let progress = status(&tablet).await;
    assert_eq!(
        progress["received"], progress["total"],
        "nothing came twice: {progress}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_device_has_waits_until_that_is_online() {
    let mut pair = Pair::talking().await;
    pair.alice.kill().await;
    let tablet = Person::login(&pair.server.address, "alice").await;
    wait_state(&tablet, "waiting").await;
    pair.bob.send(&pair.conversation, "are you there?").await;
    pair.alice.start().await;
    wait_state(&tablet, "complete").await;
    pair.alice.wait_texts(&pair.conversation, 3).await;
    until("the same history on both devices", async || {
        (all(&tablet, &pair.conversation).await == all(&pair.alice, &pair.conversation).await)
            .then_some(())
    })
    .await;
    // And a third one gets it from either.
    pair.alice.kill().await;
    let phone = Person::login(&pair.server.address, "alice").await;
    wait_state(&phone, "complete").await;
    assert_eq!(
        all(&phone, &pair.conversation).await,
        all(&tablet, &pair.conversation).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_mail_had_to_be_dropped_says_so_and_gets_it_from_another() {
    let pair = &Pair::talking().await;
    let mut tablet = Person::login(&pair.server.address, "alice").await;
    wait_state(&tablet, "complete").await;
    tablet.quit().await;
    let id = pair.bob.send(&pair.conversation, "while it was away").await;
    pair.alice.wait_message(&id, "it", |_| true).await;
    pair.bob.wait_all_delivered(&pair.conversation).await;
    // The server keeps no mail for ever: that of the tablet, which came last, is given up.
    let database = rusqlite::Connection::open(pair.server.data().join("server.sqlite3"))
        .expect("the database");
    database
        .busy_timeout(std::time::Duration::from_secs(10))
        .expect("a database that waits");
    database
        .execute_batch(
            "BEGIN IMMEDIATE;
             DELETE FROM pointer WHERE device_no = (SELECT max(device_no) FROM device);
             UPDATE device SET mailbox_expired = 1 WHERE device_no = (SELECT max(device_no) FROM device);
             COMMIT;",
        )
        .expect("a mailbox can be given up");
    tablet.start().await;
    tablet.wait_message(&id, "what was lost", |_| true).await;
    wait_state(&tablet, "complete").await;
    let lines = tablet.messages(&pair.conversation).await;
    let gap = lines
        .iter()
        .filter(|one| one["system"]["word"] == "history.gap" || one["text"] == "history.gap");
    assert_eq!(gap.count(), 1, "it says so");
    assert_eq!(
        tablet
            .texts(&pair.conversation)
            .await
            .iter()
            .filter(|text| *text == "while it was away")
            .count(),
        1
    );
    let answer = tablet.send(&pair.conversation, "here again").await;
    pair.bob.wait_message(&answer, "the answer", |_| true).await;
}
