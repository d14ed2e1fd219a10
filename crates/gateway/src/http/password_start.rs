//! POST /v1/password/start: the first half of registering a new password. Stores nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_password::server;
use pipit_wire::v1::{RegisterStart, RegisterStarted};

use super::body::Body;
use super::username_status::parse_username;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn password_start(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(start): Body<RegisterStart>,
) -> Result<Body<RegisterStarted>, Refusal> {
    let account = gateway.authenticate(&headers).await?.address.account;
    let username = parse_username(&start.username)?;
    // Only of the own name: what OPAQUE answers is made for one name.
    if gateway.store.find_account(username.clone()).await? != Some(account) {
        return Err(Refusal::unknown_account());
    }
    let opaque_response = server::register(&gateway.setup, &username, &start.opaque_request)
        .map_err(|_| Refusal::malformed())?;
    Ok(Body(RegisterStarted { opaque_response }))
}
