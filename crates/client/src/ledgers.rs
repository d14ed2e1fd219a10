//! Fetching ledgers, and believing only what continues what is known.

use std::cell::RefCell;
use std::collections::HashMap;

use pipit_domain::{AccountId, limits};
use pipit_e2ee::{LeafIdentity, Roster, Standing};
use pipit_ledger::{Entry, Ledger};
use pipit_store::table::{contact, ledger, revoked_leaf};
use pipit_store::{Connection, StoreError};
use pipit_wire::v1::{FetchLedgers, LedgerRequest, LedgerSlice, client_frame, server_frame};

use crate::error::ClientError;
use crate::session::Session;

/// Accounts asked for in one request (the protocol's limit).
const ACCOUNTS_PER_REQUEST: usize = 64;

/// Answers for leaves from the ledgers in the store, reading each once.
pub(crate) struct StoredLedgers<'a> {
    connection: &'a Connection,
    read: RefCell<HashMap<AccountId, Option<Ledger>>>,
}

impl<'a> StoredLedgers<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            read: RefCell::default(),
        }
    }
}

impl Roster for StoredLedgers<'_> {
    /// A ledger that can't be read vouches for nobody.
    fn standing(&self, leaf: &LeafIdentity) -> Standing {
        let mut read = self.read.borrow_mut();
        let ledger = read
            .entry(leaf.account)
            .or_insert_with(|| ledger::get(self.connection, leaf.account).ok().flatten());
        ledger
            .as_ref()
            .map_or(Standing::Unknown, |ledger| ledger.standing(leaf))
    }
}

impl Session {
    /// Brings the ledgers of these accounts up to date, with their usernames.
    ///
    /// # Errors
    /// [`ClientError::UnknownAccount`] when the server has none for one of them,
    /// [`ClientError::LedgerMismatch`] when what it has does not continue what is known: nothing of it
    /// is kept then.
    pub(crate) async fn refresh_ledgers(&self, accounts: &[AccountId]) -> Result<(), ClientError> {
        for accounts in accounts.chunks(ACCOUNTS_PER_REQUEST) {
            let wanted = accounts.to_vec();
            let known = self
                .store
                .read(move |connection| {
                    wanted
                        .into_iter()
                        .map(|account| Ok((account, ledger::get(connection, account)?)))
                        .collect::<Result<HashMap<_, _>, StoreError>>()
                })
                .await?;
            let request = FetchLedgers {
                accounts: known
                    .iter()
                    .map(|(account, ledger)| LedgerRequest {
                        account_id: account.to_vec(),
                        known_entries: entries_of(ledger.as_ref()),
                    })
                    .collect(),
            };
            let answer = self
                .ask(
                    client_frame::Body::FetchLedgers(request),
                    |body| match body {
                        server_frame::Body::Ledgers(ledgers) => Some(ledgers.ledgers),
                        _ => None,
                    },
                )
                .await?;
            self.keep(known, answer).await?;
        }
        Ok(())
    }

    async fn keep(
        &self,
        mut known: HashMap<AccountId, Option<Ledger>>,
        slices: Vec<LedgerSlice>,
    ) -> Result<(), ClientError> {
        let mut grown = Vec::new();
        for slice in slices {
            let account = AccountId::try_from(&slice.account_id[..])
                .map_err(|_| ClientError::LedgerMismatch)?;
            let before = known.remove(&account).ok_or(ClientError::LedgerMismatch)?;
            grown.push((continued(account, before, &slice.entries)?, slice.username));
        }
        if !known.is_empty() {
            return Err(ClientError::UnknownAccount);
        }
        let has_revoked = self
            .store
            .write(move |transaction| {
                for (ledger, username) in &grown {
                    ledger::put(transaction, ledger)?;
                    contact::put(transaction, ledger.account(), username)?;
                }
                Ok::<_, ClientError>(!revoked_leaf::conversations(transaction)?.is_empty())
            })
            .await?;
        if has_revoked {
            self.group_wake.notify_one();
        }
        Ok(())
    }
}

/// The ledger known before with the entries that the server has after it.
fn continued(
    account: AccountId,
    before: Option<Ledger>,
    entries: &[Vec<u8>],
) -> Result<Ledger, ClientError> {
    if entries.len() > limits::LEDGER_LEN_MAX {
        return Err(ClientError::LedgerMismatch);
    }
    let Some(mut ledger) = before else {
        if entries.is_empty() {
            return Err(ClientError::UnknownAccount);
        }
        return Ledger::decode(account, entries).map_err(|_| ClientError::LedgerMismatch);
    };
    for entry in entries {
        let entry = Entry::decode(entry).map_err(|_| ClientError::LedgerMismatch)?;
        ledger
            .append(entry)
            .map_err(|_| ClientError::LedgerMismatch)?;
    }
    Ok(ledger)
}

fn entries_of(ledger: Option<&Ledger>) -> u32 {
    ledger.map_or(0, |ledger| {
        u32::try_from(ledger.entries().len()).unwrap_or(u32::MAX)
    })
}
