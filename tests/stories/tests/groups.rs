//! Groups: three people with two devices each make one, change it, leave and come back.

use serde_json::{Value, json};
use story_tests::groups::{lines, said, wait_group, wait_line, wait_members};
use story_tests::{Person, Server, Three, all_talk, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_named_and_talked_in_by_all_devices() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, carols) = (alice.find("bob").await, alice.find("carol").await);
    let id = alice.create_group("Walkers", &[&bobs, &carols]).await;
    for device in all.devices() {
        wait_group(device, &id, "the name", |view| view["name"] == "Walkers").await;
        wait_members(device, &id, 3).await;
    }
    // Who made it is told when the others are in.
    let has_all = |event: &Value| event["conversation"]["group"]["memberCount"] == 3;
    alice
        .event("three members", |all| {
            all.iter().find(|one| has_all(one)).map(drop)
        })
        .await;
    let link = alice
        .ask("invite.get", json!({ "conversationId": id }))
        .await;
    assert_eq!(link, json!({}), "none was made");
    all_talk(&all.devices(), &id, "hello").await;
    wait_line(bob, &id, "group.added", "bob").await;
    assert_eq!(lines(alice, &id).await[0].0, "group.created");

    // Bob may neither rename nor remove; Carol may once she is an admin.
    let rename = |name: &str| json!({ "conversationId": id, "name": name });
    let refused = bob.refused("conversation.rename", rename("Bob's")).await;
    assert_eq!(refused.code, "NOT_ALLOWED");
    let role = json!({ "conversationId": id, "accountId": carols, "role": "admin" });
    alice.ask("conversation.setRole", role).await;
    wait_line(&all.others[2], &id, "group.role", "carol").await;
    wait_group(carol, &id, "her role", |view| {
        view["group"]["ownRole"] == "admin"
    })
    .await;
    carol.ask("conversation.rename", rename("Runners")).await;
    for device in all.devices() {
        wait_group(device, &id, "the new name", |view| {
            view["name"] == "Runners"
        })
        .await;
    }
    wait_line(bob, &id, "group.named", "carol").await;

    let gone = json!({ "conversationId": id, "accountId": bobs });
    carol.ask("conversation.remove", gone).await;
    for device in [bob, &all.others[1]] {
        wait_group(device, &id, "being out", |view| {
            view["group"]["isMember"] == false && view["canSend"] == false
        })
        .await;
    }
    let send = json!({ "conversationId": id, "text": "still here?" });
    assert_eq!(bob.refused("message.send", send).await.code, "NOT_ALLOWED");
    let left = [alice, carol, &all.others[0], &all.others[2]];
    all_talk(&left, &id, "without bob").await;
    let texts = said(bob, &id).await;
    assert!(!texts.iter().any(|text| text.starts_with("without bob")));

    // He comes back, and reads what is said from then on.
    let back = json!({ "conversationId": id, "members": [bobs] });
    alice.ask("conversation.add", back).await;
    for device in [bob, &all.others[1]] {
        wait_group(device, &id, "being back", |view| {
            view["group"]["isMember"] == true && view["name"] == "Runners"
        })
        .await;
    }
    all_talk(&all.devices(), &id, "again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_leaves_and_another_owns_the_group() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, carols) = (alice.find("bob").await, alice.find("carol").await);
    let id = alice.create_group("Walkers", &[&bobs, &carols]).await;
    for device in all.devices() {
        wait_members(device, &id, 3).await;
        wait_group(device, &id, "the name", |view| view["name"] == "Walkers").await;
    }
    alice
        .ask("conversation.leave", json!({ "conversationId": id }))
        .await;
    wait_group(alice, &id, "being out", |view| {
        view["group"]["isMember"] == false
    })
    .await;
    wait_group(&all.others[0], &id, "the tablet being out", |view| {
        view["group"]["isMember"] == false
    })
    .await;
    for device in [bob, carol, &all.others[1], &all.others[2]] {
        wait_line(device, &id, "group.left", "alice").await;
        wait_members(device, &id, 2).await;
    }
    let mut owners = 0;
    for device in [bob, carol] {
        let view = device
            .ask("conversation.get", json!({ "conversationId": id }))
            .await;
        owners += usize::from(view["group"]["ownRole"] == "owner");
    }
    assert_eq!(owners, 1);
    all_talk(
        &[bob, carol, &all.others[1], &all.others[2]],
        &id,
        "without alice",
    )
    .await;
    assert!(
        !said(alice, &id)
            .await
            .iter()
            .any(|text| text.starts_with("without"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_and_comes_back_is_in_on_all_devices() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, carols) = (alice.find("bob").await, alice.find("carol").await);
    let id = alice.create_group("Walkers", &[&bobs, &carols]).await;
    for device in all.devices() {
        wait_members(device, &id, 3).await;
    }
    let here = json!({ "conversationId": id });
    carol.ask("conversation.leave", here).await;
    let tablet = &all.others[2];
    for device in [carol, tablet] {
        wait_group(device, &id, "being out", |view| {
            view["group"]["isMember"] == false
        })
        .await;
    }
    wait_members(bob, &id, 2).await;
    let back = json!({ "conversationId": id, "members": [carols] });
    alice.ask("conversation.add", back).await;
    for device in [carol, tablet] {
        wait_group(device, &id, "being back", |view| {
            view["group"]["isMember"] == true
        })
        .await;
    }
    for device in all.devices() {
        wait_members(device, &id, 3).await;
    }
    all_talk(&all.devices(), &id, "again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_group_is_filled_after_it_is_made() {
    // More than a group starts with, and a tree that does not come with the Welcomes.
    const PEOPLE: usize = 13;
    let server = Server::start().await;
    let at = &server.address;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(Person::register(at, &format!("walker{number}")).await);
    }
    let mut accounts = Vec::new();
    for person in &people[1..] {
        accounts.push(person.account.id.clone());
    }
    let members: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let id = people[0].create_group("Many walkers", &members).await;
    for person in &people {
        wait_members(person, &id, PEOPLE).await;
        wait_group(person, &id, "the name", |view| {
            view["name"] == "Many walkers" && view["group"]["memberCount"] == PEOPLE
        })
        .await;
    }
    let devices: Vec<&Person> = people.iter().collect();
    all_talk(&devices[..3], &id, "first").await;
    people[PEOPLE - 1].send(&id, "from the last").await;
    for person in &people {
        until("the last one's message", async || {
            let texts = said(person, &id).await;
            texts.contains(&"from the last".to_owned()).then_some(())
        })
        .await;
    }
    let tablet = Person::login(at, "walker5").await;
    wait_group(&tablet, &id, "the name on a new device", |view| {
        view["name"] == "Many walkers"
    })
    .await;
    all_talk(&[&tablet, &people[0]], &id, "tablet").await;
}
