//! Commands on what this person sets, for a conversation and for the app.

use pipit_domain::Timestamp;

use super::{Answer, Api, conversation};
use crate::param::*;

impl Api {
    pub(super) async fn conversation_mute(&self, params: MuteParams) -> Answer<Empty> {
        let until = params.until.map(Timestamp::from_millis);
        self.client
            .mute(
                conversation(&params.conversation_id)?,
                params.is_muted,
                until,
            )
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn conversation_archive(&self, params: ArchiveParams) -> Answer<Empty> {
        self.client
            .archive(conversation(&params.conversation_id)?, params.is_archived)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn conversation_pin(&self, params: PinConversationParams) -> Answer<Empty> {
        self.client
            .pin_conversation(conversation(&params.conversation_id)?, params.is_pinned)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn conversation_mark_unread(
        &self,
        params: ConversationParams,
    ) -> Answer<Empty> {
        self.client
            .mark_unread(conversation(&params.conversation_id)?)
            .await?;
        Ok(Empty {})
    }
}
