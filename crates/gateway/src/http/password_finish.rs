//! POST /v1/password/finish: another password, with the recovery bundle that it opens.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use pipit_password::{BUNDLE_LEN_MAX, server};
use pipit_wire::v1::{ChangePassword, Empty, RefusalCode};

use super::body::Body;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn password_finish(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(change): Body<ChangePassword>,
) -> Result<Body<Empty>, Refusal> {
    let caller = gateway.require_proof(&headers, &change.ticket).await?;
    let account = caller.address.account;
    let record = server::record(&change.opaque_upload).map_err(|_| Refusal::malformed())?;
    if change.recovery_bundle.len() > BUNDLE_LEN_MAX {
        return Err(Refusal::new(
            RefusalCode::TooLarge,
            "The recovery bundle is too large.",
        ));
    }
    let bundle = change.recovery_bundle;
    if !gateway.store.set_password(account, record, bundle).await? {
        return Err(Refusal::unknown_account());
    }
    // Whoever has come half-way in by the old password stays outside.
    gateway.take_back_grants(caller.address);
    Ok(Body(Empty {}))
}
