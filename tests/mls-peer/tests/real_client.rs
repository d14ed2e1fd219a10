//! The peer at a real server, in a conversation that our real client opens.

use anyhow::{Context as _, ensure};
use mls_peer::line::{Line, sign_up};
use mls_peer::member::{PeerGroup, Read};
use mls_peer::program::{Cli, Server};
use mls_rs::client_builder::MlsConfig;
use pipit_domain::{ConversationId, EnvelopeId};
use pipit_wire::content::{Content, Kind};
use pipit_wire::v1::{CommitGroup, EnvelopeKind};
use serde_json::{Value, json};

fn envelope(n: u8) -> EnvelopeId {
    EnvelopeId::new([n; 16])
}

/// The next message that somebody else sent, as text.
async fn read_text<C: MlsConfig>(
    line: &mut Line,
    group: &mut PeerGroup<C>,
) -> anyhow::Result<String> {
    let delivery = line.next_delivery().await?;
    ensure!(
        delivery.kind() == EnvelopeKind::Application,
        "no application envelope"
    );
    let Read::Message {
        content, envelope, ..
    } = group.open(&delivery.payload)?
    else {
        anyhow::bail!("not a message")
    };
    ensure!(envelope.is_some(), "without an envelope id");
    let content = Content::decode(&content)?;
    match content.kind() {
        Kind::Text(text) => Ok(text.text.to_owned()),
        _ => anyhow::bail!("not a text"),
    }
}

fn has_text(messages: &Value, text: &str, state: &str) -> bool {
    let all = messages.as_array().into_iter().flatten();
    all.into_iter()
        .any(|message| message["text"] == text && message["state"] == state)
}

#[tokio::test]
async fn a_stranger_to_our_code_signs_up_and_joins_what_our_client_opens() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let bob = sign_up(&server.address, "bob", "correct horse battery").await?;
    let mut line = bob.connect().await?;

    let mut alice = Cli::start()?;
    let account =
        json!({"server": server.address, "username": "alice", "password": "an even better one"});
    alice.call("account.register", account).await?;
    let online = |status: &Value| status["connection"] == "online";
    alice
        .call_until("account.status", json!({}), online)
        .await?;
    let found = alice
        .call("contact.find", json!({"username": "bob"}))
        .await?;
    assert_eq!(found["accountId"], bob.account.to_string());
    let opened = alice
        .call(
            "conversation.open",
            json!({"accountId": found["accountId"]}),
        )
        .await?;
    let conversation = opened["conversationId"].clone();
    let list = json!({"conversationId": conversation});
    let say = |text: &str| json!({"conversationId": conversation, "text": text});
    alice
        .call("message.send", say("hello from OpenMLS"))
        .await?;

    // Bob is in from the start, by the Welcome and the tree beside it.
    let invitation = line.next_delivery().await?;
    ensure!(invitation.kind() == EnvelopeKind::Welcome, "no Welcome");
    assert_eq!(
        json!(ConversationId::try_from(&invitation.conversation_id[..])?.to_string()),
        conversation
    );
    let mut group = bob.peer.join(&invitation.payload, &invitation.tree)?;
    assert_eq!(
        read_text(&mut line, &mut group).await?,
        "hello from OpenMLS"
    );
    let delivered = |messages: &Value| has_text(messages, "hello from OpenMLS", "delivered");
    alice
        .call_until("message.list", list.clone(), delivered)
        .await?;

    // He answers.
    let answer = Content::text([1; 16], "hello from mls-rs").encode();
    line.submit(group.seal(envelope(1), &answer)?).await?;
    let received = |messages: &Value| has_text(messages, "hello from mls-rs", "received");
    alice
        .call_until("message.list", list.clone(), received)
        .await?;

    // He renews his keys; the server checks the commit, and Alice's client follows it.
    let epoch = group.epoch();
    let renewal = group.renew(envelope(2))?;
    let commit = CommitGroup {
        conversation_id: invitation.conversation_id.clone(),
        epoch,
        envelope_id: envelope(2).to_vec(),
        commit: renewal.commit,
        welcome: Vec::new(),
        group_info: renewal.group_info,
    };
    bob.commit_group(&commit)
        .await
        .context("the server refused the peer's commit")?;
    group.confirm()?;
    let answer = Content::text([2; 16], "with new keys").encode();
    line.submit(group.seal(envelope(3), &answer)?).await?;
    let received = |messages: &Value| has_text(messages, "with new keys", "received");
    alice
        .call_until("message.list", list.clone(), received)
        .await?;
    alice.call("message.send", say("so I see")).await?;
    assert_eq!(read_text(&mut line, &mut group).await?, "so I see");
    let delivered = |messages: &Value| has_text(messages, "so I see", "delivered");
    alice.call_until("message.list", list, delivered).await?;
    Ok(())
}
