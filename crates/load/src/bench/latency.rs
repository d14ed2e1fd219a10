//! Times from send to delivery at a steady rate.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures_util::future::try_join_all;
use pipit_wire::v1::{Acknowledge, Submit, client_frame, server_frame};
use serde::Serialize;
use tokio::time::sleep_until;

use super::pairs::{Pair, Side};
use super::payload::age_ms;
use super::report::{Times, times};

/// How long to wait for what is still on its way.
const REST: Duration = Duration::from_secs(2);

/// A steady load and its times.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Steady {
    /// Envelopes a second that were sent.
    pub sent_per_second: f64,
    /// From send to delivery.
    pub times: Times,
}

pub(crate) async fn measure(pairs: &mut [Pair], rate: f64, time: Duration) -> Result<Steady> {
    // Leftovers of the load before would count as old.
    let sides = pairs.iter_mut().flat_map(|pair| pair.sides.iter_mut());
    let count = try_join_all(sides.map(drain)).await?.len();
    let every = Duration::from_secs_f64(count as f64 / rate.max(1.0));
    let began = Instant::now();
    let sides = pairs
        .iter_mut()
        .flat_map(|pair| pair.sides.iter_mut())
        .enumerate();
    let chats = sides.map(|(number, side)| {
        // Clients do not send in step.
        let offset = every.mul_f64(number as f64 / count as f64);
        chat(side, every, offset, began, time)
    });
    let outcomes = try_join_all(chats).await?;
    let sent: u64 = outcomes.iter().map(|(sent, _)| sent).sum();
    let ages = outcomes.into_iter().flat_map(|(_, ages)| ages).collect();
    Ok(Steady {
        sent_per_second: sent as f64 / time.as_secs_f64(),
        times: times(ages),
    })
}

async fn drain(side: &mut Side) -> Result<()> {
    side.connection.acknowledge(Vec::new()).await?;
    let ping = client_frame::Body::Ping(pipit_wire::v1::Ping {});
    let mut last = side.connection.send(ping.clone()).await?;
    loop {
        let Some(frame) = side.connection.frame().await? else {
            bail!("the server closed")
        };
        match frame.body {
            Some(server_frame::Body::Deliver(deliver)) => {
                acknowledge(side, deliver.sequence).await?;
                last = side.connection.send(ping.clone()).await?;
            }
            Some(server_frame::Body::Pong(_)) if frame.request_id == last => return Ok(()),
            _ => {}
        }
    }
}

/// Sends one envelope every so often by the clock, whatever the answers do.
async fn chat(
    side: &mut Side,
    every: Duration,
    offset: Duration,
    began: Instant,
    time: Duration,
) -> Result<(u64, Vec<f64>)> {
    let mut sent = 0;
    let mut ages_ms = Vec::new();
    let mut next = began + offset;
    let end = began + time;
    loop {
        let is_over = next >= end;
        let wake = if is_over { end + REST } else { next };
        tokio::select! {
            () = sleep_until(wake.into()) => {
                if is_over {
                    return Ok((sent, ages_ms));
                }
                let payload = side.template.fresh(began).into();
                side.connection.send(client_frame::Body::Submit(Submit { payload, ..Submit::default() })).await?;
                sent += 1;
                next += every;
            }
            frame = side.connection.frame() => {
                let Some(frame) = frame? else { bail!("the server closed") };
                match frame.body {
                    Some(server_frame::Body::Deliver(deliver)) => {
                        ages_ms.push(age_ms(&deliver.payload, began)?);
                        acknowledge(side, deliver.sequence).await?;
                    }
                    Some(server_frame::Body::Refused(refused)) => {
                        bail!("refused: {}", refused.sentence)
                    }
                    _ => {}
                }
            }
        }
    }
}

async fn acknowledge(side: &mut Side, sequence: u64) -> Result<()> {
    let acknowledge = Acknowledge {
        sequences: vec![sequence],
        mailbox_expiry_handled: false,
    };
    side.connection
        .send_without_reply(client_frame::Body::Acknowledge(acknowledge))
        .await
}
