//! POST /v1/conversations/leave: an account wants nothing more of a group.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_domain::ConversationId;
use pipit_mailbox::ConversationKind;
use pipit_wire::v1::{Empty, LeaveConversation};

use super::body::Body;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn leave_conversation(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(leave): Body<LeaveConversation>,
) -> Result<Body<Empty>, Refusal> {
    let caller = gateway.authenticate(&headers).await?.address;
    let id =
        ConversationId::try_from(&leave.conversation_id[..]).map_err(|_| Refusal::malformed())?;
    let row = gateway
        .store
        .conversation(id)
        .await?
        .ok_or_else(Refusal::unknown_conversation)?;
    if row.kind != ConversationKind::Group {
        return Err(Refusal::invalid_handshake(
            "Only groups can be left; this conversation has fixed members.",
        ));
    }
    if gateway.store.leave(id, caller.account).await? {
        Ok(Body(Empty {}))
    } else {
        // A stranger does not learn that it exists.
        Err(Refusal::unknown_conversation())
    }
}
