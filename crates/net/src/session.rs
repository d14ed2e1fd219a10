//! One WebSocket connection, from the upgrade to its end.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use pipit_domain::limits;
use pipit_wire::v1::{
    ClientFrame, ClientHello, Ping, Refused, ServerFrame, ServerHello, client_frame, server_frame,
};
use pipit_wire::{PROTOCOL_VERSION, frame};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use crate::backoff::jitter;
use crate::{Endpoint, NetError, Tls};

/// From the first packet to the server's hello.
const OPEN_TIMEOUT: Duration = Duration::from_secs(15);
/// Without any frame for this long, the line is dead: one ping and its answer fit in twice.
const DEAD_AFTER: Duration = Duration::from_secs(45);
/// When idle, a ping goes out after a random time in this span, so that many clients don't ping at once.
const PING_AFTER: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(30));
/// Frames are small; larger ones grow the buffer for a moment.
const BUFFER_LEN: usize = 8 * 1024;

/// What the client wants sent.
pub(crate) struct Outgoing {
    pub(crate) body: client_frame::Body,
    /// Where the answer goes; `None` for frames without one.
    pub(crate) answer: Option<oneshot::Sender<Result<server_frame::Body, NetError>>>,
}

/// How a session ended.
pub(crate) enum End {
    /// The line broke, or the server closed it.
    Broken,
    /// The server said to come back after this time.
    GoingAway(Duration),
    /// The client is being dropped.
    Stopped,
}

pub(crate) struct Session {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pending: HashMap<u32, oneshot::Sender<Result<server_frame::Body, NetError>>>,
    last_request: u32,
}

impl Session {
    /// Connects, upgrades with the token, and exchanges hellos.
    pub(crate) async fn open(
        endpoint: &Endpoint,
        tls: &Tls,
        token: &str,
    ) -> Result<(Self, ServerHello), NetError> {
        timeout(OPEN_TIMEOUT, Self::open_without_limit(endpoint, tls, token))
            .await
            .unwrap_or(Err(NetError::TimedOut))
    }

