//! Commands on messages: sending, and what is done to those that are there.

use pipit_client::Outgoing;
use pipit_domain::MessageId;

use crate::api::{Answer, Api, conversation, id, limit_of, message};
use crate::error::{ErrorCode, RpcError};
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
        if !params.for_everyone {
            return Err(RpcError::new(
                ErrorCode::BadRequest,
                "This version deletes for everyone only; set forEveryone.",
            ));
        }
        self.client.delete_for_everyone(ids).await?;
        Ok(Empty {})
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
