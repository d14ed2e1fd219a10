//! After an update: what was kept as made with a newer version is shown as what it is.

use pipit_domain::MessageId;
use pipit_store::StoreError;
use pipit_store::table::content_reading;
use pipit_store::table::message::{self, MessageKind};
use pipit_wire::content::{CONTENT_VERSION, Cardinality, Content, Expires, Single};
use serde_json::{Value, json};
use story_tests::{Pair, Person, profile, until};

/// Waits until nobody has a profile any more: a store closes its file after its last handle is gone.
async fn wait_closed(person: &Person) {
    until("the profile to be free", async || {
        let lock = std::fs::File::open(person.profile().join("profile.lock")).ok()?;
        lock.try_lock().ok()
    })
    .await;
}

/// Opens the history of somebody whose process has ended, and makes these messages what an older version
/// would have kept.
async fn make_older(person: &Person, kept: Vec<(String, Content)>) {
    let store = profile::store(&person.profile());
    store
        .write(move |transaction| {
            for (id, content) in kept {
                let id: MessageId = id.parse().expect("an id");
                let row = message::get(transaction, id)?.expect("the message");
                let kind = MessageKind::Newer;
                message::set_body(transaction, row.message, kind, "", Some(&content.encode()))?;
            }
            content_reading::set_version(transaction, CONTENT_VERSION - 1)
        })
        .await
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
    drop(store);
    wait_closed(person).await;
}

async fn version(person: &Person) -> u32 {
    let store = profile::store(&person.profile());
    let read = store.read(content_reading::version).await;
    read.unwrap_or_else(|error: StoreError| panic!("{error}"))
}

async fn message(device: &Person, id: &str) -> Option<Value> {
    let params = json!({ "messageId": id });
    device.call("message.get", params).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_version_made_is_shown_after_the_update() {
    let mut pair = Pair::talking().await;
    let mut sent = Vec::new();
    // More than one slice of it.
    for number in 1..=60 {
        sent.push(
            pair.alice
                .send(&pair.conversation, &format!("old {number}"))
                .await,
        );
    }
    pair.bob.wait_texts(&pair.conversation, 62).await;
    let mention = format!("[@bob](pipit:account:{})", pair.bob.account.id);
    pair.bob.kill().await;
    let mut kept: Vec<_> = sent[3..]
        .iter()
        .enumerate()
        .map(|(number, id)| {
            let salt = [u8::try_from(number).expect("few"); 16];
            (id.clone(), Content::typed(salt, &format!("new *{number}*")))
        })
        .collect();
    let target: MessageId = sent[0].parse().expect("an id");
    let mut timed = Content::typed([99; 16], &mention);
    timed.in_reply_to = Some(target);
    timed.expires = Some(Expires::AfterReading { seconds: 900 });
    kept.push((sent[1].clone(), timed));
    kept.push((sent[2].clone(), Content::reaction([98; 16], target, "🐦")));
    let mut unknown = Content::typed([97; 16], "");
    unknown.body.cardinality = Cardinality::Single(Single {
        content_type: "application/vnd.pipit.of-tomorrow".to_owned(),
        bytes: b"?".to_vec(),
    });
    kept.push((sent[59].clone(), unknown));
    make_older(&pair.bob, kept).await;
    pair.bob.start().await;

    until("the last of them", async || {
        let view = message(&pair.bob, &sent[58]).await?;
        (view["kind"] == "text" && view["text"] == "new *55*").then_some(())
    })
    .await;
    let view = message(&pair.bob, &sent[1]).await.expect("a message");
    assert_eq!(view["text"], mention.as_str());
    assert_eq!(
        (&view["mentionsMe"], &view["timer"]),
        (&json!(true), &json!(900))
    );
    assert_eq!(view["replyTo"]["text"], "old 1");
    // What turned out to be a reaction is beside its message, and no row.
    let view = message(&pair.bob, &sent[0]).await.expect("a message");
    assert_eq!(view["reactions"][0]["emoji"], "🐦");
    assert_eq!(message(&pair.bob, &sent[2]).await, None);
    let params = json!({ "conversationId": pair.conversation });
    let view = pair.bob.ask("conversation.get", params).await;
    assert_eq!(
        (&view["messageCount"], &view["mentions"]),
        (&json!(61), &json!(1))
    );
    let found = pair
        .bob
        .ask("message.search", json!({ "query": "\"new 17\"" }))
        .await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(1));
    // What even this one does not know stays kept.
    let view = message(&pair.bob, &sent[59]).await.expect("a message");
    assert_eq!(view["kind"], "newer");
    assert!(pair.bob.quit().await);
    assert_eq!(version(&pair.bob).await, CONTENT_VERSION);
}
