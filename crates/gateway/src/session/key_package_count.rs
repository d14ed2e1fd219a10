//! KeyPackageCount: how many one-time key packages the device has left.

use std::sync::Arc;

use futures_util::future::FutureExt;
use pipit_domain::{DeviceId, Timestamp};
use pipit_wire::v1::{KeyPackageCountResult, server_frame};

use super::request::Answer;
use crate::gateway::Gateway;

pub(super) fn key_package_count(gateway: &Arc<Gateway>, device: DeviceId) -> Answer {
    let count = gateway.store.key_package_count(device);
    async move {
        let count = count.await?;
        Ok(server_frame::Body::KeyPackageCount(KeyPackageCountResult {
            classical: count.classical,
            post_quantum: count.post_quantum,
            last_resort_expires: count.last_resort_expires.map_or(0, Timestamp::as_millis),
        }))
    }
    .boxed()
}
