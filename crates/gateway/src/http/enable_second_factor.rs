//! POST /v1/second-factor/enable: new devices are asked for a code from now on.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_mailbox::NewSecondFactor;
use pipit_password::{RECOVERY_CODES, TotpSecret};
use pipit_wire::v1::{Empty, EnableSecondFactor, RefusalCode};

use super::body::Body;
use crate::gateway::Gateway;
use crate::guess::Guess;
use crate::refuse::Refusal;
use crate::second_factor::wrong_code;

pub(crate) async fn enable_second_factor(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(enable): Body<EnableSecondFactor>,
) -> Result<Body<Empty>, Refusal> {
    let caller = gateway.require_proof(&headers, &enable.ticket).await?;
    let account = caller.address.account;
    let secret = TotpSecret::from_bytes(&enable.secret).ok_or_else(Refusal::malformed)?;
    if enable.recovery_code_hashes.len() > RECOVERY_CODES {
        return Err(Refusal::malformed());
    }
    let hashes = enable.recovery_code_hashes.iter();
    let recovery_codes = hashes
        .map(|hash| <[u8; 32]>::try_from(&hash[..]).map_err(|_| Refusal::malformed()))
        .collect::<Result<Vec<_>, _>>()?;
    let guess = Guess::Device(caller.address.device);
    gateway.guess(&guess).await?;
    let step = secret
        .check(&enable.code, gateway.now())
        .ok_or_else(wrong_code)?;
    gateway.guessed_right(&guess).await?;
    let new = NewSecondFactor {
        account,
        secret: enable.secret,
        step,
        recovery_codes,
    };
    if !gateway.store.enable_second_factor(new).await? {
        return Err(Refusal::new(
            RefusalCode::AlreadyExists,
            "Two-step verification is on already; turn it off first.",
        ));
    }
    gateway.take_back_grants(caller.address);
    Ok(Body(Empty {}))
}
