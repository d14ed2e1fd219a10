//! The connection that comes back: opens a session, serves it, waits, and opens the next.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pipit_wire::v1::{ServerHello, client_frame, server_frame};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

use crate::backoff::{Backoff, jitter};
use crate::session::{End, Outgoing, Session};
use crate::{Endpoint, NetError, Tls};

/// Requests that may wait for their turn to be sent; more make their callers wait.
const OUTGOING_LEN: usize = 256;
/// Pushes that may wait for the client; more make the server wait. Far above the deliveries that a
/// server leaves unacknowledged, so that a client that awaits an answer never blocks the line it comes by.
const EVENTS_LEN: usize = 1024;
/// An answer that takes longer is not coming: the server replies within a commit or two.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What a connection needs.
pub struct LinkConfig {
    /// Where to.
    pub endpoint: Endpoint,
    /// With which settings.
    pub tls: Tls,
    /// Makes a fresh token for each try.
    pub token: Box<dyn Fn() -> String + Send + Sync>,
}

impl fmt::Debug for LinkConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkConfig")
    }
}

/// What happens on the connection, in order.
pub enum LinkEvent {
    /// Trying now.
    Connecting,
    /// It stands; the server's hello.
    Online(ServerHello),
    /// It doesn't; the next try is after this time.
    Offline {
        /// Until the next try.
        retry_after: Duration,
        /// Why, when the server or the line said so.
        reason: Option<NetError>,
    },
    /// The server sent this without being asked.
    Push(server_frame::Body),
}

/// A handle to the connection; cheap to clone. It ends when the last handle is gone.
#[derive(Clone)]
pub struct Link {
    outgoing: mpsc::Sender<Outgoing>,
    retry_now: Arc<Notify>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

impl Link {
    /// Starts connecting. The events must be read, else the connection stands still.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the connection's one task, which its handle ends"
    )]
    pub fn start(config: LinkConfig) -> (Self, mpsc::Receiver<LinkEvent>) {
        let (outgoing, wanted) = mpsc::channel(OUTGOING_LEN);
        let (events, listener) = mpsc::channel(EVENTS_LEN);
        let retry_now = Arc::new(Notify::new());
        tokio::spawn(keep_connected(
            config,
            wanted,
            events,
            Arc::clone(&retry_now),
        ));
        (
            Self {
                outgoing,
                retry_now,
            },
            listener,
        )
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// When the server refuses, or there is no connection: then it is unknown whether the server has
    /// done it, and the request must be one that can be sent again.
    pub async fn request(&self, body: client_frame::Body) -> Result<server_frame::Body, NetError> {
        let (answer, result) = oneshot::channel();
        let wanted = Outgoing {
            body,
            answer: Some(answer),
        };
        self.outgoing
            .send(wanted)
            .await
            .map_err(|_| NetError::Disconnected)?;
        match timeout(REQUEST_TIMEOUT, result).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(NetError::Disconnected),
            Err(_) => Err(NetError::TimedOut),
        }
    }

    /// Sends a frame that has no answer; lost when there is no connection.
    pub async fn send(&self, body: client_frame::Body) {
        let _ = self.outgoing.send(Outgoing { body, answer: None }).await;
    }

    /// Tries at once instead of waiting: the network is back, or the person asked.
    pub fn retry_now(&self) {
        self.retry_now.notify_one();
    }
}

async fn keep_connected(
    config: LinkConfig,
    mut outgoing: mpsc::Receiver<Outgoing>,
    events: mpsc::Sender<LinkEvent>,
    retry_now: Arc<Notify>,
) {
    let mut backoff = Backoff::default();
    loop {
        if events.send(LinkEvent::Connecting).await.is_err() {
            return;
        }
        let opened = Session::open(&config.endpoint, &config.tls, &(config.token)()).await;
        let (retry_after, reason) = match opened {
            Ok((session, hello)) => {
                // What was asked for while connecting has waited and is sent now.
                backoff.reset();
                if events.send(LinkEvent::Online(hello)).await.is_err() {
                    return;
                }
                match serve(session, &mut outgoing, &events).await {
                    End::Stopped => return,
                    End::Broken => (backoff.next(), None),
                    End::GoingAway(after) => (jitter(after / 2, after), None),
                }
            }
            Err(NetError::Refused(refused)) if refused.retry_after_ms > 0 => {
                let after = Duration::from_millis(refused.retry_after_ms.into());
                (jitter(after, after * 2), Some(NetError::Refused(refused)))
            }
            Err(error) => (backoff.next(), Some(error)),
        };
        if events
            .send(LinkEvent::Offline {
                retry_after,
                reason,
            })
            .await
            .is_err()
        {
            return;
        }
        if !wait(retry_after, &mut outgoing, &retry_now, &events).await {
            return;
        }
    }
}

/// Serves a session while passing its pushes on as events.
async fn serve(
    session: Session,
    outgoing: &mut mpsc::Receiver<Outgoing>,
    events: &mpsc::Sender<LinkEvent>,
) -> End {
    let (pushes, mut pushed) = mpsc::channel(1);
    let pass_on = async {
        while let Some(body) = pushed.recv().await {
            if events.send(LinkEvent::Push(body)).await.is_err() {
                return;
            }
        }
    };
    let run = async {
        let pushes = pushes;
        session.run(outgoing, &pushes).await
    };
    let (end, ()) = tokio::join!(run, pass_on);
    end
}

/// Waits for the next try, refusing requests meanwhile; false when nobody is there any more.
async fn wait(
    time: Duration,
    outgoing: &mut mpsc::Receiver<Outgoing>,
    retry_now: &Notify,
    events: &mpsc::Sender<LinkEvent>,
) -> bool {
    let deadline = tokio::time::Instant::now() + time;
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(deadline) => return true,
            () = retry_now.notified() => return true,
            () = events.closed() => return false,
            wanted = outgoing.recv() => match wanted {
                Some(wanted) => refuse(wanted),
                None => return false,
            },
        }
    }
}

fn refuse(wanted: Outgoing) {
    if let Some(answer) = wanted.answer {
        let _ = answer.send(Err(NetError::Disconnected));
    }
}
