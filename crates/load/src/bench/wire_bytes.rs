//! Bytes of one 20-character message, from send to acknowledged, on both links, above TCP.

use anyhow::{Result, bail};
use pipit_domain::EnvelopeId;
use pipit_wire::content::Content;
use pipit_wire::v1::{Acknowledge, Submit, client_frame, server_frame};
use serde::Serialize;

use super::pairs::{Pair, Side};
use super::payload::TEXT;
use crate::raw::random;

/// Messages before the one that counts.
const WARM_UP: usize = 5;

/// Bytes by direction, WebSocket framing and masks included, on a connection without TLS (which adds
/// 22 bytes a record).
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WireBytes {
    /// The sealed envelope itself.
    pub envelope: usize,
    /// Sender to server: Submit.
    pub sender_up: u64,
    /// Server to sender: Accepted and Delivered.
    pub sender_down: u64,
    /// Server to recipient: Deliver.
    pub recipient_down: u64,
    /// Recipient to server: Acknowledge.
    pub recipient_up: u64,
}

impl WireBytes {
    /// Both links, both directions.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.sender_up + self.sender_down + self.recipient_down + self.recipient_up
    }
}

pub(crate) async fn measure(pair: &mut Pair) -> Result<WireBytes> {
    let [alice, bob] = &mut pair.sides;
    let group = pair.group;
    let mut measured = None;
    for _ in 0..=WARM_UP {
        let content = Content::text(random(), TEXT).encode();
        let payload = alice
            .device
            .seal(group, EnvelopeId::new(random()), &content)?;
        measured = Some(one(alice, bob, payload).await?);
    }
    Ok(measured.unwrap_or_else(|| unreachable!("it is measured at least once")))
}

async fn one(alice: &mut Side, bob: &mut Side, payload: Vec<u8>) -> Result<WireBytes> {
    let envelope = payload.len();
    let (sent, received) = alice.connection.meter.read();
    let (bob_sent, bob_received) = bob.connection.meter.read();
    let submit = client_frame::Body::Submit(Submit {
        payload: payload.into(),
        ..Submit::default()
    });
    alice.connection.request(submit).await?;
    let deliver = bob.connection.delivery().await?;
    let acknowledge = Acknowledge {
        sequences: vec![deliver.sequence],
        mailbox_expiry_handled: false,
    };
    bob.connection
        .send_without_reply(client_frame::Body::Acknowledge(acknowledge))
        .await?;
    loop {
        match alice.connection.push().await? {
            server_frame::Body::Delivered(_) => break,
            server_frame::Body::CaughtUp(_) => {}
            _ => bail!("another push than Delivered"),
        }
    }
    let (sent_now, received_now) = alice.connection.meter.read();
    let (bob_sent_now, bob_received_now) = bob.connection.meter.read();
    Ok(WireBytes {
        envelope,
        sender_up: sent_now - sent,
        sender_down: received_now - received,
        recipient_down: bob_received_now - bob_received,
        recipient_up: bob_sent_now - bob_sent,
    })
}
