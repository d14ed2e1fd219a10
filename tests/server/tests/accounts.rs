//! Accounts: sign-up, log-in, ledgers, tokens, key packages.

use anyhow::Result;
use data_encoding::BASE64URL_NOPAD;
use pipit_domain::{Timestamp, Username, limits};
use pipit_e2ee::Suite;
use pipit_ledger::{Ledger, Token};
use pipit_load::raw::{Connection, Device, Extra, RefusedError, SignUp, now, random};
use pipit_password::Password;
use pipit_password::client::Login;
use pipit_wire::v1::{
    AppendLedger, ClaimKeyPackages, Empty, KeyPackageCount, KeyPackagesResult, LoggedIn,
    LoginFinish, LoginStart, LoginStarted, LookUp, PublishKeyPackages, RefusalCode, Registered,
    UsernameStatus, client_frame, server_frame,
};
use rand::rngs::OsRng;
use server_tests::{Server, refused};

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");
const PASSWORD: &str = "correct horse battery staple";

async fn log_in(server: &Server, username: &str, password: &str) -> Result<LoggedIn> {
    let http = server.http();
    let (login, opaque_request) = Login::start(&Password::enter(password)?, &mut OsRng)?;
    let start = LoginStart {
        username: username.to_owned(),
        opaque_request,
    };
    let started: LoginStarted = http.post("/v1/login/start", None, &start).await?;
    // A client that knows that it is wrong goes on anyway, to see what the server says.
    let opaque_finish = match login.finish(&started.opaque_response, &mut OsRng) {
        Ok(finished) => finished.finish,
        Err(_) => vec![3; 64],
    };
    let finish = LoginFinish {
        login_id: started.login_id,
        opaque_finish,
        code: String::new(),
    };
    http.post("/v1/login/finish", None, &finish).await
}

#[tokio::test]
async fn a_log_in_gives_a_ticket_that_adds_one_device() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let logged_in = log_in(&server, "Alice ", PASSWORD).await?;
    assert_eq!(logged_in.account_id, alice.account().as_bytes());
    assert_eq!(logged_in.recovery_bundle, [7; 100]);
    Ledger::decode(alice.account(), &logged_in.ledger_entries)?;

    let Extra { device, entry } = alice.extra()?;
    let mut append = AppendLedger {
        account_id: alice.account().to_vec(),
        entry: entry.clone(),
        ticket: vec![9; 32],
        key_packages: device.key_packages(1, true)?,
    };
    let http = server.http();
    assert_eq!(
        refused(http.post::<Empty>("/v1/ledger", None, &append).await),
        "UNAUTHENTICATED"
    );
    append.ticket = logged_in.ticket;
    let _: Empty = http.post("/v1/ledger", None, &append).await?;
    device.connect().await?;
    // The ticket is used up.
    assert_eq!(
        refused(http.post::<Empty>("/v1/ledger", None, &append).await),
        "UNAUTHENTICATED"
    );
    Ok(())
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_get_the_same_answer_and_then_a_delay() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    server.sign_up("alice").await?;
    assert_eq!(
        refused(log_in(&server, "alice", "wrong horse battery").await),
        "WRONG_PASSWORD"
    );
    assert_eq!(
        refused(log_in(&server, "nobody", "wrong horse battery").await),
        "WRONG_PASSWORD"
    );
    let start = |username: &str| {
        let (_, opaque_request) =
            Login::start(&Password::enter("guess").unwrap(), &mut OsRng).unwrap();
        LoginStart {
            username: username.to_owned(),
            opaque_request,
        }
    };
    let http = server.http();
    for name in ["alice", "nobody"] {
        let mut slowed = None;
        for _ in 0..10 {
            let answer = http
                .post::<LoginStarted>("/v1/login/start", None, &start(name))
                .await;
            match answer {
                Ok(started) => assert_eq!(started.opaque_response.len(), 320, "{name}"),
                Err(error) => slowed = Some(error),
            }
        }
        assert_eq!(
            refused::<()>(Err(slowed.expect("guesses are slowed"))),
            "SLOW_DOWN"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_log_in_is_finished_once() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let http = server.http();
    let finish = LoginFinish {
        login_id: vec![1; 16],
        opaque_finish: vec![2; 64],
        code: String::new(),
    };
    let answer = http
        .post::<LoggedIn>("/v1/login/finish", None, &finish)
        .await;
    assert_eq!(refused(answer), "UNAUTHENTICATED");
    Ok(())
}

#[tokio::test]
async fn names_are_unique_and_checked() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let http = server.http();
    let status: UsernameStatus = http.get("/v1/username/ALICE", None).await?;
    assert!(!status.free);
    let status: UsernameStatus = http.get("/v1/username/bob", None).await?;
    assert!(status.free);
    assert_eq!(
        refused(http.get::<UsernameStatus>("/v1/username/a%20b", None).await),
        "INVALID_NAME"
    );
    assert_eq!(refused(server.sign_up("alice").await), "ALREADY_EXISTS");
    // Even when somebody else takes the name between the two requests.
    let late = Device::unregistered(http.clone(), "localhost", "bob");
    let upload = late.opaque_upload(PASSWORD).await?;
    let how = SignUp {
        upload: Some(upload.clone()),
        one_time: 1,
    };
    Device::sign_up(http.clone(), "localhost", "bob", how).await?;
    let finish = late.register_finish(upload, 1)?;
    let answer = http
        .post::<Registered>("/v1/register/finish", None, &finish)
        .await;
    assert_eq!(refused(answer), "ALREADY_EXISTS");

    let mut to_alice = alice.connect().await?;
    let look_up = |name: &str| {
        client_frame::Body::LookUp(LookUp {
            username: name.to_owned(),
        })
    };
    let server_frame::Body::LookUp(found) = to_alice.request(look_up("@Alice")).await? else {
        panic!("another answer")
    };
    assert_eq!(found.account_id, alice.account().as_bytes());
    assert_eq!(
        refused(to_alice.request(look_up("nobody")).await),
        "UNKNOWN_ACCOUNT"
    );
    assert_eq!(
        refused(to_alice.request(look_up("!")).await),
        "UNKNOWN_ACCOUNT"
    );
    Ok(())
}

