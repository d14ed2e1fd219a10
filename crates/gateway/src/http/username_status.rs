//! GET /v1/username/{name}: whether a name can still be had.

use std::sync::Arc;

use axum::extract::{Path, State};
use pipit_domain::Username;
use pipit_wire::v1::{RefusalCode, UsernameStatus};

use super::body::{Body, CallerAddress};
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn username_status(
    State(gateway): State<Arc<Gateway>>,
    CallerAddress(address): CallerAddress,
    Path(name): Path<String>,
) -> Result<Body<UsernameStatus>, Refusal> {
    gateway.count_request(address)?;
    let username = parse_username(&name)?;
    let free = gateway.store.username_is_free(username).await?;
    Ok(Body(UsernameStatus { free }))
}

/// A username, or a refusal that says what to change.
pub(crate) fn parse_username(name: &str) -> Result<Username, Refusal> {
    Username::parse(name).map_err(|problem| {
        Refusal::new(
            RefusalCode::InvalidName,
            &format!("This name can't be used: {problem}."),
        )
    })
}
