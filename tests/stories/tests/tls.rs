//! A server behind TLS: with a certificate that this computer trusts, and with one that it does not.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use story_tests::{Person, Server};

/// A server for `localhost` with a certificate of an authority made here; answers also the file with
/// that authority's certificate.
async fn server() -> (Server, String) {
    let mut server = Server::start().await;
    server.terminate().await;
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_file = authority
        .self_signed(&authority_key)
        .expect("a certificate")
        .pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params
        .signed_by(&key, &issuer)
        .expect("a certificate")
        .pem();
    let write = |name: &str, text: &str| {
        let path = server.folder().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path.to_str().expect("text").to_owned()
    };
    let authority = write("authority.pem", &authority_file);
    let (certificate, key) = (
        write("cert.pem", &certificate),
        write("key.pem", &key.serialize_pem()),
    );
    server.add_flags(&["--tls-cert", &certificate, "--tls-key", &key]);
    server.restart().await;
    (server, authority)
}

fn by_name(server: &Server) -> String {
    format!(
        "https://{}",
        server.address.replace("127.0.0.1", "localhost")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_over_tls() {
    let (server, authority) = server().await;
    let trusting = [("SSL_CERT_FILE", &authority[..])];
    let (mut alice, mut bob) = tokio::join!(Person::nobody(&trusting), Person::nobody(&trusting));
    let address = by_name(&server);
    tokio::join!(
        alice.sign_up(&address, "alice"),
        bob.sign_up(&address, "bob")
    );
    let conversation = alice.open("bob").await;
    alice.send(&conversation, "hello over TLS").await;
    assert_eq!(bob.wait_texts(&conversation, 1).await, ["hello over TLS"]);
    alice.wait_all_delivered(&conversation).await;
    // The address is kept with its scheme: a restart comes back the same way.
    bob.kill().await;
    bob.start().await;
    bob.connection("online").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_do_not_fit_are_refused() {
    let (server, authority) = server().await;
    let probe = |address: String| json!({ "server": address });
    let stranger = Person::nobody(&[]).await;
    let refusal = stranger
        .refused("server.probe", probe(by_name(&server)))
        .await;
    assert_eq!(
        (&refusal.code[..], refusal.retry),
        ("UNREACHABLE", false),
        "{refusal:?}"
    );
    assert!(refusal.message.contains("certificate"), "{refusal:?}");
    let sign_up = json!({ "server": by_name(&server), "username": "alice", "password": "long enough to be one" });
    let refusal = stranger.refused("account.register", sign_up).await;
    assert!(refusal.message.contains("certificate"), "{refusal:?}");

    let trusting = Person::nobody(&[("SSL_CERT_FILE", &authority)]).await;
    trusting.ask("server.probe", probe(by_name(&server))).await;
    // Its certificate is for another name.
    let refusal = trusting
        .refused("server.probe", probe(format!("https://{}", server.address)))
        .await;
    assert!(refusal.message.contains("certificate"), "{refusal:?}");
    // Without TLS, what answers is no Pipit server, or nothing.
    let refusal = trusting
        .refused("server.probe", probe(server.address.clone()))
        .await;
    assert!(
        ["NOT_A_PIPIT_SERVER", "UNREACHABLE"].contains(&&refusal.code[..]),
        "{refusal:?}"
    );
}
