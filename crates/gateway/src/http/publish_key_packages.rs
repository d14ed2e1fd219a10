//! POST /v1/key-packages: more key packages of the calling device.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_wire::v1::{Empty, PublishKeyPackages};

use super::body::Body;
use crate::gateway::Gateway;
use crate::key_packages;
use crate::refuse::Refusal;

pub(crate) async fn publish_key_packages(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(publish): Body<PublishKeyPackages>,
) -> Result<Body<Empty>, Refusal> {
    let caller = gateway.authenticate(&headers).await?;
    let packages =
        tokio::task::spawn_blocking(move || key_packages::check(caller, publish.key_packages))
            .await
            .map_err(|_| Refusal::malformed())??;
    gateway
        .store
        .publish_key_packages(caller.address.device, packages)
        .await?;
    Ok(Body(Empty {}))
}
