//! Starts that fail: wrong arguments, a profile in use, a history that is newer or damaged.

use std::path::Path;

use serde_json::json;
use story_tests::{Person, Server, profile, run};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_arguments_are_explained_and_nothing_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("new");
    let data = profile.to_str().expect("text");
    for (args, word) in [
        (&["frobnicate"][..], "frobnicate"),
        (&["rpc"], "--data"),
        (&["rpc", "--data"], "--data"),
        (&["rpc", "--data", data, "--loud"], "--loud"),
        (&["history", "--data", data, "bob", "--limit", "0"], "limit"),
        (
            &["serve", "--data", data, "--listen", "nowhere"],
            "--listen",
        ),
    ] {
        let (code, out, error) = run("pipit-cli", args, "").await;
        assert_eq!((code, &out[..]), (2, ""), "{args:?}");
        assert!(
            error.contains(word) && error.contains("--help"),
            "{args:?}: {error}"
        );
    }
    let (code, help, _) = run("pipit-cli", &["--help"], "").await;
    assert!(code == 0 && help.contains("register") && help.contains("listen"));
    assert!(!profile.exists());
    let sentences = [
        (
            &["serve", "--data", data, "--listen", "0.0.0.0:0"][..],
            "",
            "this machine",
        ),
        (
            &["serve", "--data", data, "--token", "short"],
            "",
            "16 characters",
        ),
        (
            &["call", "--data", data, "account.status", "not json"],
            "",
            "JSON object",
        ),
        (&["call", "--data", data, "no.such"], "", "rpc.discover"),
        (&["send", "--data", data, "bob", "hello"], "", "account"),
        (
            &["register", "--data", data, "--server", "127.0.0.1:1", "bob"],
            "short\n",
            "12",
        ),
        (
            &["register", "--data", data, "--server", "127.0.0.1:1", "bob"],
            "long enough for one\n",
            "reached",
        ),
    ];
    for (args, input, word) in sentences {
        let (code, out, error) = run("pipit-cli", args, input).await;
        assert_eq!((code, &out[..]), (1, ""), "{args:?}: {error}");
        assert!(error.contains(word), "{args:?}: {error}");
        assert!(error.trim().lines().count() == 1, "one sentence: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_in_use_is_left_alone() {
    let alice = Person::nobody(&[]).await;
    let data = alice.profile();
    let data = data.to_str().expect("text");
    let (code, out, error) = run("pipit-cli", &["status", "--data", data], "").await;
    assert_eq!((code, &out[..]), (1, ""));
    assert!(
        error.contains("open in another window or program"),
        "{error}"
    );
    assert_eq!(
        alice.ask("account.status", json!({})).await["state"],
        "signedOut"
    );
}

/// Opening the profile must fail with these words and leave the file as it is.
async fn refuses(profile: &Path, words: &str) {
    let file = profile.join("history.sqlite");
    let before = std::fs::read(&file).expect("a history");
    let data = profile.to_str().expect("text");
    let (code, out, error) = run("pipit-cli", &["status", "--data", data], "").await;
    assert_eq!((code, &out[..]), (1, ""), "{error}");
    assert!(error.contains(words), "{error}");
    assert!(
        std::fs::read(&file).expect("a history") == before,
        "the file was touched"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_and_damaged_histories_are_refused_untouched() {
    let server = Server::start().await;
    let mut alice = Person::register(&server.address, "alice").await;
    let note = alice.open_account(&alice.account.id.clone()).await;
    alice.send(&note, "buy milk").await;
    assert!(alice.quit().await);
    let profile = alice.profile();
    let file = profile.join("history.sqlite");
    // A history that was not closed in order keeps part of itself in a second file.
    profile::history(&profile)
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .expect("it can be folded into one file");
    let good = std::fs::read(&file).expect("a history");

    let set_version = |version: i64| {
        let connection = profile::history(&profile);
        let known: i64 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .expect("a version");
        connection
            .pragma_update(None, "user_version", version)
            .expect("it can be set");
        known
    };
    let known = set_version(999);
    refuses(&profile, "newer version of Pipit").await;
    set_version(known);

    let mut bytes = good.clone();
    bytes[..100].fill(0x5a);
    std::fs::write(&file, &bytes).expect("it can be written");
    refuses(&profile, "damaged").await;
    std::fs::write(&file, &good[..good.len() / 2]).expect("it can be written");
    refuses(&profile, "damaged").await;

    // Put back, it opens again.
    std::fs::write(&file, &good).expect("it can be written");
    alice.start().await;
    assert_eq!(alice.texts(&note).await, ["buy milk"]);
}
