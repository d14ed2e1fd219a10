//! FetchLedgers: the signed device lists of accounts, from where the caller knows them.

use std::sync::Arc;

use futures_util::future::{FutureExt, ready, try_join_all};
use pipit_domain::AccountId;
use pipit_mailbox::LedgerRow;
use pipit_wire::v1::{FetchLedgers, LedgerSlice, LedgersResult, server_frame};

use super::request::Answer;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Accounts in one request.
const ACCOUNTS_MAX: usize = 64;
/// Bytes of entries in one answer: leaves room in a frame. A caller that gets fewer entries than it
/// needs asks again from there.
const ENTRIES_LEN_MAX: usize = 192 * 1024;

pub(super) fn fetch_ledgers(gateway: &Arc<Gateway>, fetch: FetchLedgers) -> Answer {
    if fetch.accounts.len() > ACCOUNTS_MAX {
        return ready(Err(Refusal::malformed())).boxed();
    }
    let mut reads = Vec::with_capacity(fetch.accounts.len());
    for request in &fetch.accounts {
        let Ok(account) = AccountId::try_from(&request.account_id[..]) else {
            return ready(Err(Refusal::malformed())).boxed();
        };
        reads.push(
            gateway
                .store
                .ledger(account, request.known_entries as usize),
        );
    }
    async move {
        let rows = try_join_all(reads).await?;
        // Unknown accounts are left out.
        let ledgers = slices(rows.into_iter().flatten());
        Ok(server_frame::Body::Ledgers(LedgersResult { ledgers }))
    }
    .boxed()
}

fn slices(rows: impl Iterator<Item = LedgerRow>) -> Vec<LedgerSlice> {
    let mut len = 0;
    rows.map(|row| {
        let fits = |entry: &Vec<u8>| {
            len += entry.len();
            len <= ENTRIES_LEN_MAX
        };
        LedgerSlice {
            account_id: row.account.to_vec(),
            username: row.username.as_str().to_owned(),
            entries: row.entries.into_iter().take_while(fits).collect(),
        }
    })
    .collect()
}