#[tokio::test]
async fn a_repeated_sign_up_is_answered_again_and_forged_ones_are_refused() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let http = server.http();
    let alice = Device::unregistered(http.clone(), "localhost", "alice");
    let upload = alice.opaque_upload(PASSWORD).await?;
    let finish = alice.register_finish(upload, 1)?;
    let path = "/v1/register/finish";

    let mut forged = finish.clone();
    *forged.ledger_entry.last_mut().unwrap() ^= 1;
    assert_eq!(
        refused(http.post::<Registered>(path, None, &forged).await),
        "INVALID_LEDGER"
    );
    let mut forged = finish.clone();
    forged.opaque_upload.pop();
    assert_eq!(
        refused(http.post::<Registered>(path, None, &forged).await),
        "MALFORMED"
    );
    let mut forged = finish.clone();
    let other = Device::unregistered(http.clone(), "localhost", "other");
    forged.key_packages = other.key_packages(1, true)?;
    assert_eq!(
        refused(http.post::<Registered>(path, None, &forged).await),
        "INVALID_HANDSHAKE"
    );
    let mut forged = finish.clone();
    forged.key_packages[0].last_resort = true;
    assert_eq!(
        refused(http.post::<Registered>(path, None, &forged).await),
        "INVALID_HANDSHAKE"
    );
    let mut forged = finish.clone();
    forged.recovery_bundle = vec![0; 100_000];
    assert_eq!(
        refused(http.post::<Registered>(path, None, &forged).await),
        "TOO_LARGE"
    );

    for _ in 0..2 {
        let registered: Registered = http.post(path, None, &finish).await?;
        assert_eq!(registered.account_id, alice.account().as_bytes());
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_server_takes_nobody_new() -> Result<()> {
    let server = Server::start(SERVER, &["--registration", "closed"])?;
    assert!(!server.http().describe().await?.registration_open);
    assert_eq!(refused(server.sign_up("alice").await), "CLOSED");
    Ok(())
}

#[tokio::test]
async fn tokens_are_for_one_server_one_time_and_one_minute() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let upgrade = async |token: &str| Connection::upgrade(server.address, token).await.map(|_| ());
    let token = alice.token();
    upgrade(&token).await?;
    assert_eq!(refused(upgrade(&token).await), "UNAUTHENTICATED");
    assert_eq!(refused(upgrade("Pipit x").await), "UNAUTHENTICATED");
    assert_eq!(refused(upgrade("Bearer x").await), "UNAUTHENTICATED");

    let made = |server: &str, time: Timestamp| {
        let token = Token::sign(alice.account(), &alice.key, server, time, random());
        format!("Pipit {}", BASE64URL_NOPAD.encode(&token.encode()))
    };
    let ms = now().as_millis();
    assert_eq!(
        refused(upgrade(&made("elsewhere", now())).await),
        "UNAUTHENTICATED"
    );
    for off in [
        ms - limits::TOKEN_AGE_MAX_MS - 5000,
        ms + limits::TOKEN_AGE_MAX_MS + 5000,
    ] {
        let token = made("localhost", Timestamp::from_millis(off));
        let error = upgrade(&token).await.expect_err("it is too far off");
        let RefusedError(refusal) = error.downcast_ref().expect("a refusal");
        assert!(refusal.code() == RefusalCode::Unauthenticated);
        // Who has the wrong time learns the right one.
        assert!(refusal.time.abs_diff(ms) < limits::TOKEN_AGE_MAX_MS);
    }
    let stranger = Device::unregistered(server.http(), "localhost", "stranger");
    assert_eq!(
        refused(stranger.connect().await.map(|_| ())),
        "UNAUTHENTICATED"
    );
    Ok(())
}

