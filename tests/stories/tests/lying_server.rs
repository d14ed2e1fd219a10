//! A server that lies: each lie is refused, shown to the person, and holds what they write until they decide;
//! everything else goes on.
//!
//! The lies are told by the proxy between the real server and one person, or written into the real server's
//! database.

use std::sync::{Arc, Mutex};

use pipit_domain::{AccountId, Timestamp};
use pipit_ledger::{Action, Entry, Ledger, SecretKey};
use pipit_wire::v1::LedgerSlice;
use pipit_wire::v1::server_frame::Body;
use rusqlite::Connection;
use serde_json::{Value, json};
use story_tests::{Pair, Person, Server, profile, until};

fn chat(conversation: &str) -> Value {
    json!({ "conversationId": conversation })
}

async fn get(device: &Person, conversation: &str) -> Value {
    device.ask("conversation.get", chat(conversation)).await
}

/// Waits for an alarm of this kind in a conversation, and for the word of it that every screen hears.
async fn wait_alarm(device: &Person, conversation: &str, kind: &str) -> Value {
    let alarm = until(&format!("an alarm about {kind}"), async || {
        let view = device
            .call("conversation.get", chat(conversation))
            .await
            .ok()?;
        (view["alarm"]["kind"] == kind).then(|| view["alarm"].clone())
    })
    .await;
    device
        .event("word of the alarm", |events| {
            let is_told = |event: &Value| event["type"] == "alarm" && event["alarm"] == alarm;
            events.iter().any(is_told).then_some(())
        })
        .await;
    alarm
}

async fn state(device: &Person, message: &str) -> Value {
    let view = device
        .ask("message.get", json!({ "messageId": message }))
        .await;
    view["state"].clone()
}

/// What alice writes waits, while elsewhere it leaves.
async fn writes_and_waits(alice: &Person, conversation: &str, text: &str) -> String {
    let waiting = alice.send(conversation, text).await;
    let elsewhere = alice.open_account(&alice.account.id).await;
    let note = alice.send(&elsewhere, "a note").await;
    alice.wait_state(&elsewhere, &note, "accepted").await;
    assert_eq!(state(alice, &waiting).await, "queued");
    waiting
}

fn database(server: &Server) -> Connection {
    Connection::open(server.data().join("server.sqlite3")).expect("the server's database")
}

fn account(person: &Person) -> AccountId {
    person.account.id.parse().expect("an account id")
}

