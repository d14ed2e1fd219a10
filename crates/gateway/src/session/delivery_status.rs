//! DeliveryStatus: which accounts have received these envelopes, asked after a reconnect.

use std::sync::Arc;

use futures_util::future::{FutureExt, ready};
use pipit_domain::{DeviceId, EnvelopeId};
use pipit_wire::v1::{DeliveryStatus, DeliveryStatusResult, server_frame};

use super::deliver::delivered;
use super::request::Answer;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Envelope ids in one request.
const ENVELOPES_MAX: usize = 256;

pub(super) fn delivery_status(
    gateway: &Arc<Gateway>,
    sender: DeviceId,
    status: &DeliveryStatus,
) -> Answer {
    let ids: Result<Vec<EnvelopeId>, _> = status
        .envelope_ids
        .iter()
        .map(|id| EnvelopeId::try_from(&id[..]))
        .collect();
    let Some(ids) = ids.ok().filter(|ids| ids.len() <= ENVELOPES_MAX) else {
        return ready(Err(Refusal::malformed())).boxed();
    };
    let found = gateway.store.delivery_status(sender, ids);
    async move {
        let mut notices = found.await?;
        notices.sort_unstable();
        let by_account = notices.chunk_by(|one, other| one.account == other.account);
        let delivered = by_account
            .map(|notices| delivered(notices[0].account, notices))
            .collect();
        Ok(server_frame::Body::DeliveryStatus(DeliveryStatusResult {
            delivered,
        }))
    }
    .boxed()
}
