//! The socket of a session: writing with a bound on time, reading, closing.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::SinkExt;
use pipit_wire::frame;
use pipit_wire::v1::ServerFrame;
use tokio::time::timeout;

use super::End;

/// A client that takes nothing for this long is disconnected; its mail waits.
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a good-bye may take.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(1);

/// The socket, with what is not yet flushed.
pub(super) struct Outbound {
    socket: WebSocket,
    is_dirty: bool,
}

impl Outbound {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self {
            socket,
            is_dirty: false,
        }
    }

    /// The next message. Cancel-safe.
    pub(super) async fn receive(&mut self) -> Option<Result<Message, axum::Error>> {
        self.socket.recv().await
    }

    /// Puts a frame into the write buffer, which goes out when it is full or flushed.
    pub(super) async fn feed(&mut self, frame: &ServerFrame) -> Result<(), End> {
        self.is_dirty = true;
        in_time(self.socket.feed(Message::Binary(frame::encode(frame)))).await
    }

    pub(super) async fn flush(&mut self) -> Result<(), End> {
        if std::mem::take(&mut self.is_dirty) {
            in_time(self.socket.flush()).await?;
        }
        Ok(())
    }

    /// Says why, and closes.
    pub(super) async fn close(&mut self, reason: &'static str) {
        let close = CloseFrame {
            code: close_code::NORMAL,
            reason: reason.into(),
        };
        let closing = async {
            let _ = self.socket.send(Message::Close(Some(close))).await;
            // Until the other side has closed too: what was written last must not be lost to a reset.
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        let _ = timeout(CLOSE_TIME_MAX, closing).await;
    }
}

async fn in_time(write: impl Future<Output = Result<(), axum::Error>>) -> Result<(), End> {
    match timeout(WRITE_TIME_MAX, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Broken),
        Err(_) => Err(End::TooSlow),
    }
}

/// Whether reading failed because a frame was over the limit.
pub(super) fn is_too_long(error: &axum::Error) -> bool {
    // axum hides the library's error type; its text is the only way to tell, and a wrong guess only
    // costs the reason in the close frame.
    std::error::Error::source(error)
        .unwrap_or(error)
        .to_string()
        .contains("too long")
}
