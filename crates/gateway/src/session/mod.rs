//! One connection: frames in, replies and pushes out, in one task.
//!
//! The loop waits for whatever comes first (a frame, a finished request, a page of the mailbox, a
//! push, the clock, the end of the server), takes everything that is ready with it, and writes once.
//! Requests run side by side, at most [`limits::REQUESTS_IN_FLIGHT_MAX`]; those that store enter the
//! store's queue in the order of their frames. Every queue is bounded; whoever reads too slowly is
//! disconnected, and loses nothing: the mailbox is read again.

mod acknowledge;
mod claim_key_packages;
mod deliver;
mod delivery_status;
mod fetch_ledgers;
mod hello;
mod key_package_count;
mod list_conversations;
mod look_up;
mod outbound;
mod report;
mod request;
mod signal;
mod submit;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::future::{BoxFuture, FutureExt, OptionFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};
use pipit_bus::{Attachment, Pushes};
use pipit_domain::limits;
use pipit_wire::frame::{self, FrameError};
use pipit_wire::v1::{
    ClientFrame, GoingAway, RefusalCode, Refused, ServerFrame, client_frame, server_frame,
};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::auth::Caller;
use crate::bucket::{Bucket, Rate};
use crate::gateway::Gateway;
use crate::metrics::Word;
use crate::refuse::Refusal;
use acknowledge::Acknowledgements;
use deliver::MailboxReader;
use outbound::Outbound;

/// A connection without any frame for this long is dead; clients ping every 20 to 30 seconds.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// Frames taken in one turn before the answers are written.
const FRAMES_PER_TURN: usize = 64;
/// Once over the rate, a connection is refused for at least this long. Requests that were on their way
/// together are then refused together: if the next one slipped through, two messages of a conversation
/// would change places.
const REFUSED_FOR_MIN_MS: u32 = 100;
/// When clients may come back after the server has said good-bye: they add jitter of their own.
const RECONNECT_AFTER_MS: u32 = 1000;

/// Why a connection ends; each has a word for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    ClosedByClient,
    Silent,
    TooSlow,
    Broken,
    BadFrame,
    Replaced,
    Revoked,
    Stopping,
}

impl End {
    const fn word(self) -> &'static str {
        match self {
            Self::ClosedByClient => "closed_by_client",
            Self::Silent => "silent",
            Self::TooSlow => "too_slow",
            Self::Broken => "broken",
            Self::BadFrame => "bad_frame",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::Stopping => "stopping",
        }
    }
}

/// The answer to a request; `None` for one that has none.
type Reply = (u32, Option<Result<server_frame::Body, Refusal>>);

/// A connection of an authenticated device.
pub(crate) struct Session {
    gateway: Arc<Gateway>,
    caller: Caller,
    attachment: Attachment,
    /// Whether the first frame, the Hello, has come.
    is_greeted: bool,
    requests: FuturesUnordered<BoxFuture<'static, Reply>>,
    mailbox: MailboxReader,
    acknowledgements: Acknowledgements,
    rate: Bucket,
    /// Over the rate: requests are refused until then.
    refused_until: Instant,
    heard_at: Instant,
    stopping: watch::Receiver<bool>,
}

/// What woke the loop.
enum Event {
    Frame(Option<Result<Message, axum::Error>>),
    Reply(Reply),
    Page(deliver::Page),
    Acknowledged(acknowledge::Outcome),
    Pushes(Box<Pushes>),
    Silence,
    Stop,
}

impl Session {
    pub(crate) fn new(gateway: Arc<Gateway>, caller: Caller) -> Self {
        let attachment = gateway.bus.attach(caller.address.device);
        let rate = Rate::per_second(gateway.config.limits.frames_per_second);
        Self {
            attachment,
            caller,
            is_greeted: false,
            requests: FuturesUnordered::new(),
            mailbox: MailboxReader::default(),
            acknowledgements: Acknowledgements::default(),
            rate: Bucket::full(rate, gateway.now()),
            refused_until: Instant::now(),
            heard_at: Instant::now(),
            stopping: gateway.stopping(),
            gateway,
        }
    }

