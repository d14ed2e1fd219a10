//! What guards an account: two-step verification, guesses, the recovery key typed by hand.

use pipit_domain::Timestamp;
use pipit_password::TotpSecret;
use serde_json::{Value, json};
use story_tests::{PASSWORD, Pair, Person, Proxy, RequestVerdict, Server, code_of, enter, recover};

const OTHER_PASSWORD: &str = "another meadow, another song";

/// An authenticator app.
struct App(TotpSecret);

impl App {
    fn new(begun: &Value) -> Self {
        let text = begun["secret"].as_str().expect("a secret");
        let bytes = data_encoding::BASE32_NOPAD.decode(text.as_bytes());
        let secret = TotpSecret::from_bytes(&bytes.expect("base 32"));
        Self(secret.expect("20 bytes"))
    }

    /// The code of so many steps from now.
    #[expect(
        clippy::disallowed_methods,
        reason = "an authenticator app has a clock of its own"
    )]
    fn code(&self, steps: u64) -> String {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = u64::try_from(now.expect("after 1970").as_millis()).expect("a time");
        self.0.code(Timestamp::from_millis(now + steps * 30_000))
    }

    /// A code of no time near now.
    fn wrong_code(&self) -> String {
        let near = [self.code(0), self.code(1), self.code(2), self.code(3)];
        let all = ["000000", "000001", "000002", "000003", "000004", "000005"];
        let wrong = all.iter().find(|code| !near.contains(&(**code).to_owned()));
        (*wrong.expect("six are more than four")).to_owned()
    }
}

