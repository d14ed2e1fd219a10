//! Another password.

use serde_json::json;
use story_tests::{PASSWORD, Pair, Person, Proxy, RequestVerdict, Server, code_of, enter};

const OTHER_PASSWORD: &str = "another meadow, another song";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_that_got_lost_on_the_way_adds_no_second_device() {
    let server = Server::start().await;
    let line = Proxy::start(&server.address).await;
    let alice = Person::register(&server.address, "alice").await;
    let key = alice.account.recovery_key.clone();
    let mut is_cut = false;
    line.request_rule(move |request| {
        if !is_cut && request.starts_with("POST /v1/password/finish ") {
            is_cut = true;
            return RequestVerdict::Cut;
        }
        RequestVerdict::Pass
    });
    let laptop = Person::nobody(&[]).await;
    let params = json!({
        "server": line.address, "username": "alice", "recoveryKey": key, "newPassword": OTHER_PASSWORD,
    });
    let refused = laptop.refused("account.recover", params.clone()).await;
    assert_eq!(refused.code, "UNREACHABLE");
    laptop.ask("account.recover", params).await;
    assert_eq!(line.request("POST /v1/ledger ").await, 1);
    enter(&server.address, "alice", OTHER_PASSWORD, "")
        .await
        .expect("the new password");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_leaves_devices_in_force() {
    let Pair {
        server,
        alice,
        bob,
        conversation,
        ..
    } = &Pair::talking().await;
    let at = &server.address;
    let change = |old: &str, new: &str| json!({ "oldPassword": old, "newPassword": new });
    let tablet = Person::login(at, "alice").await;
    let refused = tablet
        .refused(
            "account.changePassword",
            change("not it at all", OTHER_PASSWORD),
        )
        .await;
    assert_eq!(refused.code, "WRONG_PASSWORD");
    let refused = tablet
        .refused("account.changePassword", change(PASSWORD, "short"))
        .await;
    assert_eq!(refused.code, "PASSWORD_TOO_SHORT");
    tablet
        .ask("account.changePassword", change(PASSWORD, OTHER_PASSWORD))
        .await;

    alice.send(conversation, "still here").await;
    bob.wait_texts(conversation, 3).await;
    assert_eq!(
        code_of(enter(at, "alice", PASSWORD, "")).await,
        "WRONG_PASSWORD"
    );
    let laptop = enter(at, "alice", OTHER_PASSWORD, "")
        .await
        .expect("the new password");
    laptop.connection("online").await;
    alice
        .ask("account.changePassword", change(OTHER_PASSWORD, PASSWORD))
        .await;
    enter(at, "alice", PASSWORD, "")
        .await
        .expect("and back again");
}
