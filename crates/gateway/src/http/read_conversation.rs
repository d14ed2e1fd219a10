//! GET /v1/conversations/{id}: what a device needs to join from outside.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use pipit_domain::ConversationId;
use pipit_public_group::HandshakeError;
use pipit_wire::v1::GroupState;

use super::body::Body;
use super::group_rules;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn read_conversation(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Body<GroupState>, Refusal> {
    let caller = gateway.authenticate(&headers).await?.address;
    let id: ConversationId = id.parse().map_err(|_| Refusal::malformed())?;
    let row = gateway
        .store
        .conversation(id)
        .await?
        .ok_or_else(Refusal::unknown_conversation)?;
    if !group_rules::is_in(&row, caller.account) {
        // A stranger does not learn that it exists.
        return Err(Refusal::unknown_conversation());
    }
    let (state, group) = (row.group_state, row.group);
    let tree = tokio::task::spawn_blocking(move || pipit_public_group::tree(&state, group))
        .await
        .map_err(|_| HandshakeError::BadState)??;
    Ok(Body(GroupState {
        group_id: row.group.to_vec(),
        epoch: row.epoch,
        group_info: row.group_info.to_vec(),
        tree: tree.to_vec(),
    }))
}
