//! A proxy on this machine between a client and the server that understands the protocol: WebSocket
//! frames are decoded and go through a rule, everything else is passed on.
//!
//! The rule says of each frame what becomes of it ([`Verdict`]); whatever passes by is also kept, so
//! that a story can compare bytes.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};

use crate::frame::{Frame, Verdict, read};
use crate::wait::gathered;

/// Longest head of a request that is looked at.
const HEAD_LEN_MAX: usize = 16 * 1024;

#[derive(Clone, Copy)]
enum Command {
    Cut,
    Release { is_reversed: bool },
}

type Rule = Box<dyn FnMut(&Frame) -> Verdict + Send>;

struct Shared {
    server: String,
    rule: Mutex<Rule>,
    seen: watch::Sender<Vec<Frame>>,
    held: watch::Sender<usize>,
    requests: watch::Sender<Vec<String>>,
    tokens: Mutex<Vec<String>>,
    connections: AtomicUsize,
    is_open: watch::Sender<bool>,
    /// Start of the requests whose answers are kept back.
    held_request: watch::Sender<Option<String>>,
    commands: broadcast::Sender<Command>,
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

    /// Lets everything pass from now on; what is held stays held.
    pub fn pass(&self) {
        self.rule(|_| Verdict::Pass);
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
        serve_socket(client, server, &head, &shared, commands).await;
    } else {
        serve_http(client, server, &shared).await;
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

async fn serve_http(client: TcpStream, server: TcpStream, shared: &Shared) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let is_held = AtomicBool::new(false);
    let up = async {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(len @ 1..) = from_client.read(&mut bytes).await {
            let start = String::from_utf8_lossy(&bytes[..len.min(200)]);
            if let Some(line) = start
                .lines()
                .next()
                .filter(|line| line.ends_with("HTTP/1.1"))
            {
                let held = shared.held_request.borrow().clone();
                is_held.store(
                    held.is_some_and(|held| line.starts_with(&held)),
                    Ordering::Release,
                );
                shared
                    .requests
                    .send_modify(|requests| requests.push(line.to_owned()));
            }
            if to_server.write_all(&bytes[..len]).await.is_err() {
                return;
            }
        }
    };
    let down = async {
        let mut bytes = vec![0; 64 * 1024];
        let mut held = shared.held_request.subscribe();
        while let Ok(len @ 1..) = from_server.read(&mut bytes).await {
            if is_held.load(Ordering::Acquire) && held.wait_for(Option::is_none).await.is_err()
                || to_client.write_all(&bytes[..len]).await.is_err()
            {
                return;
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

async fn serve_socket(
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

/// A WebSocket through the proxy.
struct Pump<'a> {
    client: WebSocketStream<TcpStream>,
    server: WebSocketStream<TcpStream>,
    held: VecDeque<(bool, Message)>,
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
                    Ok(Command::Cut) | Err(_) => false,
                },
                message = self.client.next() => self.take(true, message).await,
                message = self.server.next() => self.take(false, message).await,
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
        let verdict = match read(is_up, &bytes) {
            Some(seen) => {
                let verdict = (self.shared.rule.lock().expect("rules don't panic"))(&seen);
                self.shared.seen.send_modify(|all| all.push(seen));
                verdict
            }
            None => Verdict::Pass,
        };
        let message = Message::Binary(bytes);
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
