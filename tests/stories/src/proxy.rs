//! A proxy on this machine between a client and the server that understands the protocol: WebSocket
//! frames are decoded and go through a rule, everything else is passed on.
//!
//! The rule says of each frame what becomes of it ([`Verdict`]); whatever passes by is also kept, so
//! that a story can compare bytes.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use pipit_wire::v1::server_frame;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use crate::frame::{Frame, Verdict};
use crate::requests::RequestVerdict;
use crate::wait::gathered;
use crate::{pump, requests};

/// Longest head of a request that is looked at.
const HEAD_LEN_MAX: usize = 16 * 1024;

#[derive(Clone, Copy)]
pub(crate) enum Command {
    Cut,
    Release { is_reversed: bool },
    Resume,
}

type Rule = Box<dyn FnMut(&Frame) -> Verdict + Send>;
type Lie = Box<dyn FnMut(&mut server_frame::Body) + Send>;
type RequestRule = Box<dyn FnMut(&str) -> RequestVerdict + Send>;

/// What the proxy and its connections share.
pub(crate) struct Shared {
    pub(crate) server: String,
    pub(crate) rule: Mutex<Rule>,
    pub(crate) request_rule: Mutex<RequestRule>,
    pub(crate) lie: Mutex<Option<Lie>>,
    pub(crate) seen: watch::Sender<Vec<Frame>>,
    pub(crate) held: watch::Sender<usize>,
    pub(crate) requests: watch::Sender<Vec<String>>,
    pub(crate) tokens: Mutex<Vec<String>>,
    pub(crate) connections: AtomicUsize,
    pub(crate) is_open: watch::Sender<bool>,
    /// Start of the requests whose answers are kept back.
    pub(crate) held_request: watch::Sender<Option<String>>,
    pub(crate) commands: broadcast::Sender<Command>,
}

impl Shared {
    /// Lets everything pass from now on.
    pub(crate) fn pass(&self) {
        *self.rule.lock().expect("rules don't panic") = Box::new(|_| Verdict::Pass);
        *self.request_rule.lock().expect("rules don't panic") = Box::new(|_| RequestVerdict::Pass);
    }
}

