//! The floor of the sockets: a WebSocket server that only sends back, with as many clients and bytes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::future::try_join_all;
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::report::{Times, times};

/// Messages a second that come back.
pub(crate) async fn measure(
    clients: usize,
    in_flight: usize,
    len: usize,
    time: Duration,
) -> Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    #[allow(clippy::disallowed_methods, reason = "a tool that owns its tasks")]
    let serving = tokio::spawn(serve(listener));
    let sockets = try_join_all((0..clients).map(|_| connect(address))).await?;
    let began = Instant::now();
    let counts = try_join_all(
        sockets
            .into_iter()
            .map(|socket| chat(socket, in_flight, len, began, time)),
    )
    .await?;
    let took_s = began.elapsed().as_secs_f64();
    serving.abort();
    Ok(counts.iter().sum::<u64>() as f64 / took_s)
}

/// Times of one message there and back, one after the other on one connection.
pub(crate) async fn round_trips(len: usize, warm_up: usize, count: usize) -> Result<Times> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    #[allow(clippy::disallowed_methods, reason = "a tool that owns its tasks")]
    let serving = tokio::spawn(serve(listener));
    let mut socket = connect(address).await?;
    let payload = Bytes::from(vec![7; len]);
    let mut ages_ms = Vec::with_capacity(count);
    for number in 0..warm_up + count {
        let began = Instant::now();
        socket.send(Message::Binary(payload.clone())).await?;
        socket.next().await.context("the echo closed")??;
        if number >= warm_up {
            ages_ms.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    serving.abort();
    Ok(times(ages_ms))
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        #[allow(clippy::disallowed_methods, reason = "a tool that owns its tasks")]
        tokio::spawn(echo(stream));
    }
}

async fn echo(stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    while let Some(message) = socket.next().await {
        socket.feed(message?).await?;
        // What has come already goes back in the same write.
        while let Some(Some(message)) = socket.next().now_or_never() {
            socket.feed(message?).await?;
        }
        socket.flush().await?;
    }
    Ok(())
}

type Socket = tokio_tungstenite::WebSocketStream<TcpStream>;

async fn connect(address: SocketAddr) -> Result<Socket> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let request = format!("ws://{address}/").into_client_request()?;
    Ok(tokio_tungstenite::client_async(request, stream).await?.0)
}

async fn chat(
    mut socket: Socket,
    in_flight: usize,
    len: usize,
    began: Instant,
    time: Duration,
) -> Result<u64> {
    let payload = Bytes::from(vec![7; len]);
    let (mut unanswered, mut count) = (0, 0);
    while unanswered > 0 || began.elapsed() < time {
        while unanswered < in_flight && began.elapsed() < time {
            socket.feed(Message::Binary(payload.clone())).await?;
            unanswered += 1;
        }
        socket.flush().await?;
        socket.next().await.context("the echo closed")??;
        unanswered -= 1;
        count += 1;
    }
    Ok(count)
}
