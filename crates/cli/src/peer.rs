//! One caller of the API: lines in, lines out, whatever carries them.
//!
//! Requests run beside each other, so that a slow one does not hold up the rest; each is started
//! before the next line is read, so that messages leave in the order in which they were given.

use std::task::Poll;

use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt as _, poll};
use pipit_api::{Api, Events, rpc};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Requests of one caller at the same time; further lines wait.
const REQUESTS_MAX: usize = 64;

/// Serves a caller until its lines end, then finishes what was asked.
pub(crate) async fn serve(
    api: &Api,
    lines: impl Stream<Item = String>,
    answers: mpsc::Sender<String>,
) {
    let mut lines = std::pin::pin!(lines);
    let mut running = FuturesUnordered::new();
    let mut events: Option<Events> = None;
    let mut is_open = true;
    while is_open || !running.is_empty() {
        let answer = tokio::select! {
            biased;
            Some(answer) = running.next() => answer,
            line = lines.next(), if is_open && running.len() < REQUESTS_MAX => match line {
                None => {
                    is_open = false;
                    continue;
                }
                Some(line) if line.trim().is_empty() => continue,
                Some(line) => match rpc::read(&line) {
                    Err(refusal) => Some(refusal),
                    Ok(request) if request.method == "events.subscribe" => {
                        let started = events.insert(api.events());
                        subscribed(request.id, started)
                    }
                    Ok(request) => {
                        let mut request = Box::pin(rpc::run(api, request));
                        match poll!(&mut request) {
                            Poll::Ready(answer) => answer,
                            Poll::Pending => {
                                running.push(request);
                                continue;
                            }
                        }
                    }
                },
            },
            event = next(&mut events), if is_open => match event {
                Some(event) => Some(rpc::notification(&event)),
                None => {
                    events = None;
                    continue;
                }
            },
        };
        if let Some(answer) = answer
            && answers.send(answer.to_string()).await.is_err()
        {
            return;
        }
    }
}

async fn next(events: &mut Option<Events>) -> Option<pipit_api::NumberedEvent> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

fn subscribed(id: Option<Value>, events: &Events) -> Option<Value> {
    Some(json!({ "jsonrpc": "2.0", "id": id?, "result": { "number": events.start() } }))
}
