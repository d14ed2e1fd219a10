//! Commands on what may concern the person beside the chats' own order.

use pipit_domain::DeviceId;

use super::{Answer, Api, id, limit_of};
use crate::activity_view::{self, ActivityView};
use crate::param::*;

impl Api {
    pub(super) async fn activity_list(&self, params: ActivityParams) -> Answer<Vec<ActivityView>> {
        let before = params.before.as_deref().map(activity_view::place);
        let limit = limit_of(params.limit)?;
        let entries = self
            .client
            .activity(
                activity_view::filter(params.only),
                before.transpose()?,
                limit,
            )
            .await?;
        Ok(entries.into_iter().map(Into::into).collect())
    }

    pub(super) async fn activity_see(&self, _: Empty) -> Answer<Empty> {
        self.client.see_activity().await?;
        Ok(Empty {})
    }

    pub(super) async fn device_confirm(&self, params: DeviceParams) -> Answer<Empty> {
        let device: DeviceId = id(&params.device_id, "deviceId")?;
        self.client.know_device(device).await?;
        Ok(Empty {})
    }
}
