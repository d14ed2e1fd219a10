//! Signal: ephemeral, to the devices of a conversation that are connected now.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt, ready};
use pipit_bus::SignalPush;
use pipit_domain::{DeviceId, GroupId};
use pipit_wire::v1::{RefusalCode, Signal, server_frame};

use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Bytes of a signal.
const SIGNAL_LEN_MAX: usize = 4 * 1024;

/// Passes a signal on. A refusal is pushed as the answer to request 0; success has no answer.
pub(super) fn send(
    gateway: &Arc<Gateway>,
    sender: DeviceId,
    signal: Signal,
) -> BoxFuture<'static, Result<(), Refusal>> {
    if signal.payload.len() > SIGNAL_LEN_MAX {
        let refusal = Refusal::new(RefusalCode::TooLarge, "This signal is larger than 4 KiB.");
        return ready(Err(refusal)).boxed();
    }
    let Ok(group) = GroupId::try_from(&signal.group_id[..]) else {
        return ready(Err(Refusal::malformed())).boxed();
    };
    let peers = gateway.store.peers(group, sender);
    let gateway = gateway.clone();
    async move {
        let peers = peers.await?.ok_or_else(Refusal::not_a_member)?;
        gateway.bus.signal(
            &peers,
            &SignalPush {
                group,
                payload: signal.payload,
                sender,
            },
        );
        Ok(())
    }
    .boxed()
}

pub(super) fn frame(signal: SignalPush) -> server_frame::Body {
    server_frame::Body::Signal(Signal {
        group_id: signal.group.to_vec(),
        payload: signal.payload,
        sender_device: signal.sender.to_vec(),
    })
}
