//! What people, scripts and disks get wrong: each is a clear error, and nothing is lost.

use serde_json::{Value, json};
use story_tests::{PASSWORD, Pair, Person, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn is_sentence(text: &str) -> bool {
    text.trim_end().ends_with('.') && text.contains(' ') && !text.contains("Error")
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_no_requests_are_refused_one_by_one() {
    let nobody = Person::nobody(&[]).await;
    let huge = format!("{{\"id\":1,\"padding\":\"{}\"}}", "x".repeat(600 * 1024));
    let cases: [(&[u8], i64); 12] = [
        (b"nonsense", -32700),
        (b"{\"jsonrpc\":\"2.0\",", -32700),
        (b"\xff\xfe\x00", -32700),
        (b"[]", -32600),
        (b"42", -32600),
        (b"{}", -32600),
        (
            b"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"account.status\"}]",
            -32600,
        ),
        (
            b"{\"jsonrpc\":\"1.0\",\"id\":\"a\",\"method\":\"account.status\"}",
            -32600,
        ),
        (b"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":7}", -32600),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"account.status\"}",
            -32600,
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"account.status\",\"params\":[1]}",
            -32602,
        ),
        (huge.as_bytes(), -32600),
    ];
    for (count, (line, number)) in cases.iter().enumerate() {
        nobody.write(line).await;
        nobody.write(b"\n\n   \n").await;
        let answer: Value = nobody
            .line("a refusal", |lines| lines.get(count).cloned())
            .await;
        assert_eq!(
            answer["error"]["code"],
            *number,
            "{}",
            String::from_utf8_lossy(&line[..line.len().min(80)])
        );
        assert_eq!(answer["error"]["data"]["code"], "BAD_REQUEST");
        assert!(is_sentence(
            answer["error"]["message"].as_str().expect("a sentence")
        ));
        // The process goes on.
        assert_eq!(
            nobody.ask("account.status", json!({})).await["state"],
            "signedOut"
        );
    }
    let deep = "[".repeat(100_000);
    nobody.write(format!("{deep}\n").as_bytes()).await;
    nobody
        .line("a refusal", |lines| lines.get(cases.len()).cloned())
        .await;
    assert!(nobody.refused("no.such", json!({})).await.code == "UNKNOWN_METHOD");
}

/// Commands with parameters that do not fit, and the word that they are refused with.
fn misfits(conversation: &str) -> Vec<(&'static str, Value, &'static str)> {
    let zeros = "0".repeat(64);
    let half = "0".repeat(32);
    vec![
        (
            "message.send",
            json!({ "conversationId": conversation }),
            "BAD_REQUEST",
        ),
        (
            "message.send",
            json!({ "conversationId": conversation, "text": 7 }),
            "BAD_REQUEST",
        ),
        (
            "message.send",
            json!({ "conversationId": conversation, "text": "x", "txt": "y" }),
            "BAD_REQUEST",
        ),
        (
            "message.send",
            json!({ "conversationId": "nonsense", "text": "x" }),
            "BAD_REQUEST",
        ),
        (
            "message.send",
            json!({ "conversationId": half, "text": "x" }),
            "UNKNOWN_CONVERSATION",
        ),
        (
            "conversation.get",
            json!({ "conversationId": half }),
            "UNKNOWN_CONVERSATION",
        ),
        (
            "conversation.open",
            json!({ "accountId": zeros }),
            "UNKNOWN_ACCOUNT",
        ),
        (
            "conversation.open",
            json!({ "accountId": "é".repeat(32) }),
            "BAD_REQUEST",
        ),
        (
            "message.list",
            json!({ "conversationId": conversation, "limit": 0 }),
            "BAD_REQUEST",
        ),
        (
            "message.list",
            json!({ "conversationId": conversation, "limit": 201 }),
            "BAD_REQUEST",
        ),
        (
            "message.list",
            json!({ "conversationId": conversation, "limit": -1 }),
            "BAD_REQUEST",
        ),
        (
            "message.list",
            json!({ "conversationId": conversation, "around": zeros }),
            "NOT_FOUND",
        ),
        (
            "message.list",
            json!({ "conversationId": conversation, "before": zeros, "after": zeros }),
            "BAD_REQUEST",
        ),
        (
            "message.markRead",
            json!({ "conversationId": conversation, "upTo": zeros }),
            "NOT_FOUND",
        ),
        ("message.retry", json!({ "messageId": zeros }), "NOT_FOUND"),
        (
            "message.discard",
            json!({ "messageId": zeros }),
            "NOT_FOUND",
        ),
        (
            "contact.find",
            json!({ "username": "not a name" }),
            "USERNAME_INVALID",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_that_do_not_fit_are_named_and_secrets_are_not() {
    let Pair {
        alice,
        conversation,
        ..
    } = &Pair::meet().await;
    for (method, params, code) in misfits(conversation) {
        let refusal = alice.refused(method, params.clone()).await;
        assert_eq!(refusal.code, code, "{method} {params}: {refusal:?}");
        assert!(is_sentence(&refusal.message), "{refusal:?}");
        assert!(!refusal.retry);
    }
    let params = json!({ "server": "x", "username": "y", "password": { "my-secret": 1 } });
    let refusal = alice.refused("account.login", params).await;
    assert!(!refusal.message.contains("my-secret"), "{refusal:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_up_says_what_to_change() {
    let server = Server::start().await;
    let alice = Person::register(&server.address, "alice").await;
    let other = Person::nobody(&[]).await;
    let sign_up = |username: &str, password: &str| json!({ "server": server.address, "username": username, "password": password });
    for (username, password, code) in [
        ("al", PASSWORD, "USERNAME_INVALID"),
        ("a b c", PASSWORD, "USERNAME_INVALID"),
        ("bob", "short", "PASSWORD_TOO_SHORT"),
        ("alice", PASSWORD, "USERNAME_TAKEN"),
        ("ALICE", PASSWORD, "USERNAME_TAKEN"),
    ] {
        let refusal = other
            .refused("account.register", sign_up(username, password))
            .await;
        assert_eq!(refusal.code, code, "{username}: {refusal:?}");
    }
    for (username, problem) in [
        ("al", "too_short"),
        ("a b c", "characters"),
        ("alice", "taken"),
    ] {
        let params = json!({ "server": server.address, "username": username });
        let check = other.ask("account.checkUsername", params).await;
        assert_eq!(
            (&check["free"], &check["problem"]),
            (&json!(false), &json!(problem))
        );
    }
    for method in ["conversation.list", "account.recoveryKey"] {
        assert_eq!(other.refused(method, json!({})).await.code, "SIGNED_OUT");
    }
    // None of it left anything behind.
    other
        .ask("account.register", sign_up("bob", PASSWORD))
        .await;
    drop(alice);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_lead_to_no_server_are_told_apart() {
    let nobody = Person::nobody(&[]).await;
    let probe = async |server: &str| {
        nobody
            .refused("server.probe", json!({ "server": server }))
            .await
    };
    for nonsense in [
        "",
        "a b",
        "ftp://x",
        "x:99999",
        "user:pw@x.example",
        "http://pipit.example",
        "x.example/path",
    ] {
        let refusal = probe(nonsense).await;
        assert_eq!(
            (&refusal.code[..], refusal.retry),
            ("BAD_REQUEST", false),
            "{nonsense:?}"
        );
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = closed.local_addr().expect("an address").to_string();
    drop(closed);
    let refusal = probe(&address).await;
    assert_eq!((&refusal.code[..], refusal.retry), ("UNREACHABLE", true));

    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 301 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 3\r\n\r\n\u{7f}\u{7f}\u{7f}",
    ] {
        let web = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = web.local_addr().expect("an address").to_string();
        let serve = async {
            let (mut socket, _) = web.accept().await.expect("a caller");
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            socket
                .write_all(answer.as_bytes())
                .await
                .expect("the caller listens");
            let _ = socket.read(&mut request).await;
        };
        let (refusal, ()) = tokio::join!(
            async {
                let refusal = probe(&address).await;
                let _ = tokio::net::TcpStream::connect(&address).await;
                refusal
            },
            async {
                tokio::time::timeout(story_tests::DEADLINE / 20, serve)
                    .await
                    .unwrap_or(());
            },
        );
        assert_eq!(
            (&refusal.code[..], refusal.retry),
            ("NOT_A_PIPIT_SERVER", false),
            "{answer}"
        );
        assert!(is_sentence(&refusal.message));
    }
}
