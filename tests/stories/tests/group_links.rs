//! Links by which people come into a group.

use serde_json::{Value, json};
use story_tests::groups::{lines, said, wait_group, wait_line, wait_members};
use story_tests::{Person, Three, all_talk, until};

#[tokio::test(flavor = "multi_thread")]
async fn by_a_link_people_come_and_see_what_was_said() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let bobs = alice.find("bob").await;
    let id = alice.create_group("Walkers", &[&bobs]).await;
    let here = json!({ "conversationId": id });
    for device in [alice, bob] {
        wait_members(device, &id, 2).await;
        wait_group(device, &id, "the name", |view| view["name"] == "Walkers").await;
    }
    let share = json!({ "conversationId": id, "sharesHistory": 2, "needsApproval": true });
    alice.ask("conversation.setPermissions", share).await;
    for text in ["one", "two", "three"] {
        bob.send(&id, text).await;
    }
    until("three messages", async || {
        (said(alice, &id).await.len() == 3).then_some(())
    })
    .await;
    let link = alice.ask("invite.create", here.clone()).await["link"].clone();
    let refused = bob.refused("invite.create", here.clone()).await;
    assert_eq!(refused.code, "NOT_ALLOWED");
    assert_eq!(
        carol
            .refused("invite.join", json!({ "link": "pipit://join/AQ" }))
            .await
            .code,
        "BAD_REQUEST"
    );
    let joined = carol.ask("invite.join", json!({ "link": link })).await;
    assert_eq!(joined["isPending"], true);
    let carols = alice.find("carol").await;
    wait_group(alice, &id, "the request", |view| {
        view["group"]["requestCount"] == 1
    })
    .await;
    let requests = alice.ask("invite.requests", here.clone()).await;
    assert_eq!(requests[0]["username"], "carol");
    let approve = json!({ "conversationId": id, "accountId": carols });
    alice.ask("invite.approve", approve).await;
    for device in [carol, &all.others[2]] {
        wait_group(device, &id, "being in", |view| {
            let is_in = view["group"]["isMember"] == true && view["name"] == "Walkers";
            // She asked to be in it.
            is_in && view["request"] != true
        })
        .await;
        until("the last two messages", async || {
            let texts = said(device, &id).await;
            (texts == ["two", "three"]).then_some(())
        })
        .await;
        wait_line(device, &id, "group.historyShared", "alice").await;
    }
    wait_line(bob, &id, "group.joined", "carol").await;
    let listed = carol.ask("conversation.list", json!({})).await;
    assert_eq!(listed.as_array().unwrap().len(), 1, "asking is no chat");

    // A revoked link opens nothing.
    alice.ask("invite.revoke", here.clone()).await;
    let dora = Person::register(&all.server.address, "dora").await;
    let look = dora.ask("invite.look", json!({ "link": link })).await;
    assert_eq!(look["inviter"], "alice", "whom she has never met");
    let joined = dora.ask("invite.join", json!({ "link": link })).await;
    assert_eq!(joined["isPending"], true);
    all_talk(&[alice, bob, carol], &id, "after").await;
    assert_eq!(alice.ask("invite.requests", here).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_who_did_not_make_the_link_lets_people_in() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let bobs = alice.find("bob").await;
    let id = alice.create_group("Walkers", &[&bobs]).await;
    wait_group(bob, &id, "the name", |view| view["name"] == "Walkers").await;
    let approval = json!({ "conversationId": id, "needsApproval": true });
    alice.ask("conversation.setPermissions", approval).await;
    let admin = json!({ "conversationId": id, "accountId": bobs, "role": "admin" });
    alice.ask("conversation.setRole", admin).await;
    wait_group(bob, &id, "being an admin", |view| {
        view["group"]["ownRole"] == "admin" && view["group"]["needsApproval"] == true
    })
    .await;
    let here = json!({ "conversationId": id });
    let link = alice.ask("invite.create", here.clone()).await["link"].clone();
    carol.ask("invite.join", json!({ "link": link })).await;
    // On every device of every admin, while the maker of the link looks elsewhere.
    for device in [bob, &all.others[1]] {
        wait_group(device, &id, "the request", |view| {
            view["group"]["requestCount"] == 1
        })
        .await;
    }
    let requests = all.others[1].ask("invite.requests", here.clone()).await;
    assert_eq!(requests[0]["username"], "carol");
    let approve = json!({ "conversationId": id, "accountId": requests[0]["accountId"] });
    all.others[1].ask("invite.approve", approve).await;
    wait_group(carol, &id, "being in", |view| {
        view["group"]["isMember"] == true && view["name"] == "Walkers"
    })
    .await;
    for device in [alice, bob, &all.others[1]] {
        wait_group(device, &id, "no more request", |view| {
            view["group"]["requestCount"] == 0 && view["group"]["memberCount"] == 3
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_maker_of_the_link_is_away_another_admin_lets_people_in() {
    let mut all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, here) = (alice.find("bob").await, alice.find("carol").await);
    let id = alice.create_group("Walkers", &[&bobs, &here]).await;
    for device in all.devices() {
        wait_group(device, &id, "the name", |view| view["name"] == "Walkers").await;
    }
    let here = json!({ "conversationId": id });
    let approval = json!({ "conversationId": id, "needsApproval": true });
    alice.ask("conversation.setPermissions", approval).await;
    for person in [bob, carol] {
        let admin =
            json!({ "conversationId": id, "accountId": person.account.id, "role": "admin" });
        alice.ask("conversation.setRole", admin).await;
    }
    for person in [bob, carol] {
        wait_group(person, &id, "being an admin", |view| {
            view["group"]["ownRole"] == "admin" && view["group"]["needsApproval"] == true
        })
        .await;
    }
    let link = alice.ask("invite.create", here.clone()).await["link"].clone();
    for device in [bob, carol, &all.others[1]] {
        until("the link's secret with every admin", async || {
            let own = device.ask("invite.get", here.clone()).await;
            own["link"].is_string().then_some(())
        })
        .await;
    }
    all.people[0].kill().await;
    all.others[0].kill().await;
    all.others[2].kill().await;

    // Nobody of alice's is there, and carol's second device neither.
    let at = &all.server.address;
    let (dora, erik) = tokio::join!(Person::register(at, "dora"), Person::register(at, "erik"));
    for person in [&dora, &erik] {
        let joined = person.ask("invite.join", json!({ "link": link })).await;
        assert_eq!(joined["isPending"], true);
    }
    let [_, bob, carol] = &all.people;
    let tablet = &all.others[1];
    let requests = |count: u64| move |view: &Value| view["group"]["requestCount"] == count;
    for device in [bob, carol, tablet] {
        wait_group(device, &id, "both requests", requests(2)).await;
    }
    let approve = json!({ "conversationId": id, "accountId": dora.account.id });
    tablet.ask("invite.approve", approve).await;
    wait_group(&dora, &id, "being in", |view| {
        view["group"]["isMember"] == true && view["name"] == "Walkers"
    })
    .await;
    let decline = json!({ "conversationId": id, "accountId": erik.account.id });
    carol.ask("invite.decline", decline).await;
    // And she is taken out again.
    let gone = json!({ "conversationId": id, "accountId": dora.account.id });
    bob.ask("conversation.remove", gone).await;
    wait_group(&dora, &id, "being out", |view| {
        view["group"]["isMember"] == false
    })
    .await;

    // Who was away hears of both requests only now, and brings nothing back.
    all.people[0].start().await;
    all.others[0].start().await;
    all.others[2].start().await;
    let last = all.people[1].send(&id, "all settled").await;
    all.wait_everywhere(&last, "it", |_| true).await;
    // What those had to say of it is said before what they write.
    let [alice, _, carol] = &all.people;
    let [alice_tablet, _, carol_tablet] = &all.others;
    all_talk(&[alice, alice_tablet, carol, carol_tablet], &id, "settled").await;
    for device in all.devices() {
        let settled =
            |view: &Value| view["group"]["requestCount"] == 0 && view["group"]["memberCount"] == 3;
        wait_group(device, &id, "no request and three members", settled).await;
        let requests = device.ask("invite.requests", here.clone()).await;
        assert_eq!(requests, json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_approval_several_admins_hear_of_it_and_one_adds() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let bobs = alice.find("bob").await;
    let id = alice.create_group("Walkers", &[&bobs]).await;
    for device in [alice, bob] {
        wait_group(device, &id, "the name", |view| view["name"] == "Walkers").await;
    }
    let admin = json!({ "conversationId": id, "accountId": bobs, "role": "admin" });
    alice.ask("conversation.setRole", admin).await;
    wait_group(bob, &id, "being an admin", |view| {
        view["group"]["ownRole"] == "admin"
    })
    .await;
    let here = json!({ "conversationId": id });
    let link = alice.ask("invite.create", here).await["link"].clone();
    // Alice, bob and their other devices all hear of it at the same moment.
    carol.ask("invite.join", json!({ "link": link })).await;
    for device in all.devices() {
        wait_members(device, &id, 3).await;
        wait_group(device, &id, "the name", |view| {
            view["name"] == "Walkers" && view["group"]["memberCount"] == 3
        })
        .await;
    }
    all_talk(&all.devices(), &id, "in").await;
    for device in [alice, bob, &all.others[0], &all.others[1]] {
        let joined = lines(device, &id).await;
        let count = joined
            .iter()
            .filter(|(word, who)| who == "carol" && word != "group.role");
        assert_eq!(count.count(), 1, "{joined:?}");
    }
}
