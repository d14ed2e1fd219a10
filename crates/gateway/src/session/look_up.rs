//! LookUp: whose name this is, exactly.

use std::sync::Arc;

use futures_util::future::{FutureExt, ready};
use pipit_domain::{DeviceId, Username};
use pipit_wire::v1::{LookUp, LookUpResult, server_frame};

use super::request::Answer;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(super) fn look_up(gateway: &Arc<Gateway>, device: DeviceId, look_up: &LookUp) -> Answer {
    if let Err(wait_ms) = gateway.look_ups.take(device, gateway.now()) {
        return ready(Err(Refusal::slow_down(wait_ms))).boxed();
    }
    // What is no name is nobody's name.
    let Ok(username) = Username::parse(&look_up.username) else {
        return ready(Err(Refusal::unknown_account())).boxed();
    };
    let found = gateway.store.find_account(username);
    async move {
        let account = found.await?.ok_or_else(Refusal::unknown_account)?;
        Ok(server_frame::Body::LookUp(LookUpResult {
            account_id: account.to_vec(),
        }))
    }
    .boxed()
}
