//! Fetching ledgers, and believing only what continues what is known.

use std::cell::RefCell;
use std::collections::HashMap;

use pipit_domain::{AccountId, limits};
use pipit_e2ee::{LeafIdentity, Roster, Standing};
use pipit_ledger::conversation as derived;
use pipit_ledger::{Entry, Ledger};
use pipit_store::table::{contact, conversation, ledger, person, revoked_leaf};
use pipit_store::{Connection, StoreError};
use pipit_wire::v1::{FetchLedgers, LedgerRequest, LedgerSlice, client_frame, server_frame};

use crate::error::ClientError;
use crate::event::Event;
use crate::session::Session;
use crate::trust::{Alarm, raise};

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
    /// [`ClientError::LedgerMismatch`] when what it has does not continue what is known: an alarm is raised, and
    /// nothing of that account is kept.
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
                        known_entries: entries_before_last(ledger.as_ref()),
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
        let mut wrong = Vec::new();
        let mut have_devices_changed = false;
        for slice in slices {
            let account = AccountId::try_from(&slice.account_id[..])
                .map_err(|_| ClientError::LedgerMismatch)?;
            let before = known.remove(&account).ok_or(ClientError::LedgerMismatch)?;
            let is_known = before.is_some();
            let entries_before = before.as_ref().map_or(0, |ledger| ledger.entries().len());
            match continued(account, before, &slice.entries) {
                Ok(ledger) => {
                    have_devices_changed |=
                        account == self.own() && ledger.entries().len() != entries_before;
                    grown.push((ledger, slice.username));
                }
                // Of somebody whom this device has never known there is nothing to contradict.
                Err(ClientError::LedgerMismatch) if is_known => wrong.push(account),
                Err(error) => return Err(error),
            }
        }
        let is_right = wrong.is_empty();
        let (reader, now) = (self.reader.clone(), self.server_now());
        let (events, has_revoked) = self
            .store
            .write(move |transaction| {
                let mut events = Vec::new();
                for (ledger, username) in &grown {
                    ledger::put(transaction, ledger)?;
                    let account = ledger.account();
                    match named_before(transaction, reader.own, account, username)? {
                        Some(before) => {
                            let found = Alarm::Name {
                                now: account,
                                before,
                            };
                            if before != account {
                                contact::put(transaction, account, username)?;
                            }
                            events.extend(raise(transaction, &reader, None, found, now)?);
                        }
                        None => contact::put(transaction, account, username)?,
                    }
                }
                for account in wrong {
                    let found = Alarm::Ledger(account);
                    events.extend(raise(transaction, &reader, None, found, now)?);
                }
                let has_revoked = !revoked_leaf::conversations(transaction)?.is_empty();
                Ok::<_, ClientError>((events, has_revoked))
            })
            .await?;
        self.publisher.publish(events);
        if have_devices_changed {
            self.publisher.publish([Event::DevicesChanged]);
        }
        if has_revoked {
            self.group_wake.notify_one();
        }
        if !is_right {
            return Err(ClientError::LedgerMismatch);
        }
        if !known.is_empty() {
            return Err(ClientError::UnknownAccount);
        }
        Ok(())
    }
}

/// Who had this username, when that is another account whom this person talks to; or the account itself, when it
/// was told to have another username. Names are not given a second time, and never change.
fn named_before(
    connection: &Connection,
    own: AccountId,
    account: AccountId,
    username: &str,
) -> Result<Option<AccountId>, StoreError> {
    if contact::get(connection, account)?.is_some_and(|known| known.username.0 != username) {
        return Ok(Some(account));
    }
    let Some(other) = contact::other_of_name(connection, username, account)? else {
        return Ok(None);
    };
    let person = person::get(connection, other)?;
    let chat = conversation::get(connection, derived::direct(own, other))?;
    let is_known = person.is_accepted
        || person.verified_at.is_some()
        || chat.is_some_and(|chat| chat.is_listed());
    Ok(is_known.then_some(other))
}

/// The ledger known before with the entries that the server has after it. The server was asked for the last
/// known entry, too: one that has another there, or none, has another ledger.
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
    let decode = |entry: &Vec<u8>| Entry::decode(entry).map_err(|_| ClientError::LedgerMismatch);
    let (last, new) = entries.split_first().ok_or(ClientError::LedgerMismatch)?;
    if ledger.entries().last() != Some(&decode(last)?) {
        return Err(ClientError::LedgerMismatch);
    }
    for entry in new {
        let entry = decode(entry)?;
        ledger
            .append(entry)
            .map_err(|_| ClientError::LedgerMismatch)?;
    }
    Ok(ledger)
}

fn entries_before_last(ledger: Option<&Ledger>) -> u32 {
    ledger.map_or(0, |ledger| {
        u32::try_from(ledger.entries().len().saturating_sub(1)).unwrap_or(u32::MAX)
    })
}

#[cfg(test)]
mod tests {
    use pipit_domain::Timestamp;
    use pipit_ledger::SecretKey;

    use super::*;

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed(&[seed; 32])
    }

    fn encoded(ledger: &Ledger, from: usize) -> Vec<Vec<u8>> {
        ledger.entries()[from..].iter().map(Entry::encode).collect()
    }

    fn grown(with: u8) -> Ledger {
        let now = Timestamp::from_millis(1);
        let mut ledger = Ledger::create(&key(1), &key(9).public(), now);
        ledger.add_device(&key(1), &key(with), now).unwrap();
        ledger
    }

    #[test]
    fn what_continues_is_believed() {
        let ledger = grown(2);
        let mut longer = ledger.clone();
        longer
            .add_device(&key(2), &key(3), Timestamp::from_millis(2))
            .unwrap();
        let account = ledger.account();
        let same = continued(account, Some(ledger.clone()), &encoded(&ledger, 1));
        assert_eq!(same.unwrap(), ledger);
        let more = continued(account, Some(ledger), &encoded(&longer, 1));
        assert_eq!(more.unwrap(), longer);
        let first = continued(account, None, &encoded(&longer, 0));
        assert_eq!(first.unwrap(), longer);
    }

    #[test]
    fn shortened_forked_and_swapped_ledgers_are_refused() {
        let (ledger, fork) = (grown(2), grown(7));
        let account = ledger.account();
        let refused = |before: Option<&Ledger>, entries: &[Vec<u8>]| {
            matches!(
                continued(account, before.cloned(), entries),
                Err(ClientError::LedgerMismatch)
            )
        };
        assert!(refused(Some(&ledger), &[]), "shortened");
        assert!(refused(Some(&ledger), &encoded(&fork, 1)), "forked");
        assert!(refused(Some(&ledger), &encoded(&ledger, 0)), "begins anew");
        assert!(refused(Some(&ledger), &[vec![1, 2, 3]]), "no entry");
        let other = Ledger::create(&key(5), &key(9).public(), Timestamp::from_millis(1));
        assert!(refused(None, &encoded(&other, 0)), "swapped");
    }
}
