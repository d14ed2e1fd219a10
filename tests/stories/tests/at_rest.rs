//! What lies on a lost disk: an encrypted history, made so by whichever moment the power went, and never a new one
//! over an old one.

use std::path::Path;

use serde_json::json;
use story_tests::profile::{history, is_plain, make_plain};
use story_tests::{Pair, Person, binary, numbered, run, until};
use tokio::process::Command;

const TEXT: &str = "the heron nests behind the old mill";
/// Kills in the middle of encrypting, at most.
const KILLS: usize = 12;
/// Makes a history so long that encrypting it can be met.
const FILLER: &str = "
    CREATE TABLE filler AS
        WITH RECURSIVE row (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < 6000)
        SELECT n, randomblob(4000) AS bytes FROM row";

fn holds(path: &Path, words: &str) -> bool {
    let bytes = std::fs::read(path).expect("a file");
    bytes
        .windows(words.len())
        .any(|window| window == words.as_bytes())
}

fn files_with(profile: &Path, words: &str) -> Vec<String> {
    std::fs::read_dir(profile)
        .expect("a profile")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| holds(path, words))
        .map(|path| path.display().to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_history_is_encrypted_once_whatever_ends_the_process_meanwhile() {
    let mut pair = Pair::talking().await;
    for text in numbered("before", 20) {
        pair.alice.send(&pair.conversation, &text).await;
    }
    pair.alice.send(&pair.conversation, TEXT).await;
    pair.alice.wait_all_delivered(&pair.conversation).await;
    let before = pair.alice.messages(&pair.conversation).await;
    assert!(pair.alice.quit().await);
    let profile = pair.alice.profile();
    assert_eq!(files_with(&profile, TEXT), [""; 0]);
    make_plain(&profile, FILLER);
    assert_ne!(files_with(&profile, TEXT), [""; 0]);

    let copy = profile.join("history.sqlite.new");
    for kill in 0..KILLS {
        let mut program = Command::new(binary("pipit-cli"))
            .args(["rpc", "--data"])
            .arg(&profile)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        // Later each time: as soon as so much of the copy is there, or all is done.
        let enough = u64::try_from(kill).expect("a few") * 2_500_000;
        until("the history to be encrypted a little further", async || {
            let is_begun = copy.metadata().is_ok_and(|file| file.len() >= enough);
            (is_begun || !is_plain(&profile)).then_some(())
        })
        .await;
        program.kill().await.expect("it can be killed");
    }
    pair.alice.start().await;
    assert!(!is_plain(&profile));
    assert!(!copy.exists());
    assert_eq!(pair.alice.messages(&pair.conversation).await, before);
    let filler: i64 = history(&profile)
        .query_row("SELECT count(*) FROM filler", [], |row| row.get(0))
        .expect("the filler is there as well");
    assert_eq!(filler, 6000);
    assert_eq!(files_with(&profile, TEXT), [""; 0]);
    pair.bob.send(&pair.conversation, "and after").await;
    pair.alice.wait_text(&pair.conversation, "and after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_a_history_is_neither_opened_nor_replaced() {
    let mut alice = Person::nobody(&[]).await;
    let protection = alice.ask("security.protection", json!({})).await;
    assert_eq!(protection["keyPlace"], "file");
    assert!(alice.quit().await);
    let profile = alice.profile();
    let (key, file) = (profile.join("history.key"), profile.join("history.sqlite"));
    let (kept, before) = (
        std::fs::read_to_string(&key).expect("a key"),
        std::fs::read(&file).expect("a history"),
    );
    let other = kept.replace(|digit: char| digit.is_ascii_digit(), "0");
    let other = other.replace("\"version\":0", "\"version\":1");
    let newer = kept.replace("\"version\":1", "\"version\":2");
    for (told, words) in [
        (None, "history.key is missing"),
        (Some(""), "history.key is damaged"),
        (Some(&other[..]), "damaged"),
        (Some(&newer[..]), "newer version"),
    ] {
        match told {
            Some(text) => std::fs::write(&key, text).expect("it can be written"),
            None => std::fs::remove_file(&key).expect("it can be removed"),
        }
        let data = profile.to_str().expect("text");
        let (code, out, error) = run("pipit-cli", &["status", "--data", data], "").await;
        assert_eq!((code, &out[..]), (1, ""), "{error}");
        assert!(error.contains(words), "{words}: {error}");
        assert!(std::fs::read(&file).expect("a history") == before);
        assert_eq!(std::fs::read_to_string(&key).ok().as_deref(), told);
    }
    std::fs::write(&key, kept).expect("it can be written");
    alice.start().await;
}
