//! Commands on what this person sets, for a conversation and for the app.

use pipit_client::SettingsChange;
use pipit_domain::Timestamp;

use super::{Answer, Api, conversation};
use crate::param::*;
use crate::view::Settings;

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

    pub(super) async fn conversation_set_timer(&self, params: SetTimerParams) -> Answer<Empty> {
        let id = conversation(&params.conversation_id)?;
        self.client.set_timer(id, params.seconds).await?;
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

    pub(super) async fn conversation_clear(&self, params: ConversationParams) -> Answer<Empty> {
        self.client
            .clear(conversation(&params.conversation_id)?)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn conversation_typing(&self, params: ConversationParams) -> Answer<Empty> {
        self.client
            .typing(conversation(&params.conversation_id)?)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn presence_watch(&self, params: WatchParams) -> Answer<Empty> {
        let place = params.conversation_id.as_deref().map(conversation);
        self.client.watch(place.transpose()?).await?;
        Ok(Empty {})
    }

    pub(super) async fn settings_get(&self, _: Empty) -> Answer<Settings> {
        Ok(self.client.settings().await?.into())
    }

    pub(super) async fn settings_set(&self, params: SettingsParams) -> Answer<Settings> {
        let notifications = params.notifications;
        let (is_on, shows_text, sound) = notifications.map_or((None, None, None), |set| {
            (set.is_on, set.shows_text, set.sound)
        });
        let change = SettingsChange {
            read_receipts: params.read_receipts,
            typing: params.typing,
            last_seen: params.last_seen.map(Into::into),
            online: params.online.map(Into::into),
            notifications_on: is_on,
            notifications_show_text: shows_text,
            sound,
            requests_from_strangers: params.requests_from_strangers,
        };
        Ok(self.client.change_settings(change).await?.into())
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
