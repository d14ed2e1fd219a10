//! Acknowledge: deliveries that the device has committed go from its mailbox.
//!
//! Acknowledgements that come while one is being stored are stored together next, so a fast reader
//! costs one write at a time. One that the store could not take is tried again.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use pipit_domain::limits;
use pipit_mailbox::{DeviceAddress, StoreError};
use pipit_wire::v1::Acknowledge;
use tokio::time::sleep;

use super::outbound::Outbound;
use super::{End, Session, bad_frame};
use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// How long to wait before an acknowledgement that the store could not take is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// Sequences that were stored, or have to be tried again.
pub(super) type Outcome = (Vec<u64>, Result<(), StoreError>);

/// Acknowledgements on their way into the store.
#[derive(Default)]
pub(super) struct Acknowledgements {
    waiting: BTreeSet<u64>,
    pub(super) running: Option<BoxFuture<'static, Outcome>>,
}

impl Acknowledgements {
    /// Hands what waits to the store, unless it is busy with the last ones.
    pub(super) fn send(&mut self, gateway: &Gateway, device: DeviceAddress) {
        if self.running.is_some() || self.waiting.is_empty() {
            return;
        }
        let sequences: Vec<u64> = std::mem::take(&mut self.waiting).into_iter().collect();
        let stored = gateway.store.acknowledge(device, sequences.clone());
        let storing = async move {
            let outcome = stored.await;
            if outcome.is_err() {
                sleep(RETRY_AFTER).await;
            }
            (sequences, outcome)
        };
        self.running = Some(storing.boxed());
    }

    pub(super) fn take_outcome(&mut self, gateway: &Gateway, (sequences, outcome): Outcome) {
        self.running = None;
        match outcome {
            Ok(()) => {
                gateway.metrics.acknowledged.inc_by(sequences.len() as u64);
            }
            Err(_) => self.waiting.extend(sequences),
        }
    }

    /// At the end of a connection: what waits is handed over without waiting for it.
    pub(super) fn flush(&mut self, gateway: &Gateway, device: DeviceAddress) {
        if !self.waiting.is_empty() {
            let sequences = std::mem::take(&mut self.waiting).into_iter().collect();
            drop(gateway.store.acknowledge(device, sequences));
        }
    }
}

impl Session {
    pub(super) async fn take_acknowledge(
        &mut self,
        acknowledge: Acknowledge,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        if acknowledge.sequences.len() > limits::ACKNOWLEDGE_LEN_MAX {
            return Err(bad_frame(outbound, &Refusal::malformed()).await);
        }
        if acknowledge.mailbox_expiry_handled {
            drop(self.gateway.store.expiry_seen(self.caller.address.device));
        }
        for sequence in acknowledge.sequences {
            // Only what was delivered on this connection: nothing else can be known to the device,
            // and the set stays bounded by the window.
            if self.mailbox.window.acknowledged(sequence) {
                self.acknowledgements.waiting.insert(sequence);
            }
        }
        Ok(())
    }
}