/// A running proxy; it ends with this.
pub struct Proxy {
    /// `127.0.0.1:PORT`.
    pub address: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy in front of a server; everything passes.
    ///
    /// # Panics
    /// When it can't listen.
    #[expect(
        clippy::disallowed_methods,
        reason = "a proxy is a task beside the story"
    )]
    pub async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens").to_string();
        let shared = Arc::new(Shared {
            server: server.to_owned(),
            rule: Mutex::new(Box::new(|_| Verdict::Pass)),
            request_rule: Mutex::new(Box::new(|_| RequestVerdict::Pass)),
            lie: Mutex::default(),
            seen: watch::Sender::default(),
            held: watch::Sender::default(),
            requests: watch::Sender::default(),
            tokens: Mutex::default(),
            connections: AtomicUsize::new(0),
            is_open: watch::Sender::new(true),
            held_request: watch::Sender::default(),
            commands: broadcast::channel(16).0,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            accepting,
        }
    }

    /// Sets the rule for frames from now on.
    ///
    /// # Panics
    /// When a rule panicked before.
    pub fn rule(&self, rule: impl FnMut(&Frame) -> Verdict + Send + 'static) {
        *self.shared.rule.lock().expect("rules don't panic") = Box::new(rule);
    }

    /// Sets the rule for HTTP requests from now on; it gets their first line, such as
    /// `POST /v1/ledger HTTP/1.1`.
    ///
    /// # Panics
    /// When a rule panicked before.
    pub fn request_rule(&self, rule: impl FnMut(&str) -> RequestVerdict + Send + 'static) {
        *self.shared.request_rule.lock().expect("rules don't panic") = Box::new(rule);
    }

    /// Changes what the server says, frame by frame, from now on: the client is talking to a server that lies.
    ///
    /// # Panics
    /// When a lie panicked before.
    pub fn lie(&self, lie: impl FnMut(&mut server_frame::Body) + Send + 'static) {
        *self.shared.lie.lock().expect("lies don't panic") = Some(Box::new(lie));
    }

    /// Passes on what the server says again.
    ///
    /// # Panics
    /// When a lie panicked before.
    pub fn be_honest(&self) {
        *self.shared.lie.lock().expect("lies don't panic") = None;
    }

    /// Lets everything pass from now on; what is held stays held.
    pub fn pass(&self) {
        self.shared.pass();
    }

    /// Ends the WebSockets that stand now.
    pub fn cut(&self) {
        let _ = self.shared.commands.send(Command::Cut);
    }

    /// Ends the WebSockets and takes nobody, until [`Proxy::open`].
    pub fn close(&self) {
        self.shared.is_open.send_replace(false);
        self.cut();
    }

    /// Takes connections again.
    pub fn open(&self) {
        self.shared.is_open.send_replace(true);
    }

    /// Sends on what is held, in its order.
    pub fn release(&self) {
        let _ = self
            .shared
            .commands
            .send(Command::Release { is_reversed: false });
    }

    /// Sends on what is held, and lets everything pass from then on: nothing that comes meanwhile overtakes it.
    pub fn resume(&self) {
        let _ = self.shared.commands.send(Command::Resume);
    }

    /// Sends on what is held, the last first.
    pub fn release_reversed(&self) {
        let _ = self
            .shared
            .commands
            .send(Command::Release { is_reversed: true });
    }

    /// Keeps back what the server answers to HTTP requests like this, such as `POST /v1/ledger`, and
    /// whatever comes after it on the same connection.
    pub fn hold_answers_to(&self, start: &str) {
        self.shared
            .held_request
            .send_replace(Some(start.to_owned()));
    }

    /// Lets what the server has answered go on.
    pub fn let_answers_pass(&self) {
        self.shared.held_request.send_replace(None);
    }

    /// WebSockets that were opened so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Waits until so many frames are held.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn held(&self, count: usize) {
        gathered("frames to hold", &self.shared.held, |held| {
            (*held >= count).then_some(())
        })
        .await;
    }

    /// Waits for something among the frames that the proxy has seen, dropped and held ones too.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn seen<T>(&self, what: &str, pick: impl FnMut(&Vec<Frame>) -> Option<T>) -> T {
        gathered(what, &self.shared.seen, pick).await
    }

    /// Waits until a request like this, such as `POST /v1/ledger`, was seen; answers how many were.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn request(&self, start: &str) -> usize {
        gathered(start, &self.shared.requests, |requests| {
            let count = requests
                .iter()
                .filter(|request| request.starts_with(start))
                .count();
            (count > 0).then_some(count)
        })
        .await
    }

    /// The tokens that clients have authenticated their WebSockets with.
    ///
    /// # Panics
    /// When a connection panicked.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.shared
            .tokens
            .lock()
            .expect("no panic while locked")
            .clone()
    }

    /// All payloads that clients have submitted through it, in order.
    #[must_use]
    pub fn submits(&self) -> Vec<Bytes> {
        self.shared
            .seen
            .borrow()
            .iter()
            .filter_map(Frame::submit)
            .collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.close();
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "each connection of a proxy is a task"
)]
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        if *shared.is_open.borrow() {
            tokio::spawn(serve(client, Arc::clone(&shared)));
        }
    }
}

/// One connection; its errors end it, as they would without a proxy.
async fn serve(client: TcpStream, shared: Arc<Shared>) {
    let commands = shared.commands.subscribe();
    let Some(head) = peek_head(&client).await else {
        return;
    };
    let Ok(server) = TcpStream::connect(&shared.server).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    if head.starts_with("GET /v1/connect") {
        pump::serve(client, server, &head, &shared, commands).await;
    } else {
        requests::serve(client, server, &shared).await;
    }
}

/// The head of the first request, left in the socket.
async fn peek_head(client: &TcpStream) -> Option<String> {
    let mut bytes = vec![0; HEAD_LEN_MAX];
    loop {
        let len = client.peek(&mut bytes).await.ok().filter(|len| *len > 0)?;
        let text = String::from_utf8_lossy(&bytes[..len]);
        if let Some(end) = text.find("\r\n\r\n") {
            return Some(text[..end].to_owned());
        }
        // The rest of the head is on its way; peek answers at once with what is there.
        tokio::task::yield_now().await;
    }
}
