//! ListConversations: where the account is a member, for a device that has to join.

use std::sync::Arc;

use futures_util::future::FutureExt;
use pipit_mailbox::DeviceAddress;
use pipit_wire::v1::{ConversationState, ConversationsResult, server_frame};

use super::request::Answer;
use crate::gateway::Gateway;

/// Conversations in one answer: each takes 46 bytes. Nobody is in more yet; paging comes with groups.
const CONVERSATIONS_MAX: usize = 5000;

pub(super) fn list_conversations(gateway: &Arc<Gateway>, caller: DeviceAddress) -> Answer {
    let found = gateway.store.conversations_of(caller);
    async move {
        let conversations = found
            .await?
            .into_iter()
            .take(CONVERSATIONS_MAX)
            .map(|summary| ConversationState {
                conversation_id: summary.conversation.to_vec(),
                group_id: summary.group.to_vec(),
                epoch: summary.epoch,
                is_member: summary.is_member,
            })
            .collect();
        Ok(server_frame::Body::Conversations(ConversationsResult {
            conversations,
        }))
    }
    .boxed()
}
