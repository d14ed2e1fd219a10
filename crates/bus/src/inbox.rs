//! What waits for one session: a bounded, mergeable set of pushes behind a wake-up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use pipit_domain::{DeviceId, GroupId};
use pipit_mailbox::{DeliveredTo, Delivery};
use tokio::sync::Notify;

/// Deliveries handed over directly; beyond it the session reads its mailbox instead.
const DELIVERIES_MAX: usize = 64;
/// Delivered notices that wait; beyond it the session ends, and the device asks after reconnecting.
const DELIVERED_MAX: usize = 8192;
/// Signals that wait; older ones are dropped first, as they are worth least.
const SIGNALS_MAX: usize = 64;

/// An ephemeral signal.
#[derive(Clone)]
pub struct SignalPush {
    /// The MLS group it belongs to.
    pub group: GroupId,
    /// Sealed by the clients.
    pub payload: Bytes,
    /// The device that sent it.
    pub sender: DeviceId,
}

/// Everything that came for a session since it last asked.
#[derive(Default)]
pub struct Pushes {
    /// New deliveries, in the order of sequences, without a hole after the last that was handed over
    /// unless `must_read`.
    pub deliveries: Vec<Delivery>,
    /// More came than is handed over: the mailbox must be read.
    pub must_read: bool,
    /// Envelopes of this device that accounts have received.
    pub delivered: Vec<DeliveredTo>,
    /// Notices were dropped: the session must end, so that the device asks again.
    pub has_lost_delivered: bool,
    /// Signals for this device.
    pub signals: Vec<SignalPush>,
    /// Another session of this device has attached.
    pub is_replaced: bool,
    /// The device is no longer in force.
    pub is_revoked: bool,
}

#[derive(Default)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    notify: Notify,
}

#[derive(Default)]
struct Waiting {
    deliveries: VecDeque<Delivery>,
    signals: VecDeque<SignalPush>,
    others: Pushes,
    is_set: bool,
}

impl Inbox {
    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.lock();
        change(&mut waiting);
        let was_set = std::mem::replace(&mut waiting.is_set, true);
        drop(waiting);
        if !was_set {
            self.notify.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stored(&self, delivery: &Delivery) {
        self.change(|waiting| {
            if waiting.others.must_read {
                return;
            }
            if waiting.deliveries.len() >= DELIVERIES_MAX {
                waiting.deliveries.clear();
                waiting.others.must_read = true;
            } else {
                waiting.deliveries.push_back(delivery.clone());
            }
        });
    }

    pub(crate) fn delivered(&self, to: DeliveredTo) {
        self.change(|waiting| {
            if waiting.others.delivered.len() >= DELIVERED_MAX {
                waiting.others.has_lost_delivered = true;
            } else {
                waiting.others.delivered.push(to);
            }
        });
    }

    pub(crate) fn signal(&self, signal: &SignalPush) {
        self.change(|waiting| {
            if waiting.signals.len() >= SIGNALS_MAX {
                waiting.signals.pop_front();
            }
            waiting.signals.push_back(signal.clone());
        });
    }

    pub(crate) fn replaced(&self) {
        self.change(|waiting| waiting.others.is_replaced = true);
    }

    pub(crate) fn revoked(&self) {
        self.change(|waiting| waiting.others.is_revoked = true);
    }

    fn take(&self) -> Option<Pushes> {
        let mut waiting = self.lock();
        if !std::mem::take(&mut waiting.is_set) {
            return None;
        }
        let mut pushes = std::mem::take(&mut waiting.others);
        pushes.deliveries = std::mem::take(&mut waiting.deliveries).into();
        pushes.signals = std::mem::take(&mut waiting.signals).into();
        Some(pushes)
    }
}

/// A session's end of the bus. Dropping it detaches the session.
pub struct Attachment {
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) detach: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Attachment {
    /// Waits for pushes. Cancel-safe: what came stays until it is taken.
    pub async fn next(&self) -> Pushes {
        loop {
            if let Some(pushes) = self.inbox.take() {
                return pushes;
            }
            self.inbox.notify.notified().await;
        }
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        if let Some(detach) = self.detach.take() {
            detach();
        }
    }
}
