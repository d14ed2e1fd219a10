//! A device that a commit never reached: it comes back by itself, and reads whatever is sent from then on.

use pipit_wire::v1::client_frame::Body;
use rusqlite::Connection;
use serde_json::{Value, json};
use story_tests::groups::lines;
use story_tests::{Frame, Pair, Person, Proxy, RequestVerdict, Verdict, profile, until};

fn is_renewal_due(person: &Person) {
    profile::history(&person.profile())
        .execute("UPDATE renewal SET due_at = 1", [])
        .expect("the plan can be changed");
}

/// Alice renews her keys; the commit does not get through to bob, and is gone at the server as well.
async fn renew_unseen(pair: &mut Pair) {
    pair.bob_line.rule(|frame| match frame.is_commit() {
        true => Verdict::Drop,
        false => Verdict::Pass,
    });
    pair.alice.quit().await;
    is_renewal_due(&pair.alice);
    pair.alice.start().await;
    pair.bob_line
        .seen("alice's commit", |frames| {
            frames.iter().any(Frame::is_commit).then_some(())
        })
        .await;
    let gone = Connection::open(pair.server.data().join("server.sqlite3"))
        .and_then(|database| database.execute("DELETE FROM pointer", []))
        .expect("the mailboxes can be emptied");
    assert_eq!(gone, 1, "bob's commit waits there");
}

async fn kinds(person: &Person, conversation: &str) -> Vec<String> {
    let messages = person.messages(conversation).await;
    messages
        .iter()
        .map(|message| message["kind"].as_str().expect("a kind").to_owned())
        .collect()
}

async fn wait_read(person: &Person, conversation: &str, text: &str) {
    until(&format!("{text:?}"), async || {
        let view = person
            .ask(
                "conversation.get",
                json!({ "conversationId": conversation }),
            )
            .await;
        let last: &Value = &view["lastMessage"]["text"];
        (last == text).then_some(())
    })
    .await;
}

