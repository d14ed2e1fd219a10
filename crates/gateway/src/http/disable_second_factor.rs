//! POST /v1/second-factor/disable: with the password and a code.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_wire::v1::{DisableSecondFactor, Empty};

use super::body::Body;
use crate::gateway::Gateway;
use crate::guess::Guess;
use crate::refuse::Refusal;

pub(crate) async fn disable_second_factor(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(disable): Body<DisableSecondFactor>,
) -> Result<Body<Empty>, Refusal> {
    let caller = gateway.require_proof(&headers, &disable.ticket).await?;
    let account = caller.address.account;
    let guess = Guess::Device(caller.address.device);
    gateway.check_code(account, &disable.code, &guess).await?;
    gateway.store.disable_second_factor(account).await?;
    gateway.take_back_grants(caller.address);
    Ok(Body(Empty {}))
}
