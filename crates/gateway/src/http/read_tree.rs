//! GET /v1/conversations/{id}/tree/{epoch}: the members of a group, for a device that a Welcome without a
//! tree has invited.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use pipit_domain::ConversationId;
use pipit_wire::v1::EpochTree;

use super::body::Body;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn read_tree(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path((id, epoch)): Path<(String, u64)>,
) -> Result<Body<EpochTree>, Refusal> {
    let caller = gateway.authenticate(&headers).await?.address;
    let id: ConversationId = id.parse().map_err(|_| Refusal::malformed())?;
    if !gateway.store.has_account(id, caller.account).await? {
        return Err(Refusal::unknown_conversation());
    }
    let tree = gateway
        .store
        .epoch_tree(id, epoch)
        .await?
        .ok_or_else(Refusal::unknown_conversation)?;
    Ok(Body(EpochTree {
        tree: tree.to_vec(),
    }))
}