/// The lie that changes what the server says of one account's ledger.
fn ledger_lie(
    account: AccountId,
    mut change: impl FnMut(&mut LedgerSlice) + Send + 'static,
) -> impl FnMut(&mut Body) + Send + 'static {
    move |body| {
        if let Body::Ledgers(answer) = body {
            answer
                .ledgers
                .iter_mut()
                .filter(|slice| slice.account_id == account.as_bytes())
                .for_each(&mut change);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ghost_device_is_refused_and_shown() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    // For alice, bob's ledger has no second device: to her, his tablet is one that somebody else put there.
    pair.alice_line
        .lie(ledger_lie(account(bob), |slice| slice.entries.truncate(1)));
    let tablet = pair.second_device().await;
    let alarm = wait_alarm(alice, place, "device").await;
    assert_eq!(alarm["accountId"], bob.account.id.as_str());
    let waiting = writes_and_waits(alice, place, "for bob alone").await;

    bob.send(place, "among us").await;
    tablet.wait_last(place, "among us").await;
    // The person looks again, and the device is there still: nothing leaves.
    alice.ask("security.settle", chat(place)).await;
    wait_alarm(alice, place, "device").await;
    assert_eq!(state(alice, &waiting).await, "queued");

    pair.alice_line.be_honest();
    alice.ask("security.settle", chat(place)).await;
    for device in [bob, &tablet] {
        device.wait_text(place, "for bob alone").await;
    }
    assert!(get(alice, place).await.get("alarm").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_is_hidden_is_shown() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    let tablet = pair.second_device().await;
    tablet.send(place, "from the tablet").await;
    alice.wait_text(place, "from the tablet").await;
    let is_revocation = |entry: &Vec<u8>| {
        let entry = Entry::decode(entry).expect("an entry");
        matches!(entry.action, Action::Revoke { .. })
    };
    pair.alice_line.lie(ledger_lie(account(bob), move |slice| {
        slice.entries.retain(|entry| !is_revocation(entry));
    }));
    let lost = tablet.ask("account.status", json!({})).await["deviceId"].clone();
    bob.ask("device.revoke", json!({ "deviceId": lost })).await;
    let alarm = wait_alarm(alice, place, "device").await;
    assert_eq!(alarm["accountId"], bob.account.id.as_str());
    writes_and_waits(alice, place, "not for a lost tablet").await;

    pair.alice_line.be_honest();
    alice.ask("security.settle", chat(place)).await;
    bob.wait_text(place, "not for a lost tablet").await;
    let safety = alice
        .ask(
            "security.safetyNumber",
            json!({ "accountId": bob.account.id }),
        )
        .await;
    assert_eq!(safety["devices"].as_array().expect("a list").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_package_of_somebody_else_is_refused_and_shown() {
    let pair = &Pair::meet().await;
    let (alice, place) = (&pair.alice, &pair.conversation);
    let mallory = Person::register(&pair.server.address, "mallory").await;
    mallory.connection("online").await;
    // Alice knows her: her device is in force, in a ledger that is not bob's.
    let find = json!({ "username": "mallory" });
    alice.ask("contact.find", find).await;
    let database = database(&pair.server);
    let device_of = |username: &str| -> i64 {
        let sql =
            "SELECT device_no FROM device JOIN account USING (account_no) WHERE username = ?1";
        database
            .query_row(sql, [username], |row| row.get(0))
            .expect("a device")
    };
    let (his, hers) = (device_of("bob"), device_of("mallory"));
    database
        .execute("DELETE FROM key_package WHERE device_no = ?1", [his])
        .and_then(|_| {
            let sql = "UPDATE key_package SET device_no = ?1 WHERE device_no = ?2";
            database.execute(sql, [his, hers])
        })
        .expect("key packages can be moved");
    let waiting = alice.send(place, "for bob alone").await;
    let alarm = wait_alarm(alice, place, "device").await;
    assert_eq!(alarm["accountId"], mallory.account.id.as_str());
    assert_eq!(state(alice, &waiting).await, "queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_username_that_leads_elsewhere_is_shown_before_anything_is_sent() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    let mallory = Person::register(&pair.server.address, "mallory").await;
    mallory.connection("online").await;
    let verify = json!({ "accountId": bob.account.id, "isVerified": true });
    alice.ask("security.verify", verify).await;
    database(&pair.server)
        .execute_batch(
            "UPDATE account SET username = 'robert' WHERE username = 'bob';
             UPDATE account SET username = 'bob' WHERE username = 'mallory';",
        )
        .expect("names can be changed");

    let found = alice
        .ask("contact.find", json!({ "username": "bob" }))
        .await;
    assert_eq!(found["accountId"], mallory.account.id.as_str());
    assert!(found.get("isVerified").is_none());
    let other = alice.open_account(&mallory.account.id).await;
    let alarm = wait_alarm(alice, &other, "name").await;
    assert_eq!(alarm["accountBefore"], bob.account.id.as_str());
    writes_and_waits(alice, &other, "are you bob?").await;
    // The conversation with the real one is what it was.
    assert!(get(alice, place).await.get("alarm").is_none());
    alice.send(place, "still you").await;
    bob.wait_last(place, "still you").await;

    alice.ask("security.settle", chat(&other)).await;
    mallory.wait_text(&other, "are you bob?").await;
    // What was decided about a name stands.
    alice
        .ask("contact.find", json!({ "username": "bob" }))
        .await;
    assert!(get(alice, &other).await.get("alarm").is_none());
}

/// Another second entry for bob's ledger, as whoever has his first device's key could make it.
fn forked(bob: &Person) -> Vec<u8> {
    let history = profile::history(&bob.profile());
    let seed: [u8; 32] = history
        .query_row("SELECT device_seed FROM account", [], |row| row.get(0))
        .expect("his key");
    let first: Vec<u8> = history
        .query_row(
            "SELECT entry FROM ledger_entry JOIN account USING (account_id) WHERE sequence = 0",
            [],
            |row| row.get(0),
        )
        .expect("his first entry");
    let mut ledger = Ledger::decode(account(bob), &[first]).expect("his ledger");
    let ghost = SecretKey::from_seed(&[7; 32]);
    let entry = ledger
        .add_device(
            &SecretKey::from_seed(&seed),
            &ghost,
            Timestamp::from_millis(1),
        )
        .expect("he may");
    assert_eq!(ledger.entries().len(), 2);
    entry.encode()
}

#[tokio::test(flavor = "multi_thread")]
async fn shortened_replayed_and_forked_ledgers_are_refused_and_shown() {
    let pair = &Pair::talking().await;
    let (alice, bob, place) = (&pair.alice, &pair.bob, &pair.conversation);
    pair.second_device().await;
    until("bob's second device to be known to alice", async || {
        let safety = alice
            .ask(
                "security.safetyNumber",
                json!({ "accountId": bob.account.id }),
            )
            .await;
        (safety["devices"].as_array()?.len() == 2).then_some(())
    })
    .await;
    let fork = forked(bob);
    let first = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&first);
    let replay = move |slice: &mut LedgerSlice| {
        let entry = Entry::decode(&slice.entries[0]).expect("an entry");
        assert_eq!(entry.sequence, 1, "the last that she knows");
        kept.lock().expect("no panic").push(entry);
        slice.entries.push(slice.entries[0].clone());
    };
    type Change = Box<dyn FnMut(&mut LedgerSlice) + Send>;
    let lies: [(&str, Change); 3] = [
        ("shortened", Box::new(|slice| slice.entries.clear())),
        ("replayed", Box::new(replay)),
        (
            "forked",
            Box::new(move |slice| slice.entries = vec![fork.clone()]),
        ),
    ];
    for (what, lie) in lies {
        pair.alice_line.lie(ledger_lie(account(bob), lie));
        let refused = alice
            .refused("contact.find", json!({ "username": "bob" }))
            .await;
        assert_eq!(refused.code, "LEDGER_MISMATCH", "{what}");
        let alarm = wait_alarm(alice, place, "keys").await;
        assert_eq!(alarm["accountId"], bob.account.id.as_str());
        writes_and_waits(alice, place, what).await;
        alice.ask("security.settle", chat(place)).await;
        bob.wait_last(place, what).await;
    }
    assert_eq!(first.lock().expect("no panic").len(), 1);
    pair.alice_line.be_honest();
    alice
        .ask("contact.find", json!({ "username": "bob" }))
        .await;
    assert!(get(alice, place).await.get("alarm").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_was_turned_back_is_not_joined() {
    let mut pair = Pair::talking().await;
    let place = pair.conversation.clone();
    let database = database(&pair.server);
    let stale: Vec<(i64, u64, Vec<u8>, Vec<u8>)> = database
        .prepare(
            "SELECT conversation_no, epoch, group_info, group_state
             FROM conversation JOIN conversation_group USING (conversation_no)",
        )
        .and_then(|mut sql| {
            sql.query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect()
        })
        .expect("the conversation");
    for name in ["the tablet", "the desk"] {
        let device = pair.second_device().await;
        device.send(&place, name).await;
        pair.alice.wait_text(&place, name).await;
        pair.bob.wait_text(&place, name).await;
    }
    pair.alice.quit().await;
    for (conversation, epoch, group_info, group_state) in stale {
        database
            .execute(
                "UPDATE conversation SET epoch = ?2 WHERE conversation_no = ?1",
                (conversation, epoch),
            )
            .and_then(|_| {
                database.execute(
                    "UPDATE conversation_group SET group_info = ?2, group_state = ?3 WHERE conversation_no = ?1",
                    (conversation, group_info, group_state),
                )
            })
            .expect("the conversation can be turned back");
    }
    // Her mail is said to be lost, so that she comes in anew.
    database
        .execute("UPDATE device SET mailbox_expired = 1", [])
        .expect("mailboxes can be given up");
    pair.alice.start().await;
    wait_alarm(&pair.alice, &place, "change").await;
    writes_and_waits(&pair.alice, &place, "not into the past").await;
}