async fn enrol(person: &Person, password: &str) -> (App, Vec<String>) {
    let begun = person
        .ask("security.totpBegin", json!({ "password": password }))
        .await;
    let app = App::new(&begun);
    let codes = person
        .ask("security.totpConfirm", json!({ "code": app.code(0) }))
        .await;
    let codes = codes["recoveryCodes"].as_array().expect("codes").iter();
    let codes = codes.map(|code| code.as_str().expect("a code").to_owned());
    (app, codes.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_is_asked_of_new_devices_alone() {
    let server = Server::start().await;
    let at = &server.address;
    let mut alice = Person::register(at, "alice").await;
    let off = json!({ "isTotpOn": false, "recoveryCodes": 0 });
    assert_eq!(alice.ask("security.status", json!({})).await, off);

    // A device alone does not turn it on: the password does, and a code shows that the app has the secret.
    let early = alice
        .refused("security.totpConfirm", json!({ "code": "123456" }))
        .await;
    assert_eq!(early.code, "TOO_LATE");
    let wrong = json!({ "password": "not the password" });
    let refused = alice.refused("security.totpBegin", wrong).await;
    assert_eq!(refused.code, "WRONG_PASSWORD");
    let begun = alice
        .ask("security.totpBegin", json!({ "password": PASSWORD }))
        .await;
    let app = App::new(&begun);
    let uri = begun["uri"].as_str().expect("an address");
    assert!(uri.starts_with("otpauth://totp/Pipit:alice%40"), "{uri}");
    let wrong = json!({ "code": app.wrong_code() });
    let refused = alice.refused("security.totpConfirm", wrong).await;
    assert_eq!(refused.code, "WRONG_CODE");
    assert_eq!(alice.ask("security.status", json!({})).await, off);
    let first = app.code(0);
    let codes = alice
        .ask("security.totpConfirm", json!({ "code": first }))
        .await;
    let codes = codes["recoveryCodes"].as_array().expect("codes").clone();
    let on = json!({ "isTotpOn": true, "recoveryCodes": 10 });
    assert_eq!(alice.ask("security.status", json!({})).await, on);

    // The password is not enough any more, and no code counts twice.
    assert_eq!(
        code_of(enter(at, "alice", PASSWORD, "")).await,
        "TOTP_REQUIRED"
    );
    assert_eq!(
        code_of(enter(at, "alice", PASSWORD, &app.wrong_code())).await,
        "WRONG_CODE"
    );
    assert_eq!(
        code_of(enter(at, "alice", PASSWORD, &first)).await,
        "WRONG_CODE"
    );
    let wrong = code_of(enter(at, "alice", "not the password", &app.code(1))).await;
    assert_eq!(wrong, "WRONG_PASSWORD");
    let tablet = enter(at, "alice", PASSWORD, &app.code(1))
        .await
        .expect("the next code");
    tablet.connection("online").await;

    // A recovery code in place of the app, once, as carelessly as people type.
    let spare = codes[3]
        .as_str()
        .expect("a code")
        .to_lowercase()
        .replace('-', " ");
    let phone = enter(at, "alice", PASSWORD, &spare)
        .await
        .expect("a recovery code");
    phone.connection("online").await;
    assert_eq!(
        code_of(enter(at, "alice", PASSWORD, &spare)).await,
        "WRONG_CODE"
    );
    let left = json!({ "isTotpOn": true, "recoveryCodes": 9 });
    assert_eq!(phone.ask("security.status", json!({})).await, left);

    // Those in force are not asked, not even after a restart.
    alice.kill().await;
    alice.start().await;
    alice.connection("online").await;

    let off_by = |password: &str, code: &Value| json!({ "password": password, "code": code });
    let wrong = off_by(PASSWORD, &app.wrong_code().into());
    assert_eq!(
        alice.refused("security.totpDisable", wrong).await.code,
        "WRONG_CODE"
    );
    let wrong = off_by("not the password", &codes[4]);
    assert_eq!(
        alice.refused("security.totpDisable", wrong).await.code,
        "WRONG_PASSWORD"
    );
    alice
        .ask("security.totpDisable", off_by(PASSWORD, &codes[4]))
        .await;
    assert_eq!(alice.ask("security.status", json!({})).await, off);
    enter(at, "alice", PASSWORD, "")
        .await
        .expect("the password is enough again");

    let log = [server.log(), alice.log(), tablet.log(), phone.log()].concat();
    for secret in [begun["secret"].as_str().expect("a secret"), &first, &spare] {
        assert!(!log.contains(secret), "a code or secret in a log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn turning_it_on_survives_a_lost_answer() {
    let server = Server::start().await;
    let line = Proxy::start(&server.address).await;
    let alice = Person::register(&line.address, "alice").await;
    let begun = alice
        .ask("security.totpBegin", json!({ "password": PASSWORD }))
        .await;
    let app = App::new(&begun);
    let mut has_lost = false;
    line.request_rule(move |request| {
        if !has_lost && request.starts_with("POST /v1/second-factor/enable ") {
            has_lost = true;
            return RequestVerdict::LoseAnswer;
        }
        RequestVerdict::Pass
    });
    let confirm = json!({ "code": app.code(0) });
    let lost = alice.refused("security.totpConfirm", confirm.clone()).await;
    assert_eq!(lost.code, "UNREACHABLE");
    let codes = alice.ask("security.totpConfirm", confirm).await;
    let spare = codes["recoveryCodes"][9]
        .as_str()
        .expect("a code")
        .to_owned();
    let again = json!({ "password": PASSWORD });
    assert_eq!(
        alice.refused("security.totpBegin", again).await.code,
        "NOT_ALLOWED"
    );
    enter(&server.address, "alice", PASSWORD, &spare)
        .await
        .expect("its recovery codes count");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_keeps_new_devices_waiting_and_never_those_in_force() {
    let mut server = Server::start().await;
    let at = server.address.clone();
    let alice = Person::register(&at, "alice").await;
    for _ in 0..5 {
        let guess = code_of(enter(&at, "alice", "not the password", "")).await;
        assert_eq!(guess, "WRONG_PASSWORD");
    }
    // The sixth has to wait; to see it, whatever the machine's pace, the wait is made a long one.
    server.kill().await;
    let database =
        rusqlite::Connection::open(server.data().join("server.sqlite3")).expect("a database");
    let counts: Vec<u32> = database
        .prepare("SELECT count FROM tally")
        .expect("tallies")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("counts");
    assert_eq!(counts, [5], "guesses outlive a restart");
    database
        .execute("UPDATE tally SET until_ms = last_ms + 600000", [])
        .expect("a longer wait");
    drop(database);
    server.restart().await;
    let refused = enter(&at, "alice", PASSWORD, "")
        .await
        .expect_err("to wait");
    assert_eq!((refused.code.as_str(), refused.retry), ("SLOW_DOWN", true));
    let after = refused.retry_after_ms.expect("it says how long");
    assert!((300_000..=600_000).contains(&after), "{after}");
    assert!(refused.message.contains("seconds"), "{}", refused.message);

    // Others and the device in force go on as ever.
    Person::register(&at, "bob").await;
    alice.connection("online").await;
    let change = json!({ "oldPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    alice.ask("account.changePassword", change).await;
    let (app, _) = enrol(&alice, OTHER_PASSWORD).await;
    // The recovery key needs no guessing, and does not wait.
    let key = &alice.account.recovery_key;
    recover(&at, key, &app.code(1), None)
        .await
        .expect("the recovery key lets in");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_guessed_slowly() {
    let server = Server::start().await;
    let alice = Person::register(&server.address, "alice").await;
    let (app, codes) = enrol(&alice, PASSWORD).await;
    for _ in 0..5 {
        let wrong = app.wrong_code();
        let guess = enter(&server.address, "alice", PASSWORD, &wrong);
        assert_eq!(code_of(guess).await, "WRONG_CODE");
    }
    // Whether the first delay of a second has passed depends on the machine; a right code ends it either way.
    story_tests::until("the delay to end", async || {
        let params = json!({
            "server": server.address, "username": "alice", "password": PASSWORD, "totp": codes[0],
        });
        let tablet = Person::nobody(&[]).await;
        match tablet.call("account.login", params).await {
            Ok(_) => Some(()),
            Err(refusal) => {
                assert_eq!(refusal.code, "SLOW_DOWN");
                None
            }
        }
    })
    .await;
    let wrong = app.wrong_code();
    let guess = enter(&server.address, "alice", PASSWORD, &wrong);
    assert_eq!(code_of(guess).await, "WRONG_CODE", "the tally began anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_key_brings_an_account_back() {
    let mut pair = Pair::talking().await;
    let key = pair.alice.account.recovery_key.clone();
    let (app, codes) = enrol(&pair.alice, PASSWORD).await;
    pair.alice.kill().await;
    let Pair {
        server,
        bob,
        conversation,
        ..
    } = &pair;
    let at = &server.address;

    let mistyped = format!(
        "{}-{}",
        if key.starts_with('A') { "BBBB" } else { "AAAA" },
        &key[5..]
    );
    assert_eq!(
        code_of(recover(at, &mistyped, "", None)).await,
        "WRONG_RECOVERY_KEY"
    );
    let others = &bob.account.recovery_key;
    assert_eq!(
        code_of(recover(at, others, "", None)).await,
        "WRONG_RECOVERY_KEY"
    );
    assert_eq!(code_of(recover(at, &key, "", None)).await, "TOTP_REQUIRED");
    assert_eq!(
        code_of(recover(at, &key, &app.wrong_code(), None)).await,
        "WRONG_CODE"
    );
    assert_eq!(
        code_of(recover(at, &key, &codes[0], Some("short"))).await,
        "PASSWORD_TOO_SHORT"
    );

    let careless = key.to_lowercase().replace('-', " ");
    let laptop = recover(at, &careless, &codes[0], Some(OTHER_PASSWORD)).await;
    let laptop = laptop.expect("the recovery key lets in");
    story_tests::until("the conversation on the new device", async || {
        let params = json!({ "conversationId": conversation });
        laptop.call("conversation.get", params).await.ok()
    })
    .await;
    laptop.send(conversation, "I am back").await;
    bob.wait_texts(conversation, 3).await;

    assert_eq!(
        code_of(enter(at, "alice", PASSWORD, &codes[1])).await,
        "WRONG_PASSWORD"
    );
    enter(at, "alice", OTHER_PASSWORD, &codes[1])
        .await
        .expect("the new password");
    recover(at, &key, &codes[2], None)
        .await
        .expect("the key stays the same");
}