    /// Runs the connection to its end.
    pub(crate) async fn run(mut self, socket: WebSocket) {
        self.gateway.metrics.connects.inc();
        self.gateway.metrics.connections.inc();
        let mut outbound = Outbound::new(socket);
        let end = loop {
            if let Err(end) = self.turn(&mut outbound).await {
                break end;
            }
        };
        self.acknowledgements
            .flush(&self.gateway, self.caller.address);
        self.say_good_bye(&mut outbound, end).await;
        self.gateway.metrics.connections.dec();
        self.gateway
            .metrics
            .disconnects
            .get_or_create(&Word { word: end.word() })
            .inc();
        tracing::debug!(reason = end.word(), "a connection ended");
    }

    /// One round: wait, take what is ready, write.
    async fn turn(&mut self, outbound: &mut Outbound) -> Result<(), End> {
        let event = self.wait(outbound).await;
        self.take(event, outbound).await?;
        for _ in 0..FRAMES_PER_TURN {
            let Some(event) = self.wait_ready(outbound) else {
                break;
            };
            self.take(event, outbound).await?;
        }
        self.mailbox
            .read_on(&self.gateway, self.caller.address.device);
        self.acknowledgements
            .send(&self.gateway, self.caller.address);
        outbound.flush().await
    }

    async fn wait(&mut self, outbound: &mut Outbound) -> Event {
        let silence = sleep_until(self.heard_at + SILENCE_MAX);
        let reading: OptionFuture<_> = self.mailbox.reading.as_mut().into();
        let acknowledging: OptionFuture<_> = self.acknowledgements.running.as_mut().into();
        tokio::select! {
            message = outbound.receive() => Event::Frame(message),
            Some(reply) = self.requests.next(), if !self.requests.is_empty() => Event::Reply(reply),
            Some(page) = reading => Event::Page(page),
            Some(outcome) = acknowledging => Event::Acknowledged(outcome),
            pushes = self.attachment.next(), if self.is_greeted => Event::Pushes(Box::new(pushes)),
            () = silence => Event::Silence,
            _ = self.stopping.wait_for(|stopping| *stopping) => Event::Stop,
        }
    }

    /// What is ready without waiting: more frames, more replies, more pushes.
    fn wait_ready(&mut self, outbound: &mut Outbound) -> Option<Event> {
        if let Some(Some(reply)) = self.requests.next().now_or_never() {
            return Some(Event::Reply(reply));
        }
        if let Some(message) = outbound.receive().now_or_never() {
            return Some(Event::Frame(message));
        }
        if self.is_greeted
            && let Some(pushes) = self.attachment.next().now_or_never()
        {
            return Some(Event::Pushes(Box::new(pushes)));
        }
        None
    }

    async fn take(&mut self, event: Event, outbound: &mut Outbound) -> Result<(), End> {
        match event {
            Event::Frame(message) => self.take_message(message, outbound).await,
            Event::Reply((id, Some(reply))) => self.reply(id, reply, outbound).await,
            Event::Reply((_, None)) => Ok(()),
            Event::Page(page) => self.mailbox.take_page(&self.gateway, page, outbound).await,
            Event::Acknowledged(outcome) => {
                self.acknowledgements.take_outcome(&self.gateway, outcome);
                Ok(())
            }
            Event::Pushes(pushes) => self.take_pushes(*pushes, outbound).await,
            Event::Silence => Err(End::Silent),
            Event::Stop => Err(End::Stopping),
        }
    }

    async fn take_message(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        self.heard_at = Instant::now();
        match message {
            Some(Ok(Message::Binary(bytes))) => self.take_frame(bytes, outbound).await,
            // Pings are answered by the WebSocket library.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Text(_))) => Err(bad_frame(outbound, &Refusal::malformed()).await),
            Some(Ok(Message::Close(_))) | None => Err(End::ClosedByClient),
            Some(Err(error)) if outbound::is_too_long(&error) => {
                let refusal =
                    Refusal::new(RefusalCode::TooLarge, "This frame is larger than 256 KiB.");
                Err(bad_frame(outbound, &refusal).await)
            }
            Some(Err(_)) => Err(End::Broken),
        }
    }

