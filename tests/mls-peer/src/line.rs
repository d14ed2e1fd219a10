//! The peer at a real server: sign-up by OPAQUE, a ledger, key packages, and the WebSocket.
//!
//! Written from the protocol, not from our client: plain loopback only, one connection, no retries.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use data_encoding::BASE64URL_NOPAD;
use futures_util::{SinkExt as _, StreamExt as _};
use mls_rs::client_builder::MlsConfig;
use pipit_domain::{AccountId, Timestamp, Username};
use pipit_ledger::{Ledger, NONCE_LEN, SecretKey, Token};
use pipit_password::{Password, client::Registration};
use pipit_wire::PROTOCOL_VERSION;
use pipit_wire::v1::{
    Accepted, Acknowledge, ClientFrame, ClientHello, CommitGroup, Deliver, KeyPackage,
    RegisterFinish, RegisterStart, RegisterStarted, Registered, ServerDescription, ServerFrame,
    Submit, Suite, client_frame, server_frame,
};
use prost::Message as _;
use rand::RngCore as _;
use rand::rngs::OsRng;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::member::{Peer, peer};

/// How long the peer waits for any answer: a loaded machine is slow, a broken one never answers.
const DEADLINE: Duration = Duration::from_secs(60);
const KEY_PACKAGES: usize = 4;

/// An account at a server, on mls-rs.
pub struct Account<C: MlsConfig> {
    /// The MLS half.
    pub peer: Peer<C>,
    /// The account's id.
    pub account: AccountId,
    key: SecretKey,
    /// `127.0.0.1:PORT`.
    server: String,
    /// What tokens are signed for.
    server_name: String,
}

fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "tokens carry the time; the peer is a whole program"
    )]
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// Makes an account with this name and password at the server `127.0.0.1:PORT`.
///
/// # Errors
/// When the server refuses, or does not speak the protocol.
pub async fn sign_up(
    server: &str,
    username: &str,
    password: &str,
) -> anyhow::Result<Account<impl MlsConfig + use<>>> {
    let description: ServerDescription = get(&format!("http://{server}/v1/server")).await?;
    let password = Password::choose(password)?;
    let username = Username::parse(username)?.as_str().to_owned();
    let (registration, opaque_request) = Registration::start(&password, &mut OsRng)?;
    let start = RegisterStart {
        username: username.clone(),
        opaque_request,
    };
    let started: RegisterStarted = post(server, "/v1/register/start", None, &start).await?;
    let (opaque_upload, _) = registration.finish(&started.opaque_response, &mut OsRng)?;

    let key = SecretKey::from_seed(&random());
    let recovery = SecretKey::from_seed(&random());
    let ledger = Ledger::create(&key, &recovery.public(), now());
    let account = ledger.account();
    let peer = peer(account, &key);
    let key_packages = (0..KEY_PACKAGES)
        .map(|_| {
            let key_package = peer.key_package()?;
            Ok(KeyPackage {
                suite: Suite::Classical.into(),
                last_resort: false,
                key_package,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let first = ledger
        .entries()
        .first()
        .context("a ledger has a first entry")?;
    let finish = RegisterFinish {
        username,
        opaque_upload,
        ledger_entry: first.encode(),
        recovery_bundle: Vec::new(),
        key_packages,
    };
    let registered: Registered = post(server, "/v1/register/finish", None, &finish).await?;
    ensure!(
        registered.account_id == account.as_bytes(),
        "the server made another account of the ledger"
    );
    Ok(Account {
        peer,
        account,
        key,
        server: server.to_owned(),
        server_name: description.name,
    })
}

impl<C: MlsConfig> Account<C> {
    fn token(&self) -> String {
        let nonce = random::<NONCE_LEN>();
        let token = Token::sign(self.account, &self.key, &self.server_name, now(), nonce);
        format!("Pipit {}", BASE64URL_NOPAD.encode(&token.encode()))
    }

    /// Sends a commit of ours for the server to order.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn commit_group(&self, commit: &CommitGroup) -> anyhow::Result<Accepted> {
        post(
            &self.server,
            "/v1/conversations/commit",
            Some(self.token()),
            commit,
        )
        .await
    }

    /// Opens the connection and greets.
    ///
    /// # Errors
    /// When the server does not let us in.
    pub async fn connect(&self) -> anyhow::Result<Line> {
        let mut request = format!("ws://{}/v1/connect", self.server).into_client_request()?;
        request
            .headers_mut()
            .insert("authorization", self.token().parse()?);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        let mut line = Line {
            socket,
            last_request: 0,
            deliveries: Vec::new(),
        };
        let hello = ClientHello {
            version: PROTOCOL_VERSION,
            capabilities: Vec::new(),
        };
        match line.request(client_frame::Body::Hello(hello)).await? {
            server_frame::Body::Hello(hello) => {
                ensure!(hello.version == PROTOCOL_VERSION, "another version")
            }
            _ => bail!("the server did not greet"),
        }
        Ok(line)
    }
}

/// An open connection.
pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_request: u32,
    /// Came while we waited for something else; oldest first.
    deliveries: Vec<Deliver>,
}

impl Line {
    /// The next delivered payload, acknowledged.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn next_delivery(&mut self) -> anyhow::Result<Deliver> {
        while self.deliveries.is_empty() {
            let frame = self.receive().await?;
            self.keep(frame);
        }
        let delivery = self.deliveries.remove(0);
        let acknowledge = Acknowledge {
            sequences: vec![delivery.sequence],
            ..Acknowledge::default()
        };
        self.send(0, client_frame::Body::Acknowledge(acknowledge))
            .await?;
        Ok(delivery)
    }

    /// Submits an envelope; returns when the server keeps it.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn submit(&mut self, payload: Vec<u8>) -> anyhow::Result<Accepted> {
        match self
            .request(client_frame::Body::Submit(Submit {
                payload: payload.into(),
                ..Submit::default()
            }))
            .await?
        {
            server_frame::Body::Accepted(accepted) => Ok(accepted),
            _ => bail!("not an answer to a submit"),
        }
    }

    async fn request(&mut self, body: client_frame::Body) -> anyhow::Result<server_frame::Body> {
        self.last_request += 1;
        let id = self.last_request;
        self.send(id, body).await?;
        loop {
            let frame = self.receive().await?;
            if frame.request_id != id {
                self.keep(frame);
                continue;
            }
            return match frame.body.context("an answer without a body")? {
                server_frame::Body::Refused(refused) => {
                    bail!("refused: {}", refused.code().as_str_name())
                }
                body => Ok(body),
            };
        }
    }

    fn keep(&mut self, frame: ServerFrame) {
        if let Some(server_frame::Body::Deliver(delivery)) = frame.body {
            self.deliveries.push(delivery);
        }
    }

    async fn send(&mut self, request_id: u32, body: client_frame::Body) -> anyhow::Result<()> {
        let frame = ClientFrame {
            request_id,
            body: Some(body),
        };
        self.socket
            .send(Message::binary(frame.encode_to_vec()))
            .await?;
        Ok(())
    }

    async fn receive(&mut self) -> anyhow::Result<ServerFrame> {
        loop {
            let next = tokio::time::timeout(DEADLINE, self.socket.next()).await;
            match next
                .context("nothing came in time")?
                .context("the server hung up")??
            {
                Message::Binary(bytes) => return Ok(ServerFrame::decode(bytes)?),
                Message::Close(_) => bail!("the server closed the connection"),
                _ => {}
            }
        }
    }
}

/// In a build of the whole workspace reqwest comes with TLS and asks for a provider of cryptography,
/// though none of these requests use it.
fn plain_client() -> reqwest::Client {
    let _installed_already = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

async fn get<M: prost::Message + Default>(url: &str) -> anyhow::Result<M> {
    let response = plain_client().get(url).timeout(DEADLINE).send().await?;
    decode(response).await
}

async fn post<M: prost::Message + Default>(
    server: &str,
    path: &str,
    token: Option<String>,
    body: &impl prost::Message,
) -> anyhow::Result<M> {
    let mut request = plain_client()
        .post(format!("http://{server}{path}"))
        .header("content-type", "application/x-protobuf")
        .timeout(DEADLINE)
        .body(body.encode_to_vec());
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    decode(request.send().await?).await
}

async fn decode<M: prost::Message + Default>(response: reqwest::Response) -> anyhow::Result<M> {
    let status = response.status();
    let bytes = response.bytes().await?;
    if !status.is_success() {
        let refused = pipit_wire::v1::Refused::decode(bytes)?;
        bail!(
            "{status}: {}: {}",
            refused.code().as_str_name(),
            refused.sentence
        );
    }
    Ok(M::decode(bytes)?)
}
