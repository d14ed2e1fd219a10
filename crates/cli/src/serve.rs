//! JSON-RPC over a WebSocket, and the screen's files, on this machine only.
//!
//! Whoever knows the token is the account's owner, so: loopback addresses only, the token is compared
//! in constant time, and a browser page of another origin is refused even with it.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use data_encoding::BASE64URL_NOPAD;
use futures_util::{SinkExt as _, StreamExt as _};
use pipit_api::{Api, rpc};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use tokio::sync::mpsc;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::args::Serve;
use crate::peer;

const ANSWERS_LEN: usize = 256;
const TOKEN_LEN: usize = 24;
/// What the screen may load and reach: its own files, and this very server.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      connect-src 'self' ws://127.0.0.1:* ws://localhost:*; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

struct Shared {
    api: Api,
    token: String,
    /// `host:port` as browsers name it.
    hosts: [String; 2],
}

/// Serves until interrupted.
pub(crate) async fn run(api: Api, args: &Serve) -> anyhow::Result<()> {
    if !args.listen.ip().is_loopback() {
        bail!("--listen takes an address of this machine only, such as 127.0.0.1:0");
    }
    let token = match &args.token {
        Some(token) if token.len() < 16 => bail!("--token needs 16 characters or more"),
        Some(token) => token.clone(),
        None => random_token()?,
    };
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is the port in use?", args.listen))?;
    let address = listener.local_addr()?;
    let hosts = [address.to_string(), format!("localhost:{}", address.port())];
    let shared = Arc::new(Shared {
        api,
        token: token.clone(),
        hosts,
    });
    let mut router = Router::new().route("/rpc", get(upgrade)).with_state(shared);
    if let Some(folder) = &args.ui {
        if !folder.join("index.html").is_file() {
            bail!(
                "{} has no index.html; build the screen first",
                folder.display()
            );
        }
        let policy = HeaderValue::from_static(POLICY);
        router = router.fallback_service(ServeDir::new(folder)).layer(
            SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy),
        );
    }
    println!("listening on http://{address}/?token={token}");
    axum::serve(listener, router)
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}

fn random_token() -> anyhow::Result<String> {
    let mut bytes = [0; TOKEN_LEN];
    getrandom::fill(&mut bytes)
        .ok()
        .context("the system gives no randomness")?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

#[derive(Deserialize)]
struct Caller {
    token: Option<String>,
}

async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Query(caller): Query<Caller>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !shared.is_allowed(&headers, caller.token.as_deref().unwrap_or_default()) {
        return (
            StatusCode::FORBIDDEN,
            "The token is wrong, or the page is not this server's.\n",
        )
            .into_response();
    }
    upgrade
        .max_message_size(rpc::LINE_LEN_MAX * 2)
        .max_frame_size(rpc::LINE_LEN_MAX * 2)
        .on_upgrade(move |socket| talk(shared, socket))
}

impl Shared {
    fn is_allowed(&self, headers: &HeaderMap, token: &str) -> bool {
        let names_us = |name: header::HeaderName, prefix: &str| {
            headers.get(name).map(|value| {
                value
                    .to_str()
                    .ok()
                    .and_then(|value| value.strip_prefix(prefix))
                    .is_some_and(|host| self.hosts.iter().any(|ours| ours == host))
            })
        };
        // A page that a foreign name resolves to this machine for has that name as its host.
        let host_is_ours = names_us(header::HOST, "").unwrap_or(false);
        let origin_is_ours = names_us(header::ORIGIN, "http://").unwrap_or(true);
        let token_fits: bool = token.as_bytes().ct_eq(self.token.as_bytes()).into();
        host_is_ours && origin_is_ours && token_fits
    }
}

async fn talk(shared: Arc<Shared>, socket: WebSocket) {
    let (mut sink, stream) = socket.split();
    let (answers, mut written) = mpsc::channel::<String>(ANSWERS_LEN);
    let lines = stream
        .take_while(|message| std::future::ready(message.is_ok()))
        .filter_map(|message| async move {
            match message {
                Ok(Message::Text(text)) => Some(text.to_string()),
                // Not text: refused like any other line that is no request.
                Ok(Message::Binary(_)) => Some("binary".to_owned()),
                _ => None,
            }
        });
    let write = async move {
        while let Some(line) = written.recv().await {
            if sink.send(Message::Text(line.into())).await.is_err() {
                return;
            }
        }
        let _ = sink.close().await;
    };
    tokio::join!(peer::serve(&shared.api, lines, answers), write);
}
