//! Who is calling: the token in the `authorization` header.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use data_encoding::BASE64URL_NOPAD;
use pipit_ledger::{PublicKey, Token, TokenError};
use pipit_mailbox::DeviceAddress;
use pipit_wire::v1::RefusalCode;

use crate::gateway::Gateway;
use crate::refuse::Refusal;
use crate::replay::ReplayError;

const SCHEME: &str = "Pipit ";

/// An authenticated device.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) address: DeviceAddress,
    pub(crate) key: PublicKey,
}

impl Gateway {
    /// Verifies the token of a request: signed by a device in force, for this server, in time, and
    /// used for the first time.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let outcome = self.check_token(headers).await;
        if outcome
            .as_ref()
            .is_err_and(|refusal| refusal.0.code() != RefusalCode::Unavailable)
        {
            self.metrics.failed_authentications.inc();
        }
        outcome
    }

    async fn check_token(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let token = read_token(headers)?;
        let rows = self.store.devices(vec![token.device]).await?;
        let Some(row) = rows
            .first()
            .filter(|row| row.address.account == token.account)
        else {
            return Err(Refusal::new(
                RefusalCode::Unauthenticated,
                "This server does not know this device; log in again.",
            ));
        };
        let key = PublicKey::new(row.key);
        let now = self.now();
        token
            .verify(&key, &self.config.name, now)
            .map_err(|error| match error {
                // A device whose clock is wrong learns how wrong it is, and comes back.
                TokenError::Time => Refusal::from(error).at(now),
                _ => error.into(),
            })?;
        if !row.is_in_force {
            return Err(Refusal::new(
                RefusalCode::DeviceRevoked,
                "This device was removed from its account; log in again to add it anew.",
            ));
        }
        self.replay
            .take(token.nonce, now)
            .map_err(|error| match error {
                ReplayError::Used => Refusal::new(
                    RefusalCode::Unauthenticated,
                    "This token was used before; make a new one.",
                ),
                ReplayError::Full => Refusal::slow_down(5000),
            })?;
        Ok(Caller {
            address: row.address,
            key,
        })
    }
}

fn read_token(headers: &HeaderMap) -> Result<Token, Refusal> {
    let missing = || {
        Refusal::new(
            RefusalCode::Unauthenticated,
            "This request needs a token; log in first.",
        )
    };
    let header = headers.get(AUTHORIZATION).ok_or_else(missing)?;
    let text = header
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix(SCHEME))
        .ok_or_else(missing)?;
    let bytes = BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| TokenError::Malformed)?;
    Ok(Token::decode(&bytes)?)
}
