//! A lost device: its account revokes it, and from then on it neither gets nor can read anything.

use std::path::Path;

use bytes::Bytes;
use pipit_e2ee::{Crypto, Group, LeafIdentity, Opened, Provider, Roster, Standing};
use pipit_store::table::conversation;
use pipit_store::{StoreError, mls_storage};
use serde_json::json;
use story_tests::{Frame, Pair, Person, Proxy, RequestVerdict, until};

const COMMIT: &str = "POST /v1/conversations/commit";

/// Believes everybody: whoever holds a lost device asks no ledger.
struct Anybody;

impl Roster for Anybody {
    fn standing(&self, _: &LeafIdentity) -> Standing {
        Standing::InForce
    }
}

/// How many of each of these payloads the keys of a profile open, all in one conversation.
async fn opened<const N: usize>(
    profile: &Path,
    conversation: &str,
    payloads: [Vec<Bytes>; N],
) -> [usize; N] {
    let store = story_tests::profile::store(profile);
    let id = conversation.parse().expect("an id");
    store
        .read(move |connection| {
            let group = conversation::get(connection, id)?
                .and_then(|place| place.group)
                .expect("the conversation has keys");
            let crypto = Crypto::default();
            let storage = mls_storage(connection);
            let provider = Provider::new(&crypto, &storage);
            let open = |payload: &Bytes| {
                let group = Group::load(&provider, group).ok().flatten()?;
                group.open(&provider, payload, &Anybody).ok()
            };
            let is_read = |opened: &(Group, Opened)| matches!(opened.1, Opened::Application(_));
            let count =
                |payloads: Vec<Bytes>| payloads.iter().filter_map(open).filter(is_read).count();
            Ok::<_, StoreError>(payloads.map(count))
        })
        .await
        .expect("the store is read")
}

fn submitted(frames: &[Frame]) -> Vec<Bytes> {
    frames.iter().filter_map(Frame::submit).collect()
}

async fn device_of(person: &Person) -> String {
    let status = person.ask("account.status", json!({})).await;
    status["deviceId"].as_str().expect("an id").to_owned()
}

