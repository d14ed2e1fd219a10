//! Commands on messages: sending, and what is done to those that are there.

use pipit_client::{NewPoll, Outgoing};
use pipit_domain::{MessageId, Redacted};

use crate::api::{Answer, Api, conversation, id, limit_of, message};
use crate::param::*;
use crate::view::*;

impl Api {
    pub(crate) async fn message_send(&self, params: SendParams) -> Answer<Sent> {
        let place = conversation(&params.conversation_id)?;
        let mentions = params.mentions.unwrap_or_default();
        let outgoing = Outgoing {
            text: params.text,
            reply_to: params.reply_to.as_deref().map(message).transpose()?,
            mentions: mentions
                .iter()
                .map(|account| id(account, "mentions"))
                .collect::<Answer<_>>()?,
            ends_draft: params.ends_draft.unwrap_or_default(),
        };
        let sent = self.client.send(place, outgoing).await?;
        Ok(Sent {
            message_id: sent.to_string(),
        })
    }

    pub(crate) async fn message_get(&self, params: MessageParams) -> Answer<MessageView> {
        Ok(self
            .client
            .message(message(&params.message_id)?)
            .await?
            .into())
    }

    pub(crate) async fn message_info(&self, params: MessageInfoParams) -> Answer<MessageInfo> {
        let of = message(&params.message_id)?;
        let after = params.after.map(|after| id(&after, "after")).transpose()?;
        let limit = limit_of(params.limit)?;
        let page = self.client.recipients(of, after, limit).await?;
        let recipients: Vec<RecipientView> = page.into_iter().map(Into::into).collect();
        let is_full = recipients.len() == limit;
        let last = recipients.last().map(|last| last.account_id.clone());
        Ok(MessageInfo {
            recipients,
            next: last.filter(|_| is_full),
        })
    }

    pub(crate) async fn message_edit(&self, params: EditParams) -> Answer<Empty> {
        let id = message(&params.message_id)?;
        self.client.edit(id, params.text).await?;
        Ok(Empty {})
    }

    pub(crate) async fn message_history(&self, params: MessageParams) -> Answer<Vec<EditView>> {
        let id = message(&params.message_id)?;
        let texts = self.client.edit_history(id).await?;
        Ok(texts.into_iter().map(Into::into).collect())
    }

    pub(crate) async fn message_delete(&self, params: DeleteParams) -> Answer<Empty> {
        let ids = messages(&params.message_ids)?;
        if params.for_everyone {
            self.client.delete_for_everyone(ids).await?;
        } else {
            self.client.delete_for_me(ids).await?;
        }
        Ok(Empty {})
    }

    pub(crate) async fn message_restore(&self, params: MessagesParams) -> Answer<Empty> {
        self.client.restore(messages(&params.message_ids)?).await?;
        Ok(Empty {})
    }

    pub(crate) async fn message_forward(&self, params: ForwardParams) -> Answer<Empty> {
        let ids = messages(&params.message_ids)?;
        let to = params.conversation_ids.iter();
        let to = to
            .map(|text| id(text, "conversationIds"))
            .collect::<Answer<_>>()?;
        self.client.forward(ids, to).await?;
        Ok(Empty {})
    }

    pub(crate) async fn message_pin(&self, params: PinMessageParams) -> Answer<Empty> {
        let id = message(&params.message_id)?;
        self.client.pin(id, params.is_pinned).await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_pinned(
        &self,
        params: ConversationParams,
    ) -> Answer<Vec<MessageView>> {
        let place = conversation(&params.conversation_id)?;
        let rows = self.client.pinned(place).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub(crate) async fn poll_create(&self, params: CreatePollParams) -> Answer<Sent> {
        let place = conversation(&params.conversation_id)?;
        let poll = NewPoll {
            question: Redacted(params.question),
            options: Redacted(params.options),
            is_multiple: params.is_multiple,
        };
        let sent = self.client.create_poll(place, poll).await?;
        Ok(Sent {
            message_id: sent.to_string(),
        })
    }

    pub(crate) async fn poll_vote(&self, params: VoteParams) -> Answer<Empty> {
        let id = message(&params.message_id)?;
        self.client.vote(id, params.options).await?;
        Ok(Empty {})
    }

    pub(crate) async fn poll_close(&self, params: MessageParams) -> Answer<Empty> {
        self.client.close_poll(message(&params.message_id)?).await?;
        Ok(Empty {})
    }

    pub(crate) async fn message_star(&self, params: StarParams) -> Answer<Empty> {
        let id = message(&params.message_id)?;
        self.client.star(id, params.is_starred).await?;
        Ok(Empty {})
    }

    pub(crate) async fn message_starred(&self, params: StarredParams) -> Answer<Vec<MessageView>> {
        let before = params.before.as_deref().map(message).transpose()?;
        let rows = self.client.starred(before, limit_of(params.limit)?).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub(crate) async fn message_react(&self, params: ReactParams) -> Answer<Empty> {
        let id = message(&params.message_id)?;
        self.client.react(id, params.emoji, params.is_on).await?;
        Ok(Empty {})
    }
}

fn messages(ids: &[String]) -> Answer<Vec<MessageId>> {
    ids.iter().map(|text| id(text, "messageIds")).collect()
}
