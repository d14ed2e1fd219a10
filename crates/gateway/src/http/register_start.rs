//! POST /v1/register/start: the first half of OPAQUE's registration. Stores nothing.

use std::sync::Arc;

use axum::extract::State;
use pipit_password::server;
use pipit_wire::v1::{RefusalCode, RegisterStart, RegisterStarted};

use super::body::{Body, CallerAddress};
use super::username_status::parse_username;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn register_start(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Body(start): Body<RegisterStart>,
) -> Result<Body<RegisterStarted>, Refusal> {
    gateway.count_request(address)?;
    require_open(&gateway)?;
    let username = parse_username(&start.username)?;
    if !gateway.store.username_is_free(username.clone()).await? {
        return Err(username_taken());
    }
    let opaque_response = server::register(&gateway.setup, &username, &start.opaque_request)
        .map_err(|_| Refusal::malformed())?;
    Ok(Body(RegisterStarted { opaque_response }))
}

pub(crate) fn require_open(gateway: &Gateway) -> Result<(), Refusal> {
    if gateway.config.is_registration_open {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Closed,
        "This server takes no new accounts; ask its administrator, or choose another server.",
    ))
}

pub(crate) fn username_taken() -> Refusal {
    Refusal::new(
        RefusalCode::AlreadyExists,
        "Somebody else has this name; choose another.",
    )
}