/// Waits until bob's own commit has reached alice: he is back.
async fn wait_back(pair: &Pair) {
    pair.alice_line
        .seen("bob's commit", |frames| {
            frames.iter().any(Frame::is_commit).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_cannot_be_opened_brings_a_device_back() {
    let mut pair = Pair::talking().await;
    renew_unseen(&mut pair).await;
    let conversation = &pair.conversation;
    pair.alice.send(conversation, "lost on bob").await;
    wait_back(&pair).await;
    pair.alice.send(conversation, "read by bob").await;
    wait_read(&pair.bob, conversation, "read by bob").await;
    pair.bob.send(conversation, "and answered").await;
    wait_read(&pair.alice, conversation, "and answered").await;
    // What was lost is not hidden.
    assert_eq!(
        kinds(&pair.bob, conversation).await,
        ["text", "text", "unreadable", "text", "text"]
    );
    assert!(
        kinds(&pair.alice, conversation)
            .await
            .iter()
            .all(|kind| kind == "text")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_brings_a_device_back_and_is_sent() {
    let mut pair = Pair::talking().await;
    renew_unseen(&mut pair).await;
    let conversation = &pair.conversation;
    pair.bob.send(conversation, "sealed too early").await;
    wait_read(&pair.alice, conversation, "sealed too early").await;
    pair.alice.send(conversation, "read by bob").await;
    wait_read(&pair.bob, conversation, "read by bob").await;
    assert_eq!(
        kinds(&pair.bob, conversation).await,
        ["text", "text", "text", "text"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_waits_for_a_commit_in_its_mailbox_and_skips_nothing() {
    let mut pair = Pair::talking().await;
    // All mail, as a message that overtakes its epoch's commit can't be read.
    pair.bob_line.rule(|frame| match frame.is_deliver() {
        true => Verdict::Hold,
        false => Verdict::Pass,
    });
    pair.alice.quit().await;
    is_renewal_due(&pair.alice);
    pair.alice.start().await;
    pair.bob_line.held(1).await;
    let conversation = &pair.conversation;
    // Refused, as the epoch is over. Only after twice the time that he waits for mail may it come.
    pair.bob.send(conversation, "of bob").await;
    pair.bob_line
        .seen("two questions", |frames| {
            let asks = |frame: &&Frame| matches!(frame, Frame::Up(Body::ListConversations(_)));
            (frames.iter().filter(asks).count() >= 3).then_some(())
        })
        .await;
    pair.alice.send(conversation, "of alice").await;
    pair.bob_line.held(2).await;
    pair.bob_line.resume();
    wait_read(&pair.alice, conversation, "of bob").await;
    pair.bob.wait_texts(conversation, 4).await;
    assert_eq!(kinds(&pair.bob, conversation).await, ["text"; 4]);
    assert!(
        !pair
            .alice_line
            .seen("frames", |frames| Some(frames.iter().any(Frame::is_commit)))
            .await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_gone_at_the_server_is_noticed_after_connecting() {
    let mut pair = Pair::talking().await;
    renew_unseen(&mut pair).await;
    pair.bob.quit().await;
    pair.bob_line.pass();
    pair.bob.start().await;
    wait_back(&pair).await;
    let conversation = &pair.conversation;
    pair.alice.send(conversation, "read by bob").await;
    wait_read(&pair.bob, conversation, "read by bob").await;
    assert_eq!(
        kinds(&pair.bob, conversation).await,
        ["text", "text", "text"]
    );
}

/// A number that the server's or a device's database holds, while its process writes.
fn number(database: &Connection, sql: &str, param: &str) -> i64 {
    database
        .query_row(sql, [param], |row| row.get(0))
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// A group of alice and bob, and bob's tablet, which is not running and has to come into it by itself.
struct Outside {
    pair: Pair,
    line: Proxy,
    tablet: Person,
    group: String,
}

impl Outside {
    const UNANSWERED: &str = "SELECT count(*) FROM pending_join WHERE ?1 = ''";

    async fn make() -> Self {
        const OWN_LEAVES: &str = "SELECT count(*) FROM member
            WHERE device_no = (SELECT max(device_no) FROM device) AND ?1 = ''";
        let mut pair = Pair::talking().await;
        let server = Connection::open(pair.server.data().join("server.sqlite3"))
            .expect("the server's database");
        let line = Proxy::start(&pair.server.address).await;
        // Nobody gives the tablet the history yet.
        pair.bob.quit().await;
        let mut tablet = Person::login(&line.address, "bob").await;
        let history = profile::history(&tablet.profile());
        until("the tablet in the 1:1 and the note to self", async || {
            let leaves = number(&server, OWN_LEAVES, "");
            (leaves == 2 && number(&history, Self::UNANSWERED, "") == 0).then_some(())
        })
        .await;
        drop(history);
        tablet.quit().await;
        // It has nothing by which it could be invited.
        let newest = "(SELECT max(device_no) FROM device)";
        let sql = format!("DELETE FROM key_package WHERE device_no = {newest}");
        server
            .execute(&sql, [])
            .expect("key packages can be deleted");
        pair.bob.start().await;
        let group = pair
            .alice
            .create_group("Walkers", &[&pair.bob.account.id])
            .await;
        pair.alice.send(&group, "hello bob").await;
        pair.bob.wait_text(&group, "hello bob").await;
        Self {
            pair,
            line,
            tablet,
            group,
        }
    }

    /// What becomes of the tablet's commits from now on.
    fn commits(&self, verdict: RequestVerdict) {
        self.line.request_rule(move |request| {
            match request.starts_with("POST /v1/conversations/commit") {
                true => verdict,
                false => RequestVerdict::Pass,
            }
        });
    }

    fn unanswered(&self) -> i64 {
        let history = profile::history(&self.tablet.profile());
        number(&history, Self::UNANSWERED, "")
    }

    async fn remove_bob(&self) {
        let Self { pair, group, .. } = self;
        let gone = json!({ "conversationId": group, "accountId": pair.bob.account.id });
        pair.alice.ask("conversation.remove", gone).await;
        Self::wait_out(&pair.bob, group).await;
    }

    async fn wait_out(device: &Person, group: &str) {
        let is_out = |view: &Value| view["group"]["isMember"] == false;
        device.wait_place(group, "being out", is_out).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_put_out_before_it_is_told_that_it_came_in_knows_that_it_is_out() {
    const LEAVES: &str = "SELECT count(*) FROM member JOIN conversation USING (conversation_no)
        WHERE lower(hex(conversation_id)) = ?1";
    let mut outside = Outside::make().await;
    outside.commits(RequestVerdict::LoseAnswer);
    outside.tablet.start().await;
    let Outside {
        pair,
        tablet,
        group,
        ..
    } = &outside;
    let server = Connection::open(pair.server.data().join("server.sqlite3")).expect("the database");
    until("the server to have taken the tablet in", async || {
        (number(&server, LEAVES, group) == 3).then_some(())
    })
    .await;
    pair.alice.send(group, "hello again").await;
    tablet.wait_text(group, "hello again").await;
    assert_eq!(outside.unanswered(), 1);
    outside.remove_bob().await;
    Outside::wait_out(tablet, group).await;
    assert_eq!(outside.unanswered(), 0);
    // Lines of before may have come from bob's other device.
    let last = lines(tablet, group).await.pop();
    assert_eq!(last, Some(("group.removed".to_owned(), "bob".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_account_is_out_before_it_came_in_shows_the_history_of_a_group_that_was() {
    let mut outside = Outside::make().await;
    outside.commits(RequestVerdict::Cut);
    outside.tablet.start().await;
    until("the tablet to be coming in", async || {
        (outside.unanswered() == 1).then_some(())
    })
    .await;
    outside.remove_bob().await;
    outside.line.pass();
    let Outside { tablet, group, .. } = &outside;
    tablet.wait_text(group, "hello bob").await;
    Outside::wait_out(tablet, group).await;
    assert_eq!(outside.unanswered(), 0);
}
