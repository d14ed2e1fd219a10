//! Groups: three people with two devices each make one, change it at once, leave, come by a link.

use serde_json::{Value, json};
use story_tests::{Person, Proxy, RequestVerdict, Server, Three, until};

/// A person's account, as somebody else finds it.
async fn account(finder: &Person, name: &str) -> String {
    let found = finder
        .ask("contact.find", json!({ "username": name }))
        .await;
    found["accountId"].as_str().unwrap().to_owned()
}

async fn own_account(person: &Person) -> String {
    let status = person.ask("account.status", json!({})).await;
    status["accountId"].as_str().unwrap().to_owned()
}

async fn create(maker: &Person, name: &str, members: &[&str]) -> String {
    let params = json!({ "name": name, "members": members });
    let made = maker.ask("conversation.create", params).await;
    made["conversationId"].as_str().unwrap().to_owned()
}

/// Waits until a device shows a group that satisfies `is_right`.
async fn wait_group(device: &Person, id: &str, what: &str, is_right: impl Fn(&Value) -> bool) {
    until(what, async || {
        let params = json!({ "conversationId": id });
        let view = device.call("conversation.get", params).await.ok()?;
        is_right(&view).then_some(())
    })
    .await;
}

async fn wait_members(device: &Person, id: &str, count: usize) {
    until(&format!("{count} members"), async || {
        let params = json!({ "conversationId": id });
        let members = device.call("conversation.members", params).await.ok()?;
        (members.as_array()?.len() == count).then_some(())
    })
    .await;
}

/// What people wrote in a group, as a device shows it.
async fn said(device: &Person, id: &str) -> Vec<String> {
    let messages = device.messages(id).await;
    let texts = messages.iter().filter(|message| message["kind"] == "text");
    texts
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect()
}

/// The words of the lines in a group, with whom they are about.
async fn lines(device: &Person, id: &str) -> Vec<(String, String)> {
    let messages = device.messages(id).await;
    messages
        .iter()
        .filter(|message| message["kind"] == "system")
        .map(|message| {
            let system = &message["system"];
            let who = ["target", "actor"]
                .iter()
                .find_map(|field| system[field]["name"].as_str())
                .unwrap_or_default();
            (system["word"].as_str().unwrap().to_owned(), who.to_owned())
        })
        .collect()
}

async fn wait_line(device: &Person, id: &str, word: &str, who: &str) {
    until(&format!("{word} of {who}"), async || {
        let lines = lines(device, id).await;
        let is_it = |line: &(String, String)| line.0 == word && line.1 == who;
        lines.iter().any(is_it).then_some(())
    })
    .await;
}

/// Everybody writes once, and everybody else reads it.
async fn all_talk(devices: &[&Person], id: &str, word: &str) {
    for (number, device) in devices.iter().enumerate() {
        let text = format!("{word} {number}");
        device.send(id, &text).await;
        for reader in devices {
            until(&format!("{text:?} everywhere"), async || {
                let texts = said(reader, id).await;
                texts.contains(&text).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_named_and_talked_in_by_all_devices() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, carols) = (account(alice, "bob").await, account(alice, "carol").await);
    let id = create(alice, "Walkers", &[&bobs, &carols]).await;
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
async fn changes_at_the_same_moment_settle_without_an_error() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, carols) = (account(alice, "bob").await, account(alice, "carol").await);
    let id = create(alice, "Walkers", &[&bobs, &carols]).await;
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
    let doras = own_account(&dora).await;
    let add = json!({ "conversationId": id, "members": [doras] });
    let erik = Person::register(&all.server.address, "erik").await;
    let eriks = own_account(&erik).await;
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
async fn the_owner_leaves_and_another_owns_the_group() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let (bobs, carols) = (account(alice, "bob").await, account(alice, "carol").await);
    let id = create(alice, "Walkers", &[&bobs, &carols]).await;
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
    let (bobs, carols) = (account(alice, "bob").await, account(alice, "carol").await);
    let id = create(alice, "Walkers", &[&bobs, &carols]).await;
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
async fn a_change_whose_answer_is_lost_goes_on_by_the_same_connection() {
    let server = Server::start().await;
    let line = Proxy::start(&server.address).await;
    let (alice, bob) = tokio::join!(
        Person::register(&line.address, "alice"),
        Person::register(&server.address, "bob"),
    );
    let bobs = account(&alice, "bob").await;
    let id = create(&alice, "Walkers", &[&bobs]).await;
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
    let (bobs, carols) = (account(&alice, "bob").await, account(&alice, "carol").await);
    line.close();
    alice.connection("offline").await;
    let id = create(&alice, "Walkers", &[&bobs, &carols]).await;
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
async fn by_a_link_people_come_and_see_what_was_said() {
    let all = Three::meet().await;
    let [alice, bob, carol] = &all.people;
    let bobs = account(alice, "bob").await;
    let id = create(alice, "Walkers", &[&bobs]).await;
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
    let carols = account(alice, "carol").await;
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
    let bobs = account(alice, "bob").await;
    let id = create(alice, "Walkers", &[&bobs]).await;
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
async fn a_change_survives_a_kill() {
    let mut all = Three::meet().await;
    let bobs = account(&all.people[0], "bob").await;
    let carols = account(&all.people[0], "carol").await;
    let id = create(&all.people[0], "Walkers", &[&bobs]).await;
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
        accounts.push(own_account(person).await);
    }
    let members: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let id = create(&people[0], "Many walkers", &members).await;
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
