//! HTTP through the proxy: passed on byte for byte, while the first line of each request is looked at.
//!
//! Frames of the WebSocket are the pump's.

use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::proxy::Shared;

/// What becomes of an HTTP request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestVerdict {
    /// It goes on.
    Pass,
    /// It is lost, and the connection with it.
    Cut,
    /// The server gets it, its answer is lost, and the connection with it.
    LoseAnswer,
}

const PASS: u8 = 0;
const HOLD: u8 = 1;
const LOSE: u8 = 2;

/// Runs until either side ends, or the connection is cut.
pub(crate) async fn serve(client: TcpStream, server: TcpStream, shared: &Shared) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = AtomicU8::new(PASS);
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
                let verdict = (shared.request_rule.lock().expect("rules don't panic"))(line);
                shared
                    .requests
                    .send_modify(|requests| requests.push(line.to_owned()));
                let next = match verdict {
                    RequestVerdict::Cut => return,
                    RequestVerdict::LoseAnswer => LOSE,
                    RequestVerdict::Pass if held.is_some_and(|held| line.starts_with(&held)) => {
                        HOLD
                    }
                    RequestVerdict::Pass => PASS,
                };
                answers.store(next, Ordering::Release);
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
            let goes_on = match answers.load(Ordering::Acquire) {
                LOSE => false,
                HOLD => held.wait_for(Option::is_none).await.is_ok(),
                _ => true,
            };
            if !goes_on || to_client.write_all(&bytes[..len]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}
