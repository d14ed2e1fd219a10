//! Seeds of names, ids, JSON-RPC lines, addresses and configurations.

use super::{Seed, seed};

pub fn seeds() -> Vec<Seed> {
    let mut seeds = names();
    seeds.extend(lines());
    seeds.extend(servers());
    seeds
}

fn names() -> Vec<Seed> {
    vec![
        seed("username", "plain", "alice"),
        seed("username", "marks", " @Mara.L-2_x "),
        seed("username", "longest", "abcdefghijklmnopqrstuvwxyz012345"),
        seed("ids", "16-bytes", *b"0123456789abcdef"),
        seed("ids", "32-bytes", [7; 32]),
        seed("ids", "32-digits", "00112233445566778899aabbccddeeff"),
        seed("ids", "64-digits", "0123456789abcdef".repeat(4)),
        seed("password", "phrase", "correct horse battery staple"),
        seed(
            "password",
            "accents",
            "e\u{301}tudes a\u{300} l\u{2019}e\u{301}cole",
        ),
    ]
}

fn lines() -> Vec<Seed> {
    let id = "0123456789abcdef".repeat(2);
    let message = "0123456789abcdef".repeat(4);
    let params = [
        ("nothing", "{}".to_owned()),
        ("server", r#"{"server":"meadow.example:7460"}"#.to_owned()),
        (
            "username",
            r#"{"server":"localhost","username":"alice"}"#.to_owned(),
        ),
        (
            "register",
            r#"{"server":"localhost","username":"alice","password":"p","displayName":null}"#
                .to_owned(),
        ),
        (
            "login",
            r#"{"server":"s","username":"u","password":"p","totp":"123456"}"#.to_owned(),
        ),
        (
            "send",
            format!(r#"{{"conversationId":"{id}","text":"H\u00e9llo \ud83d\udc4b"}}"#),
        ),
        (
            "list",
            format!(r#"{{"conversationId":"{id}","before":"{message}","limit":50}}"#),
        ),
        (
            "read",
            format!(r#"{{"conversationId":"{id}","upTo":"{message}"}}"#),
        ),
        (
            "focus",
            format!(r#"{{"focused":true,"conversationId":"{id}"}}"#),
        ),
    ];
    let mut seeds = vec![
        seed(
            "rpc_line",
            "notification",
            r#"{"jsonrpc":"2.0","method":"window.focus"}"#,
        ),
        seed(
            "rpc_line",
            "text-id",
            r#"{"id":"a","method":"x","params":{},"jsonrpc":"2.0"}"#,
        ),
    ];
    for (name, params) in params {
        let line = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"x.y","params":{params}}}"#);
        seeds.push(seed("rpc_line", name, line));
        seeds.push(seed("rpc_params", name, params));
    }
    seeds
}

fn servers() -> Vec<Seed> {
    let config = r#"
data = "/var/lib/pipit"
listen = "0.0.0.0:443"
metrics = "127.0.0.1:9464"
name = "chat.example.org"
registration = "closed"
[tls]
cert = "cert.pem"
key = "key.pem"
[limits]
frames_per_second = 7
"#;
    vec![
        seed("server_config", "everything", config),
        seed("server_config", "local", "listen = \"[::1]:0\"\n"),
        seed("server_address", "name", "meadow.example"),
        seed("server_address", "port", "meadow.example:7460"),
        seed("server_address", "local", "127.0.0.1:7460"),
        seed("server_address", "scheme", " https://localhost:8443/ "),
        seed("server_address", "six", "http://[::1]:80"),
        seed("server_address", "words", "https://b\u{fc}cher.example:443"),
    ]
}
