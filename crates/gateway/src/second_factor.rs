//! Checking the second factor: a code of the app, or a recovery code in its place.

use pipit_domain::AccountId;
use pipit_mailbox::StoreError;
use pipit_password::{RecoveryCode, TotpSecret};
use pipit_wire::v1::RefusalCode;

use crate::gateway::Gateway;
use crate::guess::Guess;
use crate::refuse::Refusal;

/// Longest text that is looked at as a code.
const CODE_LEN_MAX: usize = 64;

impl Gateway {
    /// Uses up a code of the account's second factor, counted as `guess`; nothing is asked where it is off.
    ///
    /// # Errors
    /// `TOTP_REQUIRED` without a code, `WRONG_CODE` for one that is not right or was used, `SLOW_DOWN` when there
    /// were too many.
    pub(crate) async fn check_code(
        &self,
        account: AccountId,
        code: &str,
        guess: &Guess,
    ) -> Result<(), Refusal> {
        let Some(row) = self.store.second_factor(account).await? else {
            return Ok(());
        };
        let code = code.trim();
        if code.is_empty() {
            return Err(Refusal::new(
                RefusalCode::TotpRequired,
                "This account asks for a second step: enter the code of your authenticator app, or a recovery code.",
            ));
        }
        if code.len() > CODE_LEN_MAX {
            return Err(wrong_code());
        }
        self.guess(guess).await?;
        let secret = TotpSecret::from_bytes(&row.secret).ok_or(StoreError::Corrupt)?;
        let is_right = match (secret.check(code, self.now()), RecoveryCode::parse(code)) {
            (Some(step), _) => self.store.take_step(account, step).await?,
            (None, Some(recovery)) => {
                let hash = recovery.hash(account);
                self.store.take_recovery_code(account, hash).await?
            }
            (None, None) => false,
        };
        if !is_right {
            self.metrics.failed_authentications.inc();
            return Err(wrong_code());
        }
        self.guessed_right(guess).await
    }
}

pub(crate) fn wrong_code() -> Refusal {
    Refusal::new(
        RefusalCode::WrongCode,
        "This code is wrong, or was used before; wait for the next one.",
    )
}
