//! Getting an account back by the recovery key, typed by hand.

use pipit_domain::{AccountId, DeviceId, Username};
use pipit_ledger::{RecoveryKey, RecoveryProof};
use pipit_password::Password;
use pipit_wire::v1::{LoggedIn, Recover};

use super::password::set_password;
use super::proof::{Asking, Proven};
use crate::client::Client;
use crate::clock::random;
use crate::error::ClientError;

impl Client {
    /// Signs this device in to an account by its recovery key, and gives the account a new password when one is
    /// named. The code is of the second factor, where it is on.
    ///
    /// # Errors
    /// [`ClientError::RecoveryKey`] when the text is not a recovery key; the server's refusals: a wrong name or key,
    /// a code that is missing or wrong. When the new password could not be set, the device is not signed in; trying
    /// again adds no second one.
    pub async fn recover(
        &self,
        server: &str,
        username: &str,
        recovery_key: &str,
        code: &str,
        new_password: Option<&str>,
    ) -> Result<(AccountId, DeviceId), ClientError> {
        let username = Username::parse(username)?;
        let recovery = RecoveryKey::parse(recovery_key)?;
        let password = new_password.map(Password::choose).transpose()?;
        let mut signing = self.shared.signing.lock().await;
        let entrance = self.entrance(server).await?;
        let now = entrance.now();
        let key = recovery.signing_key();
        let proof = RecoveryProof::sign(&key, &username, &entrance.server_name, now, random());
        let body = Recover {
            username: username.as_str().to_owned(),
            time: proof.time.as_millis(),
            nonce: proof.nonce.to_vec(),
            signature: proof.signature.to_vec(),
            code: code.to_owned(),
        };
        let answer: LoggedIn = entrance.http.post("/v1/login/recover", &body, None).await?;
        let mut proven = Proven::check(answer, recovery)?;
        let device = self.enter(&entrance, &mut proven, &mut signing).await?;
        if let Some(password) = password {
            let asking = Asking::Entering {
                http: &entrance.http,
                account: proven.ledger.account(),
                device: &device,
                server_name: &entrance.server_name,
                now: entrance.now(),
            };
            set_password(&asking, &username, &password, &proven).await?;
        }
        self.settle(entrance, &username, device, proven.ledger)
            .await
    }
}
