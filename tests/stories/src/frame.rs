//! Frames as the proxy sees them, and what may become of one.

use std::time::Duration;

use bytes::Bytes;
use pipit_wire::frame;
use pipit_wire::v1::{
    ClientFrame, EnvelopeKind, RefusalCode, ServerFrame, client_frame, server_frame,
};

/// A frame on its way.
#[derive(Clone)]
pub enum Frame {
    /// To the server.
    Up(client_frame::Body),
    /// To the client.
    Down(server_frame::Body),
}

impl Frame {
    /// The payload, when a client submits a message.
    #[must_use]
    pub fn submit(&self) -> Option<Bytes> {
        match self {
            Self::Up(client_frame::Body::Submit(submit)) => Some(submit.payload.clone()),
            _ => None,
        }
    }

    /// Whether the server delivers from the mailbox.
    #[must_use]
    pub fn is_deliver(&self) -> bool {
        matches!(self, Self::Down(server_frame::Body::Deliver(_)))
    }

    /// Whether the server delivers a message: one that may be overtaken by others like it.
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(self, Self::Down(server_frame::Body::Deliver(deliver))
            if deliver.kind() == EnvelopeKind::Application)
    }

    /// Whether it may come twice on one connection: what is pushed, and what has no reply. Replies belong to
    /// the number of a request, and numbers are used again.
    #[must_use]
    pub fn may_repeat(&self) -> bool {
        matches!(
            self,
            Self::Up(client_frame::Body::Acknowledge(_))
                | Self::Down(server_frame::Body::Deliver(_) | server_frame::Body::Delivered(_))
        )
    }

    /// Whether the server delivers a change of members.
    #[must_use]
    pub fn is_commit(&self) -> bool {
        matches!(self, Self::Down(server_frame::Body::Deliver(deliver))
            if deliver.kind() == EnvelopeKind::Commit)
    }

    /// Whether a client acknowledges.
    #[must_use]
    pub fn is_acknowledge(&self) -> bool {
        matches!(self, Self::Up(client_frame::Body::Acknowledge(_)))
    }

    /// Whether the server asks to slow down.
    #[must_use]
    pub fn is_slow_down(&self) -> bool {
        matches!(self, Self::Down(server_frame::Body::Refused(refused))
            if refused.code() == RefusalCode::SlowDown)
    }

    /// Whether the server has accepted a message.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Down(server_frame::Body::Accepted(_)))
    }
}

/// What becomes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Pass,
    /// It goes on twice.
    Twice,
    /// It is lost.
    Drop,
    /// It waits for [`crate::Proxy::release`].
    Hold,
    /// It is lost, and the connection with it.
    Cut,
    /// It goes on, and then the connection is lost.
    Last,
    /// It goes on after this time, and nothing overtakes it.
    Late(Duration),
    /// The next message overtakes it; for messages ([`Frame::is_message`]). Without one it goes on before
    /// anything else, or when the proxy has waited a moment for one.
    Overtaken,
}

/// Reads a frame to the server (`is_up`) or to the client; `None` when it is none of ours.
pub(crate) fn read(is_up: bool, bytes: &Bytes) -> Option<Frame> {
    if is_up {
        let ClientFrame { body, .. } = frame::decode_client(bytes.clone()).ok()?;
        body.map(Frame::Up)
    } else {
        let ServerFrame { body, .. } = frame::decode_server(bytes.clone()).ok()?;
        body.map(Frame::Down)
    }
}
