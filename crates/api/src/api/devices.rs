//! Commands on the account's devices.

use pipit_domain::DeviceId;

use super::{Answer, Api, id};
use crate::history_view::HistoryView;
use crate::link_view::LinkCodeView;
use crate::param::*;
use crate::security_view::DeviceView;

impl Api {
    pub(super) async fn account_log_out(&self, _: Empty) -> Answer<Empty> {
        self.client.log_out().await?;
        Ok(Empty {})
    }

    pub(super) async fn device_list(&self, _: Empty) -> Answer<Vec<DeviceView>> {
        let devices = self.client.devices().await?;
        Ok(devices.into_iter().map(Into::into).collect())
    }

    pub(super) async fn history_status(&self, _: Empty) -> Answer<HistoryView> {
        Ok(self.client.history_progress().await?.into())
    }

    pub(super) async fn device_rename(&self, params: RenameDeviceParams) -> Answer<Empty> {
        let device: DeviceId = id(&params.device_id, "deviceId")?;
        self.client.rename_device(device, &params.name).await?;
        Ok(Empty {})
    }

    pub(super) async fn device_revoke(&self, params: DeviceParams) -> Answer<Empty> {
        let device: DeviceId = id(&params.device_id, "deviceId")?;
        self.client.revoke_device(device).await?;
        Ok(Empty {})
    }

    pub(super) async fn device_show_code(&self, params: ShowCodeParams) -> Answer<LinkCodeView> {
        let server = params.server.unwrap_or_default();
        let name = params.name.unwrap_or_default();
        self.client.show_link(&server, &name).await?.try_into()
    }

    pub(super) async fn device_link(&self, params: LinkDeviceParams) -> Answer<Empty> {
        let server = params.server.unwrap_or_default();
        let name = params.name.unwrap_or_default();
        self.client.enter_link(&server, &params.code, &name).await?;
        Ok(Empty {})
    }

    #[expect(clippy::unused_async, reason = "all commands are called alike")]
    pub(super) async fn device_approve(&self, params: ApproveParams) -> Answer<Empty> {
        self.client.answer_link(params.is_wanted)?;
        Ok(Empty {})
    }

    #[expect(clippy::unused_async, reason = "all commands are called alike")]
    pub(super) async fn device_cancel(&self, _: Empty) -> Answer<Empty> {
        self.client.cancel_link();
        Ok(Empty {})
    }
}
