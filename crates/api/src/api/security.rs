//! Commands on trust: safety numbers, and deciding on alarms.

use super::{Answer, Api, conversation, id};
use crate::param::*;
use crate::security_view::*;
use crate::view::ContactView;

impl Api {
    pub(super) async fn security_protection(&self, _: Empty) -> Answer<Protection> {
        Ok(Protection {
            key_place: self.client.key_keeper().into(),
        })
    }

    pub(super) async fn security_safety_number(
        &self,
        params: AccountParams,
    ) -> Answer<SafetyNumberView> {
        let account = id(&params.account_id, "accountId")?;
        Ok(self.client.safety_number(account).await?.into())
    }

    pub(super) async fn security_compare(&self, params: CompareParams) -> Answer<ComparisonView> {
        let account = id(&params.account_id, "accountId")?;
        Ok(self.client.compare_safety(account, &params.entered)?.into())
    }

    pub(super) async fn security_verify(&self, params: VerifyParams) -> Answer<ContactView> {
        let account = id(&params.account_id, "accountId")?;
        self.client.verify(account, params.is_verified).await?;
        Ok(self.client.contact(account).await?.into())
    }

    pub(super) async fn security_settle(&self, params: ConversationParams) -> Answer<Empty> {
        self.client
            .settle_alarms(conversation(&params.conversation_id)?)
            .await?;
        Ok(Empty {})
    }
}
