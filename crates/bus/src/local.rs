//! The bus of one process: a map from device to session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pipit_domain::DeviceId;
use pipit_mailbox::{Announcer, DeliveredTo, Delivery};

use crate::inbox::Inbox;
use crate::{Attachment, Bus, SignalPush};

/// Parts of the map, each behind its own lock: sessions on many threads seldom meet.
const SHARDS: usize = 64;

type Shard = Mutex<HashMap<DeviceId, Arc<Inbox>>>;

/// Sessions of this process.
pub struct LocalBus {
    shards: Arc<[Shard; SHARDS]>,
}

impl Default for LocalBus {
    fn default() -> Self {
        Self {
            shards: Arc::new(std::array::from_fn(|_| Mutex::default())),
        }
    }
}

impl LocalBus {
    fn find(&self, device: DeviceId) -> Option<Arc<Inbox>> {
        shard(&self.shards, device).get(&device).cloned()
    }
}

fn shard(
    shards: &[Shard; SHARDS],
    device: DeviceId,
) -> MutexGuard<'_, HashMap<DeviceId, Arc<Inbox>>> {
    let index = usize::from(device.as_bytes()[0]) % SHARDS;
    shards[index].lock().unwrap_or_else(PoisonError::into_inner)
}

impl Announcer for LocalBus {
    fn stored(&self, device: DeviceId, delivery: &Delivery) {
        if let Some(inbox) = self.find(device) {
            inbox.stored(delivery);
        }
    }

    fn delivered(&self, sender: DeviceId, to: DeliveredTo) {
        if let Some(inbox) = self.find(sender) {
            inbox.delivered(to);
        }
    }
}

impl Bus for LocalBus {
    fn attach(&self, device: DeviceId) -> Attachment {
        let inbox = Arc::new(Inbox::default());
        let older = shard(&self.shards, device).insert(device, inbox.clone());
        if let Some(older) = older {
            older.replaced();
        }
        let shards = self.shards.clone();
        let own = inbox.clone();
        let detach = move || {
            let mut sessions = shard(&shards, device);
            if sessions
                .get(&device)
                .is_some_and(|inbox| Arc::ptr_eq(inbox, &own))
            {
                sessions.remove(&device);
            }
        };
        Attachment {
            inbox,
            detach: Some(Box::new(detach)),
        }
    }

    fn signal(&self, devices: &[DeviceId], signal: &SignalPush) {
        for &device in devices {
            if let Some(inbox) = self.find(device) {
                inbox.signal(signal);
            }
        }
    }

    fn revoked(&self, device: DeviceId) {
        if let Some(inbox) = self.find(device) {
            inbox.revoked();
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use pipit_domain::{AccountId, EnvelopeId, Timestamp};
    use pipit_mailbox::EnvelopeKind;

    use super::*;

    fn device(number: u8) -> DeviceId {
        DeviceId::new([number; 16])
    }

    fn delivery(sequence: u64) -> Delivery {
        Delivery {
            sequence,
            time: Timestamp::from_millis(1),
            kind: EnvelopeKind::Application,
            payload: Bytes::from_static(b"sealed"),
            conversation: None,
            tree: Bytes::new(),
            envelope: None,
        }
    }

    #[tokio::test]
    async fn pushes_reach_the_attached_session_in_order_and_merged() {
        let bus = LocalBus::default();
        let session = bus.attach(device(1));
        bus.stored(device(1), &delivery(4));
        bus.stored(device(1), &delivery(7));
        bus.stored(device(2), &delivery(8));
        let to = DeliveredTo {
            account: AccountId::new([3; 32]),
            envelope: EnvelopeId::new([4; 16]),
        };
        bus.delivered(device(1), to);
        let pushes = session.next().await;
        let sequences: Vec<_> = pushes
            .deliveries
            .iter()
            .map(|delivery| delivery.sequence)
            .collect();
        assert_eq!((sequences, pushes.must_read), (vec![4, 7], false));
        assert_eq!(pushes.delivered, vec![to]);
    }

    #[tokio::test]
    async fn too_many_deliveries_become_a_reading_of_the_mailbox() {
        let bus = LocalBus::default();
        let session = bus.attach(device(1));
        for sequence in 0..1000 {
            bus.stored(device(1), &delivery(sequence));
        }
        let pushes = session.next().await;
        assert!(pushes.must_read && pushes.deliveries.is_empty());
        bus.stored(device(1), &delivery(1000));
        assert_eq!(session.next().await.deliveries.len(), 1);
    }

    #[tokio::test]
    async fn a_newer_session_replaces_the_older_and_outlives_its_end() {
        let bus = LocalBus::default();
        let older = bus.attach(device(1));
        let newer = bus.attach(device(1));
        assert!(older.next().await.is_replaced);
        drop(older);
        bus.stored(device(1), &delivery(1));
        assert_eq!(newer.next().await.deliveries.len(), 1);
    }
}
