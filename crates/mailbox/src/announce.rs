//! What a back end tells the outside after a commit, so that whoever waits is woken.

use pipit_domain::DeviceId;

use crate::{DeliveredTo, Delivery};

/// Called by the back end after each commit, from its own thread: implementations return at once. A
/// lost call costs a delay, never an envelope: the mailbox is the truth, and is read again at every
/// connection.
pub trait Announcer: Send + Sync {
    /// A delivery is durable in this device's mailbox. For one device, calls come in the order of
    /// sequences, and none is left out while the process lives.
    fn stored(&self, device: DeviceId, delivery: &Delivery);

    /// An account has acknowledged an envelope of this device's account for the first time.
    fn delivered(&self, device: DeviceId, to: DeliveredTo);
}
