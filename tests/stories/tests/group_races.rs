//! Changes of a group that meet others, a lost answer, no line, or a crash.

use pipit_wire::v1::client_frame::Body;
use serde_json::json;
use story_tests::groups::{said, wait_group, wait_members};
use story_tests::{
    Frame, Pair, Person, Proxy, RequestVerdict, Server, Three, Verdict, all_talk, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_the_same_moment_settle_without_an_error() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, carols) = (alice.find("bob").await, alice.find("carol").await);
    let id = alice.create_group("Walkers", &[&bobs, &carols]).await;
    for device in all.devices() {
        wait_members(device, &id, 3).await;
        wait_group(device, &id, "the name", |view| view["name"] == "Walkers").await;
    }
    let permissions = json!({ "conversationId": id, "add": "everyone", "editInfo": "everyone" });
    alice.ask("conversation.setPermissions", permissions).await;
    for device in all.devices() {
        wait_group(device, &id, "the permissions", |view| {
            view["group"]["permissions"]["editInfo"] == "everyone"
        })
        .await;
    }
    let about = |text: &str| json!({ "conversationId": id, "about": text });
    let dora = Person::register(&all.server.address, "dora").await;
    let doras = dora.account.id.clone();
    let add = json!({ "conversationId": id, "members": [doras] });
    let erik = Person::register(&all.server.address, "erik").await;
    let eriks = erik.account.id.clone();
    let add_erik = json!({ "conversationId": id, "members": [eriks] });
    let share = json!({ "conversationId": id, "sharesHistory": 10 });
    tokio::join!(
        carol.ask("conversation.add", add),
        bob.ask("conversation.add", add_erik),
        alice.ask("conversation.setPermissions", share),
    );
    tokio::join!(
        carol.ask("conversation.setAbout", about("by carol")),
        bob.ask("conversation.setAbout", about("by bob")),
    );
    let mut devices = all.devices();
    devices.extend([&dora, &erik]);
    for device in &devices {
        wait_members(device, &id, 5).await;
    }
    all_talk(&devices, &id, "settled").await;
    let view = alice
        .ask("conversation.get", json!({ "conversationId": id }))
        .await;
    let about = view["about"].clone();
    for device in &devices {
        wait_group(device, &id, "one description", |seen| {
            seen["about"] == about
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_is_lost_goes_on_by_the_same_connection() {
    let server = Server::start().await;
    let line = Proxy::start(&server.address).await;
    let (alice, bob) = tokio::join!(
        Person::register(&line.address, "alice"),
        Person::register(&server.address, "bob"),
    );
    let bobs = alice.find("bob").await;
    let id = alice.create_group("Walkers", &[&bobs]).await;
    wait_group(&bob, &id, "the name", |view| view["name"] == "Walkers").await;
    let connections = line.connections();
    let mut answers_to_lose = 1;
    line.request_rule(move |request| match answers_to_lose {
        1 if request.starts_with("POST /v1/conversations/commit ") => {
            answers_to_lose = 0;
            RequestVerdict::LoseAnswer
        }
        _ => RequestVerdict::Pass,
    });
    let rename = json!({ "conversationId": id, "name": "Runners" });
    let refused = alice.refused("conversation.rename", rename).await;
    assert_eq!(refused.code, "UNREACHABLE");
    for device in [&alice, &bob] {
        wait_group(device, &id, "the new name", |view| {
            view["name"] == "Runners"
        })
        .await;
    }
    assert_eq!(line.connections(), connections);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_written_before_the_others_are_in_is_sent_to_all_of_them() {
    let server = Server::start().await;
    let line = Proxy::start(&server.address).await;
    let (alice, bob, carol) = tokio::join!(
        Person::register(&line.address, "alice"),
        Person::register(&server.address, "bob"),
        Person::register(&server.address, "carol"),
    );
    let (bobs, carols) = (alice.find("bob").await, alice.find("carol").await);
    line.close();
    alice.connection("offline").await;
    let id = alice.create_group("Walkers", &[&bobs, &carols]).await;
    alice.send(&id, "hello").await;
    line.open();
    alice.ask("connection.retry", json!({})).await;
    for device in [&bob, &carol] {
        wait_members(device, &id, 3).await;
        until("the first text", async || {
            let texts = said(device, &id).await;
            texts.contains(&"hello".to_owned()).then_some(())
        })
        .await;
    }
    until("both to have it", async || {
        let messages = alice.messages(&id).await;
        let hello = messages.iter().find(|message| message["text"] == "hello")?;
        (hello["state"] == "delivered").then(|| assert_eq!(hello["recipientCount"], 2))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_survives_a_kill() {
    let mut all = Three::meet().await;
    let bobs = all.people[0].find("bob").await;
    let carols = all.people[0].find("carol").await;
    let id = all.people[0].create_group("Walkers", &[&bobs]).await;
    for device in [&all.people[0], &all.people[1]] {
        wait_members(device, &id, 2).await;
        wait_group(device, &id, "the name", |view| view["name"] == "Walkers").await;
    }
    for round in 0..4 {
        let add = json!({ "conversationId": id, "members": [carols] });
        {
            // Killed at whatever moment of the change that is.
            let [alice, ..] = &mut all.people;
            let change = alice.call("conversation.add", add);
            let moment = std::time::Duration::from_millis(20 * (round + 1));
            let _ = tokio::time::timeout(moment, change).await;
        }
        all.people[0].kill().await;
        all.people[0].start().await;
        all.people[0].connection("online").await;
        for device in [&all.people[0], &all.people[1]] {
            wait_members(device, &id, 3).await;
        }
        wait_group(&all.people[2], &id, "being in", |view| {
            view["group"]["isMember"] == true && view["name"] == "Walkers"
        })
        .await;
        let gone = json!({ "conversationId": id, "accountId": carols });
        all.people[0].ask("conversation.remove", gone).await;
        wait_group(&all.people[2], &id, "being out", |view| {
            view["group"]["isMember"] == false
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_whose_last_name_nobody_was_told_can_be_named_again() {
    let mut pair = Pair::talking().await;
    let bobs = pair.bob.account.id.clone();
    let group = &pair.alice.create_group("Walkers", &[&bobs]).await;
    wait_group(&pair.bob, group, "the name", |view| {
        view["name"] == "Walkers"
    })
    .await;
    let admin = json!({ "conversationId": group, "accountId": bobs, "role": "admin" });
    pair.alice.ask("conversation.setRole", admin).await;
    let chat = || json!({ "conversationId": group });
    pair.alice.ask("invite.create", chat()).await;
    wait_group(&pair.bob, group, "being an admin", |view| {
        view["group"]["ownRole"] == "admin"
    })
    .await;
    let link = until("bob to know the link", async || {
        let known = pair.bob.ask("invite.get", chat()).await;
        known["link"].is_string().then_some(known)
    })
    .await;
    // The change gets through, and what it is now called does not.
    pair.alice_line.rule(|frame| match frame {
        Frame::Up(Body::Submit(_)) => Verdict::Drop,
        _ => Verdict::Pass,
    });
    let rename = |name: &str| json!({ "conversationId": group, "name": name });
    pair.alice
        .ask("conversation.rename", rename("Hikers"))
        .await;
    until("bob to have followed the change", async || {
        let known = pair.bob.ask("invite.get", chat()).await;
        known["link"].is_null().then_some(())
    })
    .await;
    pair.alice.kill().await;
    pair.bob.ask("conversation.rename", rename("Walkers")).await;
    pair.bob
        .ask(
            "conversation.setAbout",
            json!({ "conversationId": group, "about": "on foot" }),
        )
        .await;
    // Links of before are worth nothing: that may have been what nobody was told.
    let again = pair.bob.ask("invite.create", chat()).await;
    assert_ne!(again["link"], link["link"]);
    pair.alice_line.pass();
    pair.alice.start().await;
    for device in [&pair.alice, &pair.bob] {
        wait_group(device, group, "the new words", |view| {
            view["name"] == "Walkers" && view["about"] == "on foot"
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_several_own_changes_have_overtaken_is_read() {
    let pair = Pair::talking().await;
    let (alice, bob) = (&pair.alice, &pair.bob);
    let group = &alice.create_group("Walkers", &[&bob.account.id]).await;
    wait_group(bob, group, "the name", |view| view["name"] == "Walkers").await;
    let admin = json!({ "conversationId": group, "accountId": bob.account.id, "role": "admin" });
    alice.ask("conversation.setRole", admin).await;
    wait_group(bob, group, "being an admin", |view| {
        view["group"]["ownRole"] == "admin"
    })
    .await;
    pair.bob_line.rule(|frame| match frame.is_deliver() {
        true => Verdict::Hold,
        false => Verdict::Pass,
    });
    alice.send(group, "before the changes").await;
    pair.bob_line.held(1).await;
    for name in ["Hikers", "Climbers", "Runners"] {
        let rename = json!({ "conversationId": group, "name": name });
        bob.ask("conversation.rename", rename).await;
    }
    pair.bob_line.resume();
    bob.wait_text(group, "before the changes").await;
    wait_group(alice, group, "the last name", |view| {
        view["name"] == "Runners"
    })
    .await;
}
