//! Safety numbers: both see the same, what is scanned is compared, and all own devices know who was verified.

use serde_json::{Value, json};
use story_tests::{Pair, Person, Three, until};

fn of(person: &Person) -> Value {
    json!({ "accountId": person.account.id })
}

async fn safety(who: &Person, of_whom: &Person) -> Value {
    who.ask("security.safetyNumber", of(of_whom)).await
}

async fn compare(who: &Person, of_whom: &Person, entered: &str) -> String {
    let params = json!({ "accountId": of_whom.account.id, "entered": entered });
    let answer = who.ask("security.compare", params).await;
    answer["result"].as_str().expect("a word").to_owned()
}

async fn verify(who: &Person, of_whom: &Person, is_verified: bool) -> Value {
    let params = json!({ "accountId": of_whom.account.id, "isVerified": is_verified });
    who.ask("security.verify", params).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_compare_and_their_devices_know_it() {
    let pair = &Pair::talking().await;
    let (alice, bob) = (&pair.alice, &pair.bob);
    let (hers, his) = (safety(alice, bob).await, safety(bob, alice).await);
    assert_eq!(hers["digits"], his["digits"]);
    assert_eq!(hers["digits"].as_array().expect("groups").len(), 12);
    assert_eq!(hers["isVerified"], false);
    assert_eq!(hers["devices"].as_array().expect("devices").len(), 1);
    assert_eq!(hers["devices"][0]["signer"], "itself");

    let scanned = his["qr"].as_str().expect("text");
    assert_eq!(compare(alice, bob, scanned).await, "same");
    let own = hers["qr"].as_str().expect("text");
    assert_ne!(compare(alice, bob, own).await, "same", "her own code");
    assert_eq!(compare(alice, bob, "12345").await, "unreadable");

    assert_eq!(verify(alice, bob, true).await["isVerified"], true);
    let view = alice
        .ask(
            "conversation.get",
            json!({ "conversationId": pair.conversation }),
        )
        .await;
    assert_eq!(view["peer"]["isVerified"], true);
    let laptop = Person::login(&pair.alice_line.address, "alice").await;
    until("the mark on alice's new device", async || {
        let contact = laptop.call("contact.get", of(bob)).await.ok()?;
        (contact["isVerified"] == true).then_some(())
    })
    .await;
    verify(&laptop, bob, false).await;
    until("the mark to go from alice's first device", async || {
        let contact = alice.ask("contact.get", of(bob)).await;
        contact.get("isVerified").is_none().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_changes_no_number_and_is_one_quiet_line() {
    let pair = &Pair::talking().await;
    let (alice, bob) = (&pair.alice, &pair.bob);
    let before = safety(alice, bob).await;
    let tablet = pair.second_device().await;
    let line = until("the line of bob's new device", async || {
        let messages = alice.rows(&pair.conversation).await;
        let is_line = |message: &&Value| message["system"]["word"] == "device.added";
        messages.iter().find(is_line).cloned()
    })
    .await;
    assert_eq!(
        line["system"]["actor"]["accountId"],
        bob.account.id.as_str()
    );
    assert_eq!(
        line["system"]["value"], "recovery",
        "the password let it in"
    );
    let after = safety(alice, bob).await;
    assert_eq!(before["digits"], after["digits"]);
    assert_eq!(after["devices"].as_array().expect("devices").len(), 2);
    assert_eq!(after["devices"][1]["signer"], "recoveryKey");
    let view = alice
        .ask(
            "conversation.get",
            json!({ "conversationId": pair.conversation }),
        )
        .await;
    assert_eq!(view["unread"], 1, "the line is not unread; {view}");
    assert!(view.get("alarm").is_none());
    tablet.send(&pair.conversation, "from the tablet").await;
    until("the tablet's message", async || {
        let texts = alice.texts(&pair.conversation).await;
        texts
            .iter()
            .any(|text| text == "from the tablet")
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_a_group_are_verified_too() {
    let three = &Three::meet().await;
    let group = three.group("walkers").await;
    let [alice, bob, carol] = &three.people;
    verify(alice, carol, true).await;
    let members = alice
        .ask("conversation.members", json!({ "conversationId": group }))
        .await;
    for member in members.as_array().expect("a list") {
        let is_carol = member["accountId"] == carol.account.id.as_str();
        assert_eq!(member["isVerified"] == true, is_carol, "{member}");
    }
    let number = safety(bob, carol).await;
    assert_eq!(number["digits"], safety(carol, bob).await["digits"]);
    let own = alice.refused("security.safetyNumber", of(alice)).await;
    assert_eq!(own.code, "UNKNOWN_ACCOUNT");
}
