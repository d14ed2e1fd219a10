//! Who is connected where: what the store announces reaches the sessions that wait for it.
//!
//! [`Bus`] is the port: sessions attach to it, and the store and other sessions publish to devices.
//! [`LocalBus`] serves one process. A lost announcement costs a delay and never an envelope, because
//! sessions read the mailbox; so every queue here is bounded and may drop, and says that it did.

mod inbox;
mod local;

pub use inbox::{Attachment, Pushes, SignalPush};
pub use local::LocalBus;

use pipit_domain::DeviceId;
use pipit_mailbox::Announcer;

/// The way to connected devices, wherever they are.
pub trait Bus: Announcer {
    /// Attaches a session for a device. An older session of the same device is told that it was
    /// replaced.
    fn attach(&self, device: DeviceId) -> Attachment;

    /// Passes an ephemeral signal to those of these devices that are connected now.
    fn signal(&self, devices: &[DeviceId], signal: &SignalPush);

    /// Tells a device's session that the device is no longer in force.
    fn revoked(&self, device: DeviceId);
}
