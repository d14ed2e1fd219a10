//! Input that no honest client sends, and folders that no server should touch.

use std::fs;
use std::process::Stdio;

use anyhow::Result;
use bytes::Bytes;
use pipit_domain::limits;
use pipit_load::raw::{Connection, Device, WebSocketMessage as Message};
use pipit_wire::frame;
use pipit_wire::frame::Message as _;
use pipit_wire::v1::{
    Acknowledge, ClientFrame, ClientHello, Empty, Ping, RegisterFinish, Registered, Submit,
    client_frame, server_frame,
};
use server_tests::{Server, bytes_of, refused};

const SERVER: &str = env!("CARGO_BIN_EXE_test-server");

/// Sends one message and tells with which refusal the connection ended.
async fn ended_with(device: &Device, message: Message) -> Result<String> {
    let mut connection = device.connect().await?;
    connection.send_message(message).await?;
    let mut code = "nothing".to_owned();
    while let Ok(Some(frame)) = connection.frame().await {
        if let Some(server_frame::Body::Refused(refused)) = frame.body {
            code = refused.code().as_str_name().to_owned();
        }
    }
    Ok(code)
}

#[tokio::test]
async fn frames_that_are_none_end_the_connection_and_nothing_else() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let mut bystander = server.sign_up("bob").await?.connect().await?;
    let submit = ClientFrame {
        request_id: 1,
        body: Some(client_frame::Body::Submit(Submit {
            payload: vec![1; 100].into(),
            ..Submit::default()
        })),
    };
    let cut = frame::encode(&submit).slice(..50);
    let many = ClientFrame {
        request_id: 0,
        body: Some(client_frame::Body::Acknowledge(Acknowledge {
            sequences: (0..1000).collect(),
            mailbox_expiry_handled: false,
        })),
    };
    let second_hello = ClientFrame {
        request_id: 1,
        body: Some(client_frame::Body::Hello(ClientHello {
            version: 1,
            capabilities: Vec::new(),
        })),
    };
    for (message, code) in [
        (
            Message::Binary(Bytes::from_static(&[0xff; 40])),
            "MALFORMED",
        ),
        (Message::Binary(cut), "MALFORMED"),
        (Message::Text("{\"hello\":1}".into()), "MALFORMED"),
        (
            Message::Binary(vec![0; limits::FRAME_LEN_MAX + 1].into()),
            "TOO_LARGE",
        ),
        (Message::Binary(frame::encode(&many)), "MALFORMED"),
        (Message::Binary(frame::encode(&second_hello)), "MALFORMED"),
    ] {
        assert_eq!(ended_with(&alice, message).await?, code);
    }
    bystander.request(client_frame::Body::Ping(Ping {})).await?;
    Ok(())
}

#[tokio::test]
async fn the_first_frame_must_be_a_hello_of_this_version() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let mut connection = Connection::upgrade(server.address, &alice.token()).await?;
    connection.send(client_frame::Body::Ping(Ping {})).await?;
    let Some(first) = connection.frame().await? else {
        panic!("it was told why")
    };
    let Some(server_frame::Body::Refused(refused)) = first.body else {
        panic!("a refusal")
    };
    assert_eq!(refused.code().as_str_name(), "MALFORMED");
    assert!(connection.frame().await?.is_none());

    let mut connection = Connection::upgrade(server.address, &alice.token()).await?;
    let hello = ClientHello {
        version: 99,
        capabilities: Vec::new(),
    };
    connection.send(client_frame::Body::Hello(hello)).await?;
    let Some(first) = connection.frame().await? else {
        panic!("it was told why")
    };
    let Some(server_frame::Body::Refused(refused)) = first.body else {
        panic!("a refusal")
    };
    assert_eq!(refused.code().as_str_name(), "UNSUPPORTED");
    Ok(())
}

#[tokio::test]
async fn a_kind_of_request_that_is_not_known_is_refused_and_the_connection_goes_on() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let alice = server.sign_up("alice").await?;
    let mut connection = alice.connect().await?;
    // request_id 77, and a body of field 99.
    connection
        .send_bytes(Bytes::from_static(&[0x08, 77, 0x9a, 0x06, 0]))
        .await?;
    assert_eq!(refused(connection.answer(77).await), "UNSUPPORTED");
    let garbage = client_frame::Body::Submit(Submit {
        payload: vec![9; 300].into(),
        ..Submit::default()
    });
    assert_eq!(refused(connection.request(garbage).await), "MALFORMED");
    connection
        .request(client_frame::Body::Ping(Ping {}))
        .await?;
    Ok(())
}

