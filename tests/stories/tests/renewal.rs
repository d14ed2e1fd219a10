//! Renewing keys: when it is due, when the answer is lost with the process, when mail of the epoch after
//! it comes first, and when somebody else's commit was first.

use std::path::Path;

use serde_json::json;
use story_tests::profile::history;
use story_tests::{Frame, Pair, Person, Verdict, until};

const COMMIT: &str = "POST /v1/conversations/commit";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// When this device's turn is.
fn due_at(profile: &Path) -> i64 {
    history(profile)
        .query_row("SELECT due_at FROM renewal", [], |row| row.get(0))
        .expect("a turn is planned")
}

/// Ends the process; at its next start, the renewal is due.
async fn quit_until_due(person: &mut Person) {
    person.quit().await;
    let changed = history(&person.profile())
        .execute("UPDATE renewal SET due_at = 1", [])
        .expect("the plan can be changed");
    assert_eq!(changed, 1, "a turn is planned");
}

fn commits(frames: &[Frame]) -> usize {
    frames.iter().filter(|frame| frame.is_commit()).count()
}

async fn seen_commits(line: &story_tests::Proxy, count: usize) {
    line.seen("commits", |frames| (commits(frames) == count).then_some(()))
        .await;
}

async fn wait_read(person: &Person, conversation: &str, text: &str) {
    until(&format!("{text:?}"), async || {
        let texts = person.texts(conversation).await;
        texts.iter().any(|seen| seen == text).then_some(())
    })
    .await;
}

/// Each writes, the other reads, and nothing could not be read.
async fn talk(alice: &Person, bob: &Person, conversation: &str, word: &str) {
    for (from, to) in [(alice, bob), (bob, alice)] {
        let text = format!("{word} of {}", from.account.username);
        from.send(conversation, &text).await;
        wait_read(to, conversation, &text).await;
    }
    for person in [alice, bob] {
        let messages = person.messages(conversation).await;
        assert!(
            messages.iter().all(|message| message["kind"] == "text"),
            "{messages:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_renewed_when_it_is_due_and_planned_anew() {
    let Pair {
        alice,
        mut bob,
        conversation,
        alice_line,
        server: _server,
        bob_line: _bob_line,
    } = Pair::talking().await;
    let soon = due_at(&bob.profile());
    quit_until_due(&mut bob).await;
    bob.start().await;
    seen_commits(&alice_line, 1).await;
    talk(&alice, &bob, &conversation, "after").await;
    until("the next turn", async || {
        (due_at(&bob.profile()) > soon + 29 * DAY_MS).then_some(())
    })
    .await;
    // Nothing is due: another start renews nothing.
    bob.quit().await;
    bob.start().await;
    talk(&alice, &bob, &conversation, "later").await;
    seen_commits(&alice_line, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn key_packages_of_last_resort_are_replaced_in_time() {
    let mut pair = Pair::talking().await;
    let last_resorts = |of: &str| -> Vec<i64> {
        let database = rusqlite::Connection::open(pair.server.data().join("server.sqlite3"))
            .expect("the server's database");
        let mut statement = database.prepare(of).expect("its tables");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("numbers")
    };
    const LAST_RESORT: &str = "SELECT key_package_no FROM key_package WHERE is_last_resort = 1";
    let before = last_resorts(LAST_RESORT);
    assert_eq!(before.len(), 4, "two suites of two devices");
    pair.bob.quit().await;
    let changed = last_resorts(
        "UPDATE key_package SET expires_ms = (unixepoch() + 199 * 86400) * 1000
         WHERE is_last_resort = 1 RETURNING key_package_no",
    );
    assert_eq!(changed.len(), 4);
    pair.bob.start().await;
    until("new ones of bob, both suites", async || {
        let now = last_resorts(LAST_RESORT);
        let kept = now.iter().filter(|row| before.contains(row)).count();
        (now.len() == 4 && kept == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_with_the_process_is_settled_by_the_next() {
    let Pair {
        alice,
        mut bob,
        conversation,
        alice_line,
        bob_line,
        server: _server,
    } = Pair::talking().await;
    quit_until_due(&mut bob).await;
    bob_line.hold_answers_to(COMMIT);
    bob.start().await;
    seen_commits(&alice_line, 1).await;
    bob.kill().await;
    alice.send(&conversation, "while away").await;
    alice.wait_texts(&conversation, 3).await;
    bob_line.let_answers_pass();
    bob.start().await;
    wait_read(&bob, &conversation, "while away").await;
    talk(&alice, &bob, &conversation, "after").await;
    // The same bytes were answered again; there was no second commit.
    seen_commits(&alice_line, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_comes_before_the_answer_to_a_commit_is_read() {
    let Pair {
        alice,
        mut bob,
        conversation,
        alice_line,
        bob_line,
        server: _server,
    } = Pair::talking().await;
    quit_until_due(&mut bob).await;
    bob_line.hold_answers_to(COMMIT);
    bob.start().await;
    seen_commits(&alice_line, 1).await;
    talk(&alice, &bob, &conversation, "between").await;
    bob_line.let_answers_pass();
    talk(&alice, &bob, &conversation, "after").await;
    seen_commits(&alice_line, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_the_race_applies_the_winner_and_waits_for_another_turn() {
    let Pair {
        mut alice,
        mut bob,
        conversation,
        alice_line: _alice_line,
        bob_line,
        server: _server,
    } = Pair::talking().await;
    quit_until_due(&mut bob).await;
    quit_until_due(&mut alice).await;
    alice.start().await;
    until("alice's renewal", async || {
        (due_at(&alice.profile()) > 1).then_some(())
    })
    .await;
    // Hers waits for him, and he does not get to see it before he has made his own.
    bob_line.rule(|frame| match frame.is_commit() {
        true => Verdict::Hold,
        false => Verdict::Pass,
    });
    bob.start().await;
    bob_line.request(COMMIT).await;
    bob_line.held(1).await;
    bob_line.resume();
    talk(&alice, &bob, &conversation, "after").await;
    until("another turn", async || {
        (due_at(&bob.profile()) > 1).then_some(())
    })
    .await;
    let status = bob.ask("account.status", json!({})).await;
    assert_eq!(status["connection"], "online");
}