#[tokio::test]
async fn a_revoked_device_is_disconnected_and_stays_out() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let mut alice = server.sign_up("alice").await?;
    let laptop = alice.add_device(1).await?;
    let mut to_laptop = laptop.connect().await?;
    let mut ledger = alice.ledger().clone();
    ledger.revoke_device(&alice.key, laptop.id(), now())?;
    let append = AppendLedger {
        account_id: alice.account().to_vec(),
        entry: ledger.entries().last().unwrap().encode(),
        ticket: Vec::new(),
        key_packages: Vec::new(),
    };
    // Another account's device may not.
    let bob = server.sign_up("bob").await?;
    let path = "/v1/ledger";
    let answer = server
        .http()
        .post::<Empty>(path, Some(&bob.token()), &append)
        .await;
    assert_eq!(refused(answer), "UNAUTHENTICATED");
    let _: Empty = server
        .http()
        .post(path, Some(&alice.token()), &append)
        .await?;
    let mut last = None;
    while let Some(frame) = to_laptop.frame().await? {
        last = frame.body;
    }
    let Some(server_frame::Body::Refused(refusal)) = last else {
        panic!("it was told why")
    };
    assert_eq!(refusal.code().as_str_name(), "DEVICE_REVOKED");
    assert_eq!(
        refused(laptop.connect().await.map(|_| ())),
        "DEVICE_REVOKED"
    );
    // The same entry again changes nothing.
    let _: Empty = server
        .http()
        .post(path, Some(&alice.token()), &append)
        .await?;
    Ok(())
}

async fn claim(
    connection: &mut Connection,
    device: &Device,
    suite: Suite,
) -> Result<KeyPackagesResult> {
    let claim = ClaimKeyPackages {
        account_ids: vec![device.account().to_vec()],
        suite: pipit_wire::v1::Suite::from(suite).into(),
    };
    match connection
        .request(client_frame::Body::ClaimKeyPackages(claim))
        .await?
    {
        server_frame::Body::KeyPackages(result) => Ok(result),
        _ => panic!("another answer"),
    }
}

#[tokio::test]
async fn key_packages_are_handed_out_once_and_the_last_resort_stays() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let bob = server.sign_up("bob").await?;
    let mut to_alice = alice.connect().await?;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let result = claim(&mut to_alice, &bob, Suite::Classical).await?;
        assert_eq!(
            (result.key_packages.len(), result.devices_without.len()),
            (1, 0)
        );
        assert_eq!(result.key_packages[0].device_id, bob.id().as_bytes());
        seen.push(result.key_packages[0].key_package.clone());
    }
    // Two one-time ones, then the last-resort one again and again.
    assert!(seen[0] != seen[1] && seen[1] != seen[2] && seen[2] == seen[3]);

    let mut to_bob = bob.connect().await?;
    let count = client_frame::Body::KeyPackageCount(KeyPackageCount {});
    let server_frame::Body::KeyPackageCount(left) = to_bob.request(count).await? else {
        panic!("another answer")
    };
    assert_eq!((left.classical, left.post_quantum), (0, 2));
    let publish = PublishKeyPackages {
        key_packages: bob.key_packages(3, false)?,
    };
    let path = "/v1/key-packages";
    let _: Empty = server
        .http()
        .post(path, Some(&bob.token()), &publish)
        .await?;
    assert!(
        claim(&mut to_alice, &bob, Suite::Classical)
            .await?
            .key_packages[0]
            .key_package
            != seen[3]
    );

    // Somebody else's key packages are refused.
    let answer = server
        .http()
        .post::<Empty>(path, Some(&alice.token()), &publish)
        .await;
    assert_eq!(refused(answer), "INVALID_HANDSHAKE");
    assert_eq!(
        refused(server.http().post::<Empty>(path, None, &publish).await),
        "UNAUTHENTICATED"
    );
    Ok(())
}

#[tokio::test]
async fn a_username_keeps_its_account_after_a_restart() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    let mut alice = server.sign_up("alice").await?;
    server.restart()?;
    alice.http = server.http();
    alice.connect().await?;
    let logged_in = log_in(&server, Username::parse("alice")?.as_str(), PASSWORD).await?;
    assert_eq!(logged_in.account_id, alice.account().as_bytes());
    Ok(())
}
