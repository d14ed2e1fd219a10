//! Everything as fast as it goes: every client keeps so many envelopes on their way, and acknowledges
//! what it gets.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use futures_util::future::try_join_all;
use pipit_wire::v1::{Acknowledge, Submit, client_frame, server_frame};
use serde::Serialize;

use super::pairs::{Pair, Side};
use super::payload::age_ms;
use super::report::{Times, times};
use super::server::Server;

/// Deliveries that are acknowledged in one frame.
const ACKNOWLEDGE_EVERY: usize = 16;

/// What a server does at most.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Saturation {
    /// Envelopes a second that were durable and answered.
    pub accepted_per_second: f64,
    /// Envelopes a second that arrived at their recipients.
    pub delivered_per_second: f64,
    /// From send to delivery under this load.
    pub times: Times,
    /// CPU seconds of the server for 1,000 envelopes; 0 where the system does not tell.
    pub cpu_seconds_per_1000: f64,
}

#[derive(Default)]
struct Tally {
    accepted: u64,
    delivered: u64,
    ages_ms: Vec<f64>,
}

pub(crate) async fn measure(
    server: &Server,
    pairs: &mut [Pair],
    in_flight: usize,
    time: Duration,
) -> Result<Saturation> {
    let cpu_before = server.cpu_seconds();
    let began = Instant::now();
    let sides = pairs.iter_mut().flat_map(|pair| pair.sides.iter_mut());
    let tallies = try_join_all(sides.map(|side| chat(side, in_flight, began, time))).await?;
    let took_s = began.elapsed().as_secs_f64();
    let cpu_s = server
        .cpu_seconds()
        .zip(cpu_before)
        .map_or(0.0, |(after, before)| after - before);
    let accepted: u64 = tallies.iter().map(|tally| tally.accepted).sum();
    let delivered: u64 = tallies.iter().map(|tally| tally.delivered).sum();
    let ages = tallies
        .into_iter()
        .flat_map(|tally| tally.ages_ms)
        .collect();
    Ok(Saturation {
        accepted_per_second: accepted as f64 / took_s,
        delivered_per_second: delivered as f64 / took_s,
        times: times(ages),
        cpu_seconds_per_1000: cpu_s * 1000.0 / accepted as f64,
    })
}

/// One client: keeps `in_flight` envelopes unanswered until the time is over, then waits for the rest.
async fn chat(side: &mut Side, in_flight: usize, began: Instant, time: Duration) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut unanswered = 0;
    let mut unacknowledged = Vec::new();
    while unanswered > 0 || began.elapsed() < time {
        while unanswered < in_flight && began.elapsed() < time {
            let payload = side.template.fresh(began).into();
            side.connection
                .feed(client_frame::Body::Submit(Submit {
                    payload,
                    ..Submit::default()
                }))
                .await?;
            unanswered += 1;
        }
        side.connection.flush().await?;
        let Some(frame) = side.connection.frame().await? else {
            bail!("the server closed")
        };
        match frame.body {
            Some(server_frame::Body::Accepted(_)) => {
                unanswered -= 1;
                tally.accepted += 1;
            }
            Some(server_frame::Body::Deliver(deliver)) => {
                tally.delivered += 1;
                tally.ages_ms.push(age_ms(&deliver.payload, began)?);
                unacknowledged.push(deliver.sequence);
            }
            Some(server_frame::Body::Refused(refused)) => bail!("refused: {}", refused.sentence),
            _ => {}
        }
        if unacknowledged.len() >= ACKNOWLEDGE_EVERY {
            acknowledge(side, &mut unacknowledged).await?;
        }
    }
    acknowledge(side, &mut unacknowledged).await?;
    side.connection.flush().await?;
    Ok(tally)
}

async fn acknowledge(side: &mut Side, sequences: &mut Vec<u64>) -> Result<()> {
    let sequences = std::mem::take(sequences);
    let acknowledge = Acknowledge {
        sequences,
        mailbox_expiry_handled: false,
    };
    side.connection
        .feed_without_reply(client_frame::Body::Acknowledge(acknowledge))
        .await
}
