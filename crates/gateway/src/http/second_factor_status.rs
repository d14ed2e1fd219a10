//! GET /v1/second-factor: whether it is on, and how many recovery codes are left.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_wire::v1::SecondFactorStatus;

use super::body::Body;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn second_factor_status(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
) -> Result<Body<SecondFactorStatus>, Refusal> {
    let account = gateway.authenticate(&headers).await?.address.account;
    let row = gateway.store.second_factor(account).await?;
    Ok(Body(SecondFactorStatus {
        is_on: row.is_some(),
        recovery_codes: row.map_or(0, |row| row.recovery_codes),
    }))
}
