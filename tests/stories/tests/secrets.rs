//! What must never be in a log or on the server's disk.

use std::path::Path;

use serde_json::json;
use story_tests::profile::make_plain;
use story_tests::{PASSWORD, Pair, Person, Proxy, Server, profile};

const TEXT: &str = "the heron nests behind the old mill";
const USERNAME: &str = "quetzalcoatlus";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The seed of a device's key, as its profile keeps it.
fn seed(profile: &Path) -> Vec<u8> {
    profile::history(profile)
        .query_row("SELECT device_seed FROM account", [], |row| row.get(0))
        .expect("an account")
}

/// All files below a folder, read.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((
                path.display().to_string(),
                std::fs::read(&path).expect("a file"),
            ));
        }
    }
    all
}

/// Names of the secrets that these bytes hold, in any form that a log would show.
fn found<'a>(bytes: &[u8], secrets: &[(&'a str, Vec<u8>)]) -> Vec<&'a str> {
    let forms = |secret: &[u8]| {
        [
            secret.to_vec(),
            hex(secret).into_bytes(),
            format!("{secret:?}").into_bytes(),
        ]
    };
    secrets
        .iter()
        .filter(|(_, secret)| forms(secret).iter().any(|form| contains(bytes, form)))
        .map(|(name, _)| *name)
        .collect()
}

/// A conversation with everybody's log at its most talkative: sign-up, log-in, messages, a wrong
/// password, a line that breaks.
async fn full_conversation(server: Server) -> (Pair, Person) {
    let log = [("PIPIT_LOG", "trace")];
    let (alice_line, bob_line) =
        tokio::join!(Proxy::start(&server.address), Proxy::start(&server.address));
    let (mut alice, mut bob) = tokio::join!(Person::nobody(&log), Person::nobody(&log));
    tokio::join!(
        alice.sign_up(&alice_line.address, USERNAME),
        bob.sign_up(&bob_line.address, "bob"),
    );
    let mut tablet = Person::nobody(&log).await;
    let login = |password: &str| json!({ "server": bob_line.address, "username": "bob", "password": password });
    tablet
        .refused("account.login", login(&PASSWORD.to_uppercase()))
        .await;
    tablet.ask("account.login", login(PASSWORD)).await;
    tablet.account.username = "bob".to_owned();
    let conversation = alice.open("bob").await;
    alice.send(&conversation, TEXT).await;
    bob.wait_texts(&conversation, 1).await;
    tablet.wait_texts(&conversation, 1).await;
    bob_line.cut();
    bob.send(&conversation, TEXT).await;
    alice.wait_texts(&conversation, 2).await;
    bob.wait_all_delivered(&conversation).await;
    (
        Pair {
            server,
            alice_line,
            bob_line,
            alice,
            bob,
            conversation,
        },
        tablet,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_logs_nor_disks_hold_secrets() {
    let server = Server::start_with(&[], Some("trace")).await;
    let (mut pair, mut tablet) = full_conversation(server).await;
    let mut secrets = vec![
        ("text", TEXT.as_bytes().to_vec()),
        ("password", PASSWORD.as_bytes().to_vec()),
        ("wrong password", PASSWORD.to_uppercase().into_bytes()),
    ];
    for person in [&mut pair.alice, &mut pair.bob, &mut tablet] {
        assert!(person.quit().await);
        secrets.push(("device seed", seed(&person.profile())));
        if !person.account.recovery_key.is_empty() {
            secrets.push((
                "recovery key",
                person.account.recovery_key.clone().into_bytes(),
            ));
        }
    }
    let on_disk = secrets.clone();
    for token in pair
        .alice_line
        .tokens()
        .into_iter()
        .chain(pair.bob_line.tokens())
    {
        secrets.push(("token", token.into_bytes()));
    }
    assert!(
        secrets.iter().any(|(name, _)| *name == "token"),
        "tokens were seen"
    );
    pair.server.terminate().await;
    let log = pair.server.log();
    assert!(
        log.contains("DEBUG") || log.contains("TRACE"),
        "the log is talkative"
    );
    assert_eq!(
        found(log.as_bytes(), &secrets),
        [""; 0],
        "in the server's log"
    );
    for person in [&pair.alice, &pair.bob, &tablet] {
        let log = person.log();
        assert!(log.contains("TRACE"), "the log is talkative");
        assert_eq!(
            found(log.as_bytes(), &secrets),
            [""; 0],
            "in a client's log"
        );
    }
    for (name, bytes) in files(&pair.server.data()) {
        assert_eq!(found(&bytes, &on_disk), [""; 0], "in {name}");
    }
    for person in [&pair.alice, &pair.bob, &tablet] {
        for (name, bytes) in files(&person.profile()) {
            assert_eq!(found(&bytes, &secrets), [""; 0], "in {name}");
        }
    }
    // The search finds what is there.
    make_plain(&pair.alice.profile(), "");
    let (_, history) = files(&pair.alice.profile())
        .into_iter()
        .find(|(name, _)| name.ends_with("history.sqlite"))
        .expect("a history");
    assert!(found(&history, &secrets).contains(&"text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_s_usual_log_names_nobody() {
    let (mut pair, _tablet) = full_conversation(Server::start().await).await;
    pair.server.terminate().await;
    let log = pair.server.log();
    assert!(log.contains("ready"), "{log}");
    for name in [
        USERNAME,
        &pair.alice.account.id,
        &pair.bob.account.id,
        &pair.conversation,
    ] {
        assert!(!log.contains(name), "{log}");
    }
}
