//! GET /v1/server: what a client must know before it signs a token.

use std::sync::Arc;

use axum::extract::State;
use pipit_wire::PROTOCOL_VERSION;
use pipit_wire::v1::ServerDescription;

use super::body::Body;
use crate::gateway::Gateway;

pub(crate) async fn describe_server(
    State(gateway): State<Arc<Gateway>>,
) -> Body<ServerDescription> {
    Body(ServerDescription {
        name: gateway.config.name.clone(),
        registration_open: gateway.config.is_registration_open,
        version_min: PROTOCOL_VERSION,
        version_max: PROTOCOL_VERSION,
        time: gateway.now().as_millis(),
    })
}
