//! A WebSocket through the proxy: every frame goes through the rule.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use pipit_wire::frame::{self, Message as _};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::broadcast;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};

use crate::frame::{Verdict, read};
use crate::proxy::{Command, Shared};

/// How long a message waits for one that overtakes it.
const OVERTAKE_WAIT: Duration = Duration::from_millis(100);

/// Opens the other half of a WebSocket with the client's token, and runs both.
pub(crate) async fn serve(
    mut client: TcpStream,
    server: TcpStream,
    head: &str,
    shared: &Shared,
    commands: broadcast::Receiver<Command>,
) {
    let url = format!("ws://{}/v1/connect", shared.server);
    let mut request = url
        .into_client_request()
        .expect("the server's address is one");
    let token = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("authorization")
            .then(|| value.trim())
    });
    if let Some(token) = token.and_then(|token| token.strip_prefix("Pipit ")) {
        let mut tokens = shared.tokens.lock().expect("no panic while locked");
        tokens.push(token.to_owned());
    }
    if let Some(token) = token.and_then(|token| HeaderValue::try_from(token).ok()) {
        request.headers_mut().insert("authorization", token);
    }
    match client_async(request, server).await {
        Ok((server, _)) => {
            shared.connections.fetch_add(1, Ordering::Relaxed);
            if let Ok(client) = accept_async(client).await {
                Pump {
                    client,
                    server,
                    held: VecDeque::new(),
                    overtaken: None,
                    shared,
                }
                .run(commands)
                .await;
            }
        }
        Err(Error::Http(refused)) => {
            let body = refused.body().clone().unwrap_or_default();
            let head = format!(
                "HTTP/1.1 {}\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
                refused.status(),
                body.len()
            );
            let _ = client.write_all(&[head.as_bytes(), &body].concat()).await;
        }
        Err(_) => {}
    }
}

/// The next from the server; `None` when something waits to be overtaken and nothing came in time.
async fn next(
    server: &mut WebSocketStream<TcpStream>,
    is_waiting: bool,
) -> Option<Option<Result<Message, Error>>> {
    match is_waiting {
        true => timeout(OVERTAKE_WAIT, server.next()).await.ok(),
        false => Some(server.next().await),
    }
}

/// A WebSocket through the proxy.
struct Pump<'a> {
    client: WebSocketStream<TcpStream>,
    server: WebSocketStream<TcpStream>,
    held: VecDeque<(bool, Message)>,
    /// A message to the client that waits to be overtaken.
    overtaken: Option<Message>,
    shared: &'a Shared,
}

impl Pump<'_> {
    /// Runs until either side ends, or it is cut: then both sides just lose their line.
    async fn run(mut self, mut commands: broadcast::Receiver<Command>) {
        loop {
            let is_on = tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Ok(Command::Release { is_reversed }) => self.release(is_reversed).await,
                    Ok(Command::Resume) => {
                        self.shared.pass();
                        self.release(false).await
                    }
                    Ok(Command::Cut) | Err(_) => false,
                },
                message = self.client.next() => self.take(true, message).await,
                message = next(&mut self.server, self.overtaken.is_some()) => match message {
                    Some(message) => self.take(false, message).await,
                    None => self.pass_overtaken().await,
                },
            };
            if !is_on {
                let held = self.held.len();
                self.shared.held.send_modify(|all| *all -= held);
                return;
            }
        }
    }

    async fn take(&mut self, is_up: bool, message: Option<Result<Message, Error>>) -> bool {
        let bytes = match message {
            Some(Ok(Message::Binary(bytes))) => bytes,
            // Each side answers pings itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return true,
            Some(Ok(close @ Message::Close(_))) => {
                let _ = self.pass(is_up, close).await;
                return false;
            }
            _ => return false,
        };
        let bytes = match is_up {
            true => bytes,
            false => self.told(bytes),
        };
        let mut is_message = false;
        let verdict = match read(is_up, &bytes) {
            Some(seen) => {
                is_message = seen.is_message();
                let verdict = (self.shared.rule.lock().expect("rules don't panic"))(&seen);
                self.shared.seen.send_modify(|all| all.push(seen));
                verdict
            }
            None => Verdict::Pass,
        };
        let message = Message::Binary(bytes);
        // Only messages overtake each other: what else comes is behind all of them.
        if !is_up && !is_message && !self.pass_overtaken().await {
            return false;
        }
        let goes_on = self.obey(verdict, is_up, message).await;
        let is_overtaken = matches!(verdict, Verdict::Pass | Verdict::Twice);
        if goes_on && !is_up && is_message && is_overtaken {
            return self.pass_overtaken().await;
        }
        goes_on
    }

    /// What the client is told instead of what the server says.
    fn told(&self, bytes: Bytes) -> Bytes {
        let mut lie = self.shared.lie.lock().expect("lies don't panic");
        let Some(lie) = lie.as_mut() else {
            return bytes;
        };
        let Ok(mut frame) = frame::decode_server(bytes.clone()) else {
            return bytes;
        };
        if let Some(body) = &mut frame.body {
            lie(body);
        }
        frame.encode_to_vec().into()
    }

    async fn obey(&mut self, verdict: Verdict, is_up: bool, message: Message) -> bool {
        match verdict {
            Verdict::Pass => self.pass(is_up, message).await,
            Verdict::Twice => {
                self.pass(is_up, message.clone()).await && self.pass(is_up, message).await
            }
            Verdict::Drop => true,
            Verdict::Hold => {
                self.held.push_back((is_up, message));
                self.shared.held.send_modify(|held| *held += 1);
                true
            }
            Verdict::Cut => false,
            Verdict::Last => {
                let _ = self.pass(is_up, message).await;
                false
            }
            Verdict::Late(time) => {
                sleep(time).await;
                self.pass(is_up, message).await
            }
            Verdict::Overtaken => {
                let before = self.overtaken.replace(message);
                match before {
                    Some(before) => self.pass(is_up, before).await,
                    None => true,
                }
            }
        }
    }

    /// Sends on what waited to be overtaken.
    async fn pass_overtaken(&mut self) -> bool {
        match self.overtaken.take() {
            Some(message) => self.pass(false, message).await,
            None => true,
        }
    }

    async fn pass(&mut self, is_up: bool, message: Message) -> bool {
        let to = if is_up {
            &mut self.server
        } else {
            &mut self.client
        };
        to.send(message).await.is_ok()
    }

    /// Sends all that is held in one go, so that it arrives as one burst.
    async fn release(&mut self, is_reversed: bool) -> bool {
        let mut held = std::mem::take(&mut self.held);
        self.shared.held.send_modify(|all| *all -= held.len());
        if is_reversed {
            held.make_contiguous().reverse();
        }
        for (is_up, message) in held {
            let to = if is_up {
                &mut self.server
            } else {
                &mut self.client
            };
            if to.feed(message).await.is_err() {
                return false;
            }
        }
        self.server.flush().await.is_ok() && self.client.flush().await.is_ok()
    }
}
