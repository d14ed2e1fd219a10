//! The automation interface: the command list, and how requests on one line of input are answered.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use story_tests::{Pair, Person, numbered};

/// Every command of this version. A new one is added here and in docs/protocol.md.
const COMMANDS: &[&str] = &[
    "conversation.members",
    "conversation.create",
    "conversation.add",
    "conversation.remove",
    "conversation.leave",
    "conversation.rename",
    "conversation.setAbout",
    "conversation.setPicture",
    "conversation.setRole",
    "conversation.setTimer",
    "conversation.setPermissions",
    "history.status",
    "invite.create",
    "invite.revoke",
    "invite.get",
    "invite.look",
    "invite.join",
    "invite.requests",
    "invite.approve",
    "invite.decline",
    "account.changePassword",
    "account.checkUsername",
    "account.confirmRecoveryKey",
    "account.logOut",
    "account.login",
    "account.recover",
    "account.recoveryKey",
    "account.register",
    "account.status",
    "connection.retry",
    "contact.block",
    "contact.find",
    "contact.get",
    "contact.list",
    "contact.rename",
    "contact.report",
    "conversation.archive",
    "conversation.clear",
    "conversation.get",
    "conversation.list",
    "conversation.markUnread",
    "conversation.mute",
    "conversation.open",
    "conversation.pin",
    "conversation.setDraft",
    "conversation.typing",
    "device.approve",
    "device.cancel",
    "device.link",
    "device.list",
    "device.rename",
    "device.revoke",
    "device.showCode",
    "events.subscribe",
    "message.delete",
    "message.discard",
    "message.edit",
    "message.get",
    "message.history",
    "message.list",
    "message.markRead",
    "message.react",
    "message.retry",
    "message.search",
    "message.send",
    "presence.watch",
    "profile.get",
    "profile.set",
    "request.accept",
    "request.decline",
    "security.compare",
    "security.protection",
    "security.safetyNumber",
    "security.settle",
    "security.status",
    "security.totpBegin",
    "security.totpConfirm",
    "security.totpDisable",
    "security.verify",
    "server.probe",
    "server.suggestions",
    "settings.get",
    "settings.set",
    "window.focus",
    "activity.list",
    "activity.see",
    "contact.findByLink",
    "contact.ownLink",
    "device.confirm",
    "message.info",
    "message.restore",
    "message.forward",
    "message.pin",
    "conversation.pinned",
    "poll.create",
    "poll.vote",
    "poll.close",
    "message.star",
    "message.starred",
];

/// Names that never change, of what this version can do, with their parameters.
const FIXED: &[(&str, &[&str])] = &[
    (
        "account.register",
        &["server", "username", "password", "displayName"],
    ),
    ("account.login", &["server", "username", "password", "totp"]),
    ("account.status", &[]),
    ("contact.find", &["username"]),
    ("conversation.open", &["accountId"]),
    ("conversation.list", &[]),
    ("message.send", &["conversationId", "text"]),
    ("message.list", &["conversationId", "before", "limit"]),
    ("events.subscribe", &[]),
];

#[tokio::test(flavor = "multi_thread")]
async fn discover_lists_exactly_the_commands() {
    let nobody = Person::nobody(&[]).await;
    let document = nobody.ask("rpc.discover", json!({})).await;
    assert!(document["openrpc"].is_string());
    let methods = document["methods"].as_array().expect("methods");
    let names: BTreeSet<&str> = methods
        .iter()
        .map(|method| method["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names.len(), methods.len(), "each once");
    assert_eq!(names, COMMANDS.iter().copied().collect());
    for (name, fields) in FIXED {
        let method = methods
            .iter()
            .find(|method| method["name"] == *name)
            .expect("listed");
        let params: Vec<&str> = method["params"]
            .as_array()
            .expect("parameters")
            .iter()
            .map(|param| param["name"].as_str().expect("a name"))
            .collect();
        assert!(
            fields.iter().all(|field| params.contains(field)),
            "{name}: {params:?}"
        );
        assert!(
            method["summary"]
                .as_str()
                .is_some_and(|text| text.len() > 5)
        );
        assert!(method["result"]["schema"].is_object());
    }
    // What is listed is there.
    for name in COMMANDS {
        if let Err(refusal) = nobody.call(name, json!({})).await {
            assert_ne!(refusal.code, "UNKNOWN_METHOD", "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_in_one_write_are_both_answered() {
    let nobody = Person::nobody(&[]).await;
    let request =
        |id: &str| json!({ "jsonrpc": "2.0", "id": id, "method": "account.status" }).to_string();
    let both = format!("{}\n{}\r\n", request("one"), request("two"));
    nobody.write(both.as_bytes()).await;
    let mut ids = nobody
        .line("two answers", |lines| {
            (lines.len() >= 2).then(|| {
                lines
                    .iter()
                    .map(|line| line["id"].as_str().unwrap_or("").to_owned())
                    .collect()
            })
        })
        .await;
    let ids: &mut Vec<String> = &mut ids;
    ids.sort();
    assert_eq!(*ids, ["one", "two"]);
    // One in two writes is answered as well.
    let (head, tail) = both.split_at(20);
    nobody.write(head.as_bytes()).await;
    nobody.write(tail.as_bytes()).await;
    nobody
        .line("two more", |lines| (lines.len() >= 4).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_asked_for_at_once_keep_their_order() {
    const COUNT: usize = 200;
    let Pair {
        alice,
        bob,
        conversation,
        ..
    } = &Pair::meet().await;
    let texts = numbered("n", COUNT);
    let lines: String = texts
        .iter()
        .map(|text| {
            let params = json!({ "conversationId": conversation, "text": text });
            let id = format!("id of {text}");
            let request =
                json!({ "jsonrpc": "2.0", "id": id, "method": "message.send", "params": params });
            format!("{request}\n")
        })
        .collect();
    alice.write(lines.as_bytes()).await;
    let answers: Vec<Value> = alice
        .line("all answers", |lines| {
            (lines.len() >= COUNT).then(|| lines.clone())
        })
        .await;
    assert!(
        answers
            .iter()
            .all(|answer| answer["result"]["messageId"].is_string())
    );
    assert_eq!(alice.texts(conversation).await, texts);
    assert_eq!(bob.wait_texts(conversation, COUNT).await, texts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_run_and_not_answered() {
    let Pair {
        alice,
        conversation,
        ..
    } = &Pair::meet().await;
    let params = json!({ "conversationId": conversation, "text": "no answer wanted" });
    let request = json!({ "jsonrpc": "2.0", "method": "message.send", "params": params });
    alice.write(format!("{request}\n").as_bytes()).await;
    assert_eq!(
        alice.wait_texts(conversation, 1).await,
        ["no answer wanted"]
    );
    let answers = alice.line("", |lines| Some(lines.len())).await;
    assert_eq!(answers, 0);
}