/// Waits until the devices of the account are so many in a conversation, as the server sees it.
async fn wait_leaves(pair: &Pair, conversation: &str, count: u32) {
    let database = pair.server.data().join("server.sqlite3");
    until(
        &format!("{count} devices in the conversation"),
        async || {
            let database = rusqlite::Connection::open(&database).ok()?;
            let sql = "SELECT count(*) FROM member JOIN conversation USING (conversation_no)
                   WHERE conversation_id = ?1";
            let id = (0..16).map(|at| u8::from_str_radix(&conversation[2 * at..2 * at + 2], 16));
            let id = id.collect::<Result<Vec<_>, _>>().ok()?;
            let here: u32 = database.query_row(sql, [id], |row| row.get(0)).ok()?;
            (here == count).then_some(())
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_device_gets_and_reads_nothing_any_more() {
    let pair = Pair::talking().await;
    let Pair {
        server,
        alice,
        bob,
        alice_line,
        conversation,
        ..
    } = &pair;
    let laptop_line = Proxy::start(&server.address).await;
    let mut laptop = Person::login(&laptop_line.address, "bob").await;
    let (tablet, phone) = tokio::join!(
        Person::login(&server.address, "bob"),
        Person::login(&server.address, "alice"),
    );
    wait_leaves(&pair, conversation, 5).await;
    alice.send(conversation, "to every device").await;
    laptop.wait_texts(conversation, 1).await;
    let group = json!({ "name": "Ridge walkers", "members": [bob.account.id] });
    let group = alice.ask("conversation.create", group).await;
    let group = group["conversationId"].as_str().expect("an id").to_owned();
    wait_leaves(&pair, &group, 5).await;
    let notes = bob.open_account(&bob.account.id).await;
    bob.send(&notes, "safe: 12 34 56").await;
    laptop.wait_texts(&notes, 1).await;
    let id = device_of(&laptop).await;

    // It is lost, without a connection; whoever has it can still read what is sealed for it.
    laptop_line.close();
    let before = alice_line.seen("frames", |all| Some(all.len())).await;
    alice.send(conversation, "before").await;
    tablet.wait_texts(conversation, 2).await;
    let lost = alice_line
        .seen("the message", |all| {
            let sent = submitted(&all[before..]);
            (!sent.is_empty()).then_some(sent)
        })
        .await;

    bob.ask("device.revoke", json!({ "deviceId": id })).await;
    for conversation in [conversation, &group] {
        wait_leaves(&pair, conversation, 4).await;
    }
    wait_leaves(&pair, &notes, 2).await;
    let after = alice_line.seen("frames", |all| Some(all.len())).await;
    alice.send(conversation, "after").await;
    phone.send(conversation, "from the phone").await;
    for device in [bob, &tablet] {
        until("what is written after it", async || {
            let all = device.texts(conversation).await;
            let is_new = |text: &String| text == "after" || text == "from the phone";
            (all.iter().filter(|text| is_new(text)).count() == 2).then_some(())
        })
        .await;
    }
    let closed = alice_line
        .seen("frames", |all| Some(submitted(&all[after..])))
        .await;
    assert!(!closed.is_empty());

    // Found and switched on again.
    laptop_line.open();
    until("the laptop to know", async || {
        let status = laptop.ask("account.status", json!({})).await;
        (status["state"] == "revoked").then_some(())
    })
    .await;
    let texts = laptop.texts(conversation).await;
    assert_eq!(texts.last().map(String::as_str), Some("to every device"));
    laptop.send(conversation, "is anybody there").await;
    assert_eq!(
        laptop
            .refused("device.revoke", json!({ "deviceId": id }))
            .await
            .code,
        "BAD_REQUEST"
    );

    // Even with the sealed bytes in hand it reads only what was sealed while it was in force.
    assert!(laptop.quit().await);
    let [lost, closed] = opened(&laptop.profile(), conversation, [lost, closed]).await;
    assert!(lost > 0);
    assert_eq!(closed, 0);
    assert_eq!(
        bob.refused("device.revoke", json!({ "deviceId": id }))
            .await
            .code,
        "NOT_FOUND"
    );
    let all = alice.texts(conversation).await;
    assert!(!all.contains(&"is anybody there".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sealed_for_a_revoked_device_while_its_removal_is_under_way() {
    let pair = Pair::talking().await;
    let Pair {
        server,
        alice,
        bob,
        bob_line,
        conversation,
        ..
    } = &pair;
    let mut laptop = Person::login(&server.address, "bob").await;
    wait_leaves(&pair, conversation, 3).await;
    alice.send(conversation, "to every device").await;
    laptop.wait_texts(conversation, 1).await;
    let id = device_of(&laptop).await;
    assert!(laptop.quit().await);

    bob_line.request_rule(|line| match line.starts_with(COMMIT) {
        true => RequestVerdict::Cut,
        false => RequestVerdict::Pass,
    });
    bob.ask("device.revoke", json!({ "deviceId": id })).await;
    let before = bob_line.seen("frames", |all| Some(all.len())).await;
    let message = bob.send(conversation, "written too early").await;
    bob_line.request(COMMIT).await;
    bob_line.pass();
    bob.wait_state(conversation, &message, "delivered").await;
    alice.wait_texts(conversation, 4).await;
    let sent = bob_line
        .seen("frames", |all| Some(submitted(&all[before..])))
        .await;
    assert!(!sent.is_empty());
    assert_eq!(opened(&laptop.profile(), conversation, [sent]).await, [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_ends_what_the_revoking_one_began() {
    let mut pair = Pair::talking().await;
    let laptop = Person::login(&pair.server.address, "bob").await;
    let mut tablet = Person::login(&pair.server.address, "bob").await;
    wait_leaves(&pair, &pair.conversation, 4).await;
    let id = device_of(&laptop).await;
    assert!(tablet.quit().await);

    pair.bob_line
        .request_rule(|line| match line.starts_with(COMMIT) {
            true => RequestVerdict::Cut,
            false => RequestVerdict::Pass,
        });
    pair.bob
        .ask("device.revoke", json!({ "deviceId": id }))
        .await;
    pair.bob.kill().await;
    tablet.start().await;
    wait_leaves(&pair, &pair.conversation, 3).await;
    tablet.send(&pair.conversation, "from the tablet").await;
    let all = pair.alice.wait_texts(&pair.conversation, 3).await;
    assert_eq!(all[2], "from the tablet");
}
