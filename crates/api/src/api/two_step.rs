//! Commands on what guards the account: password, second factor, recovery key.

use super::{Answer, Api};
use crate::param::*;
use crate::qr;

impl Api {
    pub(super) async fn account_recover(&self, params: RecoverParams) -> Answer<LoggedIn> {
        let RecoverParams {
            server,
            username,
            recovery_key,
            totp,
            new_password,
        } = params;
        let code = totp.unwrap_or_default();
        let (account, device) = self
            .client
            .recover(
                &server,
                &username,
                &recovery_key,
                &code,
                new_password.as_deref(),
            )
            .await?;
        Ok(LoggedIn {
            account_id: account.to_string(),
            device_id: device.to_string(),
        })
    }

    pub(super) async fn account_change_password(
        &self,
        params: ChangePasswordParams,
    ) -> Answer<Empty> {
        self.client
            .change_password(&params.old_password, &params.new_password)
            .await?;
        Ok(Empty {})
    }

    pub(super) async fn security_status(&self, _: Empty) -> Answer<SecurityStatus> {
        let status = self.client.security_status().await?;
        Ok(SecurityStatus {
            is_totp_on: status.is_second_factor_on,
            recovery_codes: status.recovery_codes,
        })
    }

    pub(super) async fn security_totp_begin(&self, params: PasswordParams) -> Answer<TotpBegun> {
        let begun = self.client.begin_second_factor(&params.password).await?;
        Ok(TotpBegun {
            secret: begun.secret.to_string(),
            qr: qr::picture(&begun.uri)?,
            uri: begun.uri.to_string(),
        })
    }

    pub(super) async fn security_totp_confirm(&self, params: CodeParams) -> Answer<RecoveryCodes> {
        let codes = self.client.confirm_second_factor(&params.code).await?;
        Ok(RecoveryCodes {
            recovery_codes: codes.iter().map(|code| code.to_string()).collect(),
        })
    }

    pub(super) async fn security_totp_disable(&self, params: TotpDisableParams) -> Answer<Empty> {
        self.client
            .disable_second_factor(&params.password, &params.code)
            .await?;
        Ok(Empty {})
    }
}
