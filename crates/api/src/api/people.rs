//! Commands on people: names of one's own, requests, blocking.

use pipit_client::ProfileChange;
use pipit_domain::AccountId;

use super::{Answer, Api, conversation, id, message};
use crate::param::*;
use crate::picture;
use crate::view::{ContactView, ProfileView};

fn account(text: &str) -> Answer<AccountId> {
    id(text, "accountId")
}

impl Api {
    pub(super) async fn profile_get(&self, _: Empty) -> Answer<ProfileView> {
        Ok(self.client.profile().await?.into())
    }

    pub(super) async fn profile_set(&self, params: SetProfileParams) -> Answer<ProfileView> {
        let picture = params.picture.as_deref().map(picture::from_url);
        let change = ProfileChange {
            name: params.display_name,
            about: params.about,
            picture: picture.transpose()?,
        };
        Ok(self.client.set_profile(change).await?.into())
    }

    pub(super) async fn contact_own_link(&self, _: Empty) -> Answer<UserLinkParams> {
        let link = self.client.own_link()?;
        Ok(UserLinkParams { link })
    }

    pub(super) async fn contact_find_by_link(&self, params: UserLinkParams) -> Answer<ContactView> {
        Ok(self.client.find_by_link(&params.link).await?.into())
    }

    pub(super) async fn contact_get(&self, params: AccountParams) -> Answer<ContactView> {
        let found = self.client.contact(account(&params.account_id)?).await?;
        Ok(found.into())
    }

    pub(super) async fn contact_list(&self, _: Empty) -> Answer<Vec<ContactView>> {
        let all = self.client.contacts().await?;
        Ok(all.into_iter().map(Into::into).collect())
    }

    pub(super) async fn contact_rename(&self, params: RenameContactParams) -> Answer<ContactView> {
        let account = account(&params.account_id)?;
        self.client.rename_contact(account, &params.name).await?;
        Ok(self.client.contact(account).await?.into())
    }

    pub(super) async fn contact_block(&self, params: BlockParams) -> Answer<Empty> {
        self.client
            .block(account(&params.account_id)?, params.is_blocked)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn contact_report(&self, params: ReportParams) -> Answer<Empty> {
        let messages = params.message_ids.unwrap_or_default();
        let messages = messages.iter().map(|text| message(text));
        let messages = messages.collect::<Answer<Vec<_>>>()?;
        self.client
            .report(account(&params.account_id)?, &params.reason, messages)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn request_accept(&self, params: ConversationParams) -> Answer<Empty> {
        self.client
            .accept_request(conversation(&params.conversation_id)?)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn request_decline(&self, params: DeclineParams) -> Answer<Empty> {
        self.client
            .decline_request(conversation(&params.conversation_id)?, params.block)
            .await?;
        Ok(Empty {})
    }
}
