//! Hello: versions and capabilities, and whether the device's mailbox has lost something.

use pipit_domain::DeviceId;
use pipit_wire::PROTOCOL_VERSION;
use pipit_wire::v1::{ServerHello, server_frame};

use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(super) async fn hello(
    gateway: &Gateway,
    device: DeviceId,
) -> Result<server_frame::Body, Refusal> {
    let mailbox_expired = gateway.store.mailbox_expired(device).await?;
    Ok(server_frame::Body::Hello(ServerHello {
        version: PROTOCOL_VERSION,
        capabilities: Vec::new(),
        time: gateway.now().as_millis(),
        mailbox_expired,
    }))
}