    async fn take_frame(
        &mut self,
        bytes: bytes::Bytes,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        self.gateway.metrics.frames_in.inc();
        let frame = match frame::decode_client(bytes) {
            Ok(frame) => frame,
            Err(FrameError::TooLarge { .. } | FrameError::Malformed) => {
                return Err(bad_frame(outbound, &Refusal::malformed()).await);
            }
        };
        let ClientFrame { request_id, body } = frame;
        let refusal = match (self.check_rate(), body) {
            // It has no answer, so that a refused one would be lost and the window stay full. It
            // counts all the same.
            (_, Some(body @ client_frame::Body::Acknowledge(_))) | (Ok(()), Some(body)) => {
                return self.take_request(request_id, body, outbound).await;
            }
            (Ok(()), None) => Refusal::new(
                RefusalCode::Unsupported,
                "This server does not know this request; it may be older than the app.",
            ),
            (Err(wait_ms), _) => Refusal::slow_down(wait_ms),
        };
        self.reply(request_id, Err(refusal), outbound).await
    }

    /// Counts a frame; beyond the rate, says after how many milliseconds to come again.
    fn check_rate(&mut self) -> Result<(), u32> {
        let now = Instant::now();
        let left = self.refused_until.saturating_duration_since(now);
        if !left.is_zero() {
            return Err(u32::try_from(left.as_millis() + 1).unwrap_or(u32::MAX));
        }
        self.rate.take(self.gateway.now()).map_err(|wait_ms| {
            let wait_ms = wait_ms.max(REFUSED_FOR_MIN_MS);
            self.refused_until = now + Duration::from_millis(wait_ms.into());
            wait_ms
        })
    }

    async fn reply(
        &mut self,
        request_id: u32,
        reply: Result<server_frame::Body, Refusal>,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        let body = reply
            .unwrap_or_else(|refusal| server_frame::Body::Refused(self.gateway.refused(refusal).0));
        self.push(request_id, body, outbound).await
    }

    async fn push(
        &mut self,
        request_id: u32,
        body: server_frame::Body,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        self.gateway.metrics.frames_out.inc();
        outbound
            .feed(&ServerFrame {
                request_id,
                body: Some(body),
            })
            .await
    }

    async fn take_pushes(&mut self, pushes: Pushes, outbound: &mut Outbound) -> Result<(), End> {
        if pushes.is_revoked {
            return Err(End::Revoked);
        }
        if pushes.is_replaced {
            return Err(End::Replaced);
        }
        if pushes.has_lost_delivered {
            return Err(End::TooSlow);
        }
        self.mailbox
            .take_pushed(&self.gateway, pushes.deliveries, pushes.must_read, outbound)
            .await?;
        for body in deliver::delivered_frames(pushes.delivered) {
            self.gateway.metrics.delivered.inc();
            self.push(0, body, outbound).await?;
        }
        for signal in pushes.signals {
            self.push(0, signal::frame(signal), outbound).await?;
        }
        Ok(())
    }

    async fn say_good_bye(&mut self, outbound: &mut Outbound, end: End) {
        let last = match end {
            End::Stopping => Some(server_frame::Body::GoingAway(GoingAway {
                reconnect_after_ms: RECONNECT_AFTER_MS,
            })),
            End::Revoked => Some(server_frame::Body::Refused(Refused::new(
                RefusalCode::DeviceRevoked,
                "This device was removed from its account; log in again to add it anew.",
            ))),
            _ => None,
        };
        if let Some(body) = last {
            let _ = self.push(0, body, outbound).await;
        }
        outbound.close(end.word()).await;
    }
}

/// Answers bytes that are no frame; the connection ends.
async fn bad_frame(outbound: &mut Outbound, refusal: &Refusal) -> End {
    let body = Some(server_frame::Body::Refused(refusal.0.clone()));
    let _ = outbound
        .feed(&ServerFrame {
            request_id: 0,
            body,
        })
        .await;
    End::BadFrame
}

/// Requests may wait for their answers up to this many.
fn has_room(requests: &FuturesUnordered<BoxFuture<'static, Reply>>) -> bool {
    requests.len() < limits::REQUESTS_IN_FLIGHT_MAX
}