    async fn open_without_limit(
        endpoint: &Endpoint,
        tls: &Tls,
        token: &str,
    ) -> Result<(Self, ServerHello), NetError> {
        let stream = TcpStream::connect((endpoint.host(), endpoint.port()))
            .await
            .map_err(|_| NetError::Unreachable)?;
        stream
            .set_nodelay(true)
            .map_err(|_| NetError::Unreachable)?;
        let mut request = endpoint
            .websocket()
            .into_client_request()
            .map_err(|_| NetError::Unreachable)?;
        let value =
            HeaderValue::try_from(format!("Pipit {token}")).map_err(|_| NetError::Unreachable)?;
        request.headers_mut().insert("authorization", value);
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_LEN)
            .write_buffer_size(0)
            .max_message_size(Some(limits::FRAME_LEN_MAX))
            .max_frame_size(Some(limits::FRAME_LEN_MAX));
        let connector = if endpoint.is_tls() {
            Connector::Rustls(tls.config())
        } else {
            Connector::Plain
        };
        let (socket, _) =
            client_async_tls_with_config(request, stream, Some(config), Some(connector))
                .await
                .map_err(|error| from_upgrade(&error))?;
        let mut session = Self {
            socket,
            pending: HashMap::new(),
            last_request: 0,
        };
        let hello = ClientHello {
            version: PROTOCOL_VERSION,
            capabilities: Vec::new(),
        };
        session
            .send(0, client_frame::Body::Hello(hello))
            .await
            .map_err(|()| NetError::Unreachable)?;
        let hello = session.read_hello().await?;
        Ok((session, hello))
    }

    async fn read_hello(&mut self) -> Result<ServerHello, NetError> {
        loop {
            match self.read().await {
                Ok(Some(ServerFrame {
                    body: Some(server_frame::Body::Hello(hello)),
                    ..
                })) => {
                    return Ok(hello);
                }
                Ok(Some(ServerFrame {
                    body: Some(server_frame::Body::Refused(refused)),
                    ..
                })) => {
                    return Err(NetError::Refused(refused));
                }
                Ok(Some(_)) => return Err(NetError::NotPipit),
                Ok(None) => {}
                Err(()) => return Err(NetError::Unreachable),
            }
        }
    }

    /// Serves the connection until it ends; whoever still waits for an answer then learns that it is lost.
    pub(crate) async fn run(
        mut self,
        outgoing: &mut mpsc::Receiver<Outgoing>,
        pushes: &mpsc::Sender<server_frame::Body>,
    ) -> End {
        let end = self.serve(outgoing, pushes).await;
        for (_, answer) in self.pending.drain() {
            let _ = answer.send(Err(NetError::Disconnected));
        }
        let _ = timeout(Duration::from_secs(1), self.socket.close(None)).await;
        end
    }

    async fn serve(
        &mut self,
        outgoing: &mut mpsc::Receiver<Outgoing>,
        pushes: &mpsc::Sender<server_frame::Body>,
    ) -> End {
        let mut ping_at = Instant::now() + jitter(PING_AFTER.0, PING_AFTER.1);
        let mut dead_at = Instant::now() + DEAD_AFTER;
        loop {
            tokio::select! {
                biased;
                read = self.read() => {
                    let Ok(read) = read else { return End::Broken };
                    dead_at = Instant::now() + DEAD_AFTER;
                    let Some(ServerFrame { request_id, body: Some(body) }) = read else { continue };
                    match body {
                        server_frame::Body::GoingAway(away) => {
                            return End::GoingAway(Duration::from_millis(away.reconnect_after_ms.into()));
                        }
                        body if request_id != 0 => self.answer(request_id, body),
                        // A slow client is felt by the server as a full connection, never as memory here.
                        body => if pushes.send(body).await.is_err() { return End::Stopped },
                    }
                }
                wanted = outgoing.recv(), if self.pending.len() < limits::REQUESTS_IN_FLIGHT_MAX => {
                    let Some(wanted) = wanted else { return End::Stopped };
                    if self.send_all(wanted, outgoing).await.is_err() { return End::Broken }
                    ping_at = Instant::now() + jitter(PING_AFTER.0, PING_AFTER.1);
                }
                () = sleep_until(ping_at) => {
                    if self.send(0, client_frame::Body::Ping(Ping {})).await.is_err() { return End::Broken }
                    ping_at = Instant::now() + jitter(PING_AFTER.0, PING_AFTER.1);
                }
                () = sleep_until(dead_at) => return End::Broken,
            }
        }
    }

    fn answer(&mut self, request_id: u32, body: server_frame::Body) {
        let Some(answer) = self.pending.remove(&request_id) else {
            return;
        };
        let _ = answer.send(match body {
            server_frame::Body::Refused(refused) => Err(NetError::Refused(refused)),
            body => Ok(body),
        });
    }

    /// Sends this frame and those already waiting behind it, then flushes once.
    async fn send_all(
        &mut self,
        first: Outgoing,
        more: &mut mpsc::Receiver<Outgoing>,
    ) -> Result<(), ()> {
        let mut next = Some(first);
        while let Some(Outgoing { body, answer }) = next.take() {
            let mut request_id = 0;
            if let Some(answer) = answer {
                request_id = self.free_request_id();
                self.pending.insert(request_id, answer);
            }
            let frame = ClientFrame {
                request_id,
                body: Some(body),
            };
            within(self.socket.feed(Message::Binary(frame::encode(&frame)))).await?;
            if self.pending.len() < limits::REQUESTS_IN_FLIGHT_MAX {
                next = more.try_recv().ok();
            }
        }
        within(self.socket.flush()).await
    }

    /// Small numbers cost fewer bytes, so they start over as soon as nothing is in flight.
    fn free_request_id(&mut self) -> u32 {
        if self.pending.is_empty() {
            self.last_request = 0;
        }
        loop {
            self.last_request = self.last_request.checked_add(1).unwrap_or(1);
            if !self.pending.contains_key(&self.last_request) {
                return self.last_request;
            }
        }
    }

    async fn send(&mut self, request_id: u32, body: client_frame::Body) -> Result<(), ()> {
        let frame = ClientFrame {
            request_id,
            body: Some(body),
        };
        within(self.socket.send(Message::Binary(frame::encode(&frame)))).await
    }

    /// The next frame; `None` for what is none of ours (WebSocket's own pings).
    async fn read(&mut self) -> Result<Option<ServerFrame>, ()> {
        match self.socket.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                frame::decode_server(bytes).map(Some).map_err(|_| ())
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(_) | Err(_)) | None => Err(()),
        }
    }
}

/// A line that takes nothing for this long is dead as well.
async fn within<E>(send: impl Future<Output = Result<(), E>>) -> Result<(), ()> {
    match timeout(DEAD_AFTER, send).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(()),
    }
}

fn from_upgrade(error: &tungstenite::Error) -> NetError {
    match error {
        tungstenite::Error::Http(response) => {
            let body = response.body().clone().unwrap_or_default();
            match frame::decode::<Refused>(Bytes::from(body), limits::BODY_LEN_MAX) {
                Ok(refused) if refused.code != 0 => NetError::Refused(refused),
                _ => NetError::NotPipit,
            }
        }
        error if crate::error_is_certificate(error) => NetError::Certificate,
        tungstenite::Error::Io(_) | tungstenite::Error::Tls(_) => NetError::Unreachable,
        _ => NetError::NotPipit,
    }
}
