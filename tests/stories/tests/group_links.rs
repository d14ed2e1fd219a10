//! Links by which people come into a group.

use serde_json::json;
use story_tests::groups::{said, wait_group, wait_line, wait_members};
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
