//! ListConversations: where the account is a member, for a device that has to join.

use std::sync::Arc;

use futures_util::future::{FutureExt, ready};
use pipit_domain::ConversationId;
use pipit_mailbox::DeviceAddress;
use pipit_wire::v1::{ConversationState, ConversationsResult, ListConversations, server_frame};

use super::request::Answer;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Conversations in one answer: each takes at most 52 bytes.
const PAGE_LEN: usize = 1000;

pub(super) fn list_conversations(
    gateway: &Arc<Gateway>,
    caller: DeviceAddress,
    list: &ListConversations,
) -> Answer {
    let after = match &list.after[..] {
        [] => None,
        after => match ConversationId::try_from(after) {
            Ok(after) => Some(after),
            Err(_) => return ready(Err(Refusal::malformed())).boxed(),
        },
    };
    let found = gateway.store.conversations_of(caller, after, PAGE_LEN + 1);
    async move {
        let mut found = found.await?;
        let more = found.len() > PAGE_LEN;
        found.truncate(PAGE_LEN);
        let conversations = found
            .into_iter()
            .map(|summary| ConversationState {
                conversation_id: summary.conversation.to_vec(),
                group_id: summary.group.to_vec(),
                epoch: summary.epoch,
                is_member: summary.is_member,
                has_handshake: summary.has_handshake,
            })
            .collect();
        Ok(server_frame::Body::Conversations(ConversationsResult {
            conversations,
            more,
        }))
    }
    .boxed()
}
