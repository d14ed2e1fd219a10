//! Signing this device out: its ledger says that it is out of force, and nothing is left of the account here.

use std::sync::Arc;

use pipit_wire::v1::RefusalCode;

use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// Takes this device out of its account, and forgets everything that it has kept of it. The account and its
    /// other devices stay.
    ///
    /// # Errors
    /// When the server can't be asked: nothing has changed then, and it can be tried again. When the history can't
    /// be made anew.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        let _signing = self.shared.signing.lock().await;
        let session = self.session()?;
        let own = session.account.device.device_id();
        // The server ends the sessions of a device that is out of force, and answers it nothing.
        if !self.shared.is_revoked() {
            match session.revoke(own).await {
                // Another device has done it before, or the answer to the try before was lost.
                Err(ClientError::UnknownDevice) => {}
                Err(ClientError::Net(error))
                    if error.refusal() == Some(RefusalCode::DeviceRevoked) => {}
                // It has just been told so on the connection that was to carry the question.
                Err(ClientError::Net(_)) if self.shared.is_revoked() => {}
                done => done?,
            }
        }
        drop(session);
        self.forget().await
    }

    /// Ends the session and starts with an empty history.
    ///
    /// # Errors
    /// When the history can't be made anew.
    pub(crate) async fn forget(&self) -> Result<(), ClientError> {
        if let Some(session) = self.shared.end_session() {
            let has_ended = Arc::clone(&session.has_ended);
            drop(session);
            // Whatever is under way ends first, so that nothing is written after.
            has_ended.notified().await;
        }
        self.shared.store.erase().await?;
        self.shared.publish_status();
        Ok(())
    }
}
