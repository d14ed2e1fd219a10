//! One WebSocket: frames out, frames in, replies found among pushes.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use pipit_wire::v1::{ClientFrame, ClientHello, Deliver, ServerFrame, client_frame, server_frame};
use pipit_wire::{PROTOCOL_VERSION, frame};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};

use super::http::RefusedError;
use super::meter::{Meter, Metered};

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// An upgraded connection.
pub struct Connection {
    socket: WebSocketStream<Metered<TcpStream>>,
    /// Bytes of this connection, both ways.
    pub meter: Arc<Meter>,
    pushes: VecDeque<server_frame::Body>,
    request_id: u32,
}

impl Connection {
    /// Upgrades with an `authorization` header, and nothing more.
    ///
    /// # Errors
    /// When the server can't be reached; a [`RefusedError`] when it refuses.
    pub async fn upgrade(address: SocketAddr, authorization: &str) -> Result<Self> {
        let meter = Arc::new(Meter::default());
        let stream = TcpStream::connect(address)
            .await
            .context("the server can't be reached")?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{address}/v1/connect").into_client_request()?;
        request
            .headers_mut()
            .insert("authorization", authorization.parse()?);
        let config = WebSocketConfig::default()
            .read_buffer_size(8192)
            .write_buffer_size(16 * 1024);
        let stream = Metered::new(stream, meter.clone());
        let upgrading = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
        let socket = match timeout(PATIENCE, upgrading)
            .await
            .context("no answer to the upgrade")?
        {
            Ok((socket, _)) => socket,
            Err(tungstenite::Error::Http(response)) => {
                let body = response.into_body().unwrap_or_default();
                return Err(RefusedError(frame::decode(body.into(), usize::MAX)?).into());
            }
            Err(error) => return Err(error).context("the upgrade failed"),
        };
        Ok(Self {
            socket,
            meter,
            pushes: VecDeque::new(),
            request_id: 0,
        })
    }

    /// Says Hello and takes the answer.
    ///
    /// # Errors
    /// When there is another answer, or none.
    pub async fn hello(&mut self) -> Result<pipit_wire::v1::ServerHello> {
        let hello = ClientHello {
            version: PROTOCOL_VERSION,
            capabilities: Vec::new(),
        };
        match self.request(client_frame::Body::Hello(hello)).await? {
            server_frame::Body::Hello(hello) => Ok(hello),
            _ => bail!("another answer than Hello"),
        }
    }

    /// Sends a frame under the next request id, which it answers.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn send(&mut self, body: client_frame::Body) -> Result<u32> {
        self.request_id += 1;
        let frame = ClientFrame {
            request_id: self.request_id,
            body: Some(body),
        };
        self.send_bytes(frame::encode(&frame)).await?;
        Ok(self.request_id)
    }

    /// Puts a request into the write buffer; it goes out with [`Connection::flush`].
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn feed(&mut self, body: client_frame::Body) -> Result<u32> {
        self.request_id += 1;
        self.feed_frame(self.request_id, body).await?;
        Ok(self.request_id)
    }

    /// As [`Connection::feed`], for a frame without an answer.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn feed_without_reply(&mut self, body: client_frame::Body) -> Result<()> {
        self.feed_frame(0, body).await
    }

    /// Sends a frame without an answer.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn send_without_reply(&mut self, body: client_frame::Body) -> Result<()> {
        self.feed_frame(0, body).await?;
        self.flush().await
    }

    /// Writes what was fed.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn flush(&mut self) -> Result<()> {
        self.socket
            .flush()
            .await
            .context("the connection is broken")
    }

    async fn feed_frame(&mut self, request_id: u32, body: client_frame::Body) -> Result<()> {
        let frame = frame::encode(&ClientFrame {
            request_id,
            body: Some(body),
        });
        self.socket
            .feed(Message::Binary(frame))
            .await
            .context("the connection is broken")
    }

    /// Sends any bytes as one binary message.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn send_bytes(&mut self, bytes: Bytes) -> Result<()> {
        self.socket
            .send(Message::Binary(bytes))
            .await
            .context("the connection is broken")
    }

    /// Sends any WebSocket message.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn send_message(&mut self, message: Message) -> Result<()> {
        self.socket
            .send(message)
            .await
            .context("the connection is broken")
    }

    /// The next frame, whatever it is; `None` when the server has closed.
    ///
    /// # Errors
    /// When nothing comes in time, or what comes is no frame.
    pub async fn frame(&mut self) -> Result<Option<ServerFrame>> {
        loop {
            let message = timeout(PATIENCE, self.socket.next())
                .await
                .context("nothing came in time")?;
            match message {
                Some(Ok(Message::Binary(bytes))) => return Ok(Some(frame::decode_server(bytes)?)),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
                Some(Ok(_)) => {}
            }
        }
    }

    /// The answer to a request; pushes that come before it are kept for [`Connection::push`].
    ///
    /// # Errors
    /// A [`RefusedError`] when it is refused; when the connection ends.
    pub async fn answer(&mut self, request_id: u32) -> Result<server_frame::Body> {
        loop {
            let frame = self
                .frame()
                .await?
                .context("the server closed the connection")?;
            match frame.body {
                Some(server_frame::Body::Refused(refused)) if frame.request_id == request_id => {
                    return Err(RefusedError(refused).into());
                }
                Some(body) if frame.request_id == request_id => return Ok(body),
                Some(body) => self.pushes.push_back(body),
                None => bail!("a frame without a body"),
            }
        }
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// As [`Connection::answer`].
    pub async fn request(&mut self, body: client_frame::Body) -> Result<server_frame::Body> {
        let request_id = self.send(body).await?;
        self.answer(request_id).await
    }

    /// The next push.
    ///
    /// # Errors
    /// When none comes in time, or the connection ends.
    pub async fn push(&mut self) -> Result<server_frame::Body> {
        if let Some(body) = self.pushes.pop_front() {
            return Ok(body);
        }
        let frame = self
            .frame()
            .await?
            .context("the server closed the connection")?;
        frame.body.context("a frame without a body")
    }

    /// The next delivery; other pushes before it are dropped.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn delivery(&mut self) -> Result<Deliver> {
        loop {
            if let server_frame::Body::Deliver(deliver) = self.push().await? {
                return Ok(deliver);
            }
        }
    }

    /// All deliveries up to CaughtUp.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn deliveries_until_caught_up(&mut self) -> Result<Vec<Deliver>> {
        let mut deliveries = Vec::new();
        loop {
            match self.push().await? {
                server_frame::Body::Deliver(deliver) => deliveries.push(deliver),
                server_frame::Body::CaughtUp(_) => return Ok(deliveries),
                _ => {}
            }
        }
    }

    /// Acknowledges these, and waits for a Pong so that the frame has been taken.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn acknowledge(&mut self, sequences: Vec<u64>) -> Result<()> {
        let acknowledge = pipit_wire::v1::Acknowledge {
            sequences,
            mailbox_expiry_handled: false,
        };
        self.send(client_frame::Body::Acknowledge(acknowledge))
            .await?;
        self.request(client_frame::Body::Ping(pipit_wire::v1::Ping {}))
            .await?;
        Ok(())
    }
}