#[tokio::test]
async fn bodies_that_are_none_are_refused() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let http = server.http();
    for path in [
        "/v1/register/start",
        "/v1/register/finish",
        "/v1/login/start",
        "/v1/login/finish",
    ] {
        let answer = http
            .post_bytes::<Empty>(path, None, Bytes::from_static(&[0xff; 9]))
            .await;
        assert_eq!(refused(answer), "MALFORMED", "{path}");
    }
    let large = RegisterFinish {
        recovery_bundle: vec![0; limits::BODY_LEN_MAX],
        ..Default::default()
    };
    let answer = http
        .post::<Registered>("/v1/register/finish", None, &large)
        .await;
    assert_eq!(refused(answer), "TOO_LARGE");
    let answer = http
        .post_bytes::<Empty>("/v1/nothing", None, Bytes::new())
        .await;
    assert_eq!(refused(answer), "UNSUPPORTED");
    assert!(large.encoded_len() > limits::BODY_LEN_MAX);
    http.describe().await?;
    Ok(())
}

#[tokio::test]
async fn a_flood_on_one_connection_is_slowed_and_others_are_not() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    let config = server.data().with_file_name("pipit.toml");
    fs::write(&config, "[limits]\nframes_per_second = 5\n")?;
    let mut alice = server.sign_up("alice").await?;
    let flag = config.to_str().expect("a path in UTF-8").to_owned();
    server.restart_with(&["--config", &flag])?;
    alice.http = server.http();
    let mut connection = alice.connect().await?;
    let mut refusals = 0;
    for _ in 0..40 {
        connection.send(client_frame::Body::Ping(Ping {})).await?;
    }
    for _ in 0..40 {
        let frame = connection.frame().await?.expect("the connection goes on");
        if let Some(server_frame::Body::Refused(refused)) = frame.body {
            assert_eq!(refused.code().as_str_name(), "SLOW_DOWN");
            assert!(refused.retry && refused.retry_after_ms > 0);
            refusals += 1;
        }
    }
    assert!(refusals >= 5, "{refusals}");
    Ok(())
}

/// What a server that must not start says.
fn refuses_to_start(server: &Server, flags: &[&str]) -> Result<String> {
    let mut command = server.command();
    let output = command
        .args(flags)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()?;
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    Ok(String::from_utf8(output.stderr)?)
}

#[tokio::test]
async fn a_second_server_stays_out_of_the_folder() -> Result<()> {
    let server = Server::start(SERVER, &[])?;
    let said = refuses_to_start(&server, &[])?;
    assert!(said.contains("another pipit-server is running"), "{said}");
    server.http().describe().await?;
    Ok(())
}

#[tokio::test]
async fn newer_foreign_and_damaged_databases_are_not_touched() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    server.sign_up("alice").await?;
    server.stop()?;
    let path = server.database();
    let good = bytes_of(&path);

    rusqlite::Connection::open(&path)?.pragma_update(None, "user_version", 999)?;
    let newer = bytes_of(&path);
    let said = refuses_to_start(&server, &[])?;
    assert!(
        said.contains("newer pipit-server") && said.contains("update"),
        "{said}"
    );
    assert_eq!(bytes_of(&path), newer);

    let mut damaged = good.clone();
    for byte in damaged.iter_mut().skip(4096).step_by(7) {
        *byte ^= 0x55;
    }
    for (bytes, word) in [
        (damaged, "damaged"),
        (good[..good.len() / 2].to_vec(), "damaged"),
        (
            b"These are my notes, not a database.".repeat(100),
            "not a pipit-server database",
        ),
    ] {
        fs::write(&path, &bytes)?;
        let said = refuses_to_start(&server, &[])?;
        assert!(said.contains(word), "{word}: {said}");
        assert_eq!(bytes_of(&path), bytes, "{word}");
    }
    let other = rusqlite::Connection::open(server.data().join("other"))?;
    other.execute_batch("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)")?;
    drop(other);
    fs::rename(server.data().join("other"), &path)?;
    let said = refuses_to_start(&server, &[])?;
    assert!(said.contains("not a pipit-server database"), "{said}");

    fs::write(&path, &good)?;
    server.restart()?;
    server.http().describe().await?;
    Ok(())
}

#[tokio::test]
async fn a_bad_configuration_says_what_to_change() -> Result<()> {
    let mut server = Server::start(SERVER, &[])?;
    server.stop()?;
    let config = server.data().with_file_name("pipit.toml");
    let flag = config.to_str().expect("a path in UTF-8").to_owned();
    for (text, word) in [
        ("registraton = \"open\"", "registraton"),
        ("[limits]\nframes_per_second = 0", "frames_per_second"),
        ("listen = 5", "listen"),
        ("= = =", "pipit.toml"),
    ] {
        fs::write(&config, text)?;
        let said = refuses_to_start(&server, &["--config", &flag])?;
        assert!(said.contains(word), "{word}: {said}");
    }
    let said = refuses_to_start(&server, &["--name", "not a name"])?;
    assert!(said.contains("host name"), "{said}");
    Ok(())
}
