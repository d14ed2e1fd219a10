//! POST /v1/ledger/read: for a new device whose entry came second, and has to be made anew.

use std::sync::Arc;

use axum::extract::State;
use pipit_domain::AccountId;
use pipit_wire::v1::{LedgerEntries, ReadLedger, RefusalCode};

use super::body::Body;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn read_ledger(
    State(gateway): State<Arc<Gateway>>,
    Body(read): Body<ReadLedger>,
) -> Result<Body<LedgerEntries>, Refusal> {
    let account = AccountId::try_from(&read.account_id[..]).map_err(|_| Refusal::malformed())?;
    let grant = gateway.granted(&read.ticket);
    if grant.is_none_or(|grant| grant.account != account) {
        return Err(Refusal::new(
            RefusalCode::Unauthenticated,
            "This log-in took too long; begin it again.",
        ));
    }
    let row = gateway.store.ledger(account, 0).await?;
    let entries = row.ok_or_else(Refusal::unknown_account)?.entries;
    Ok(Body(LedgerEntries { entries }))
}
