//! A new group. It is there at once, with its line, and reaches the others when there is a connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use pipit_domain::{AccountId, ConversationId, Redacted, Timestamp};
use pipit_e2ee::Charter;
use pipit_store::Transaction;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::ledger;
use pipit_wire::group::{GroupInfo, info_hash};

use super::info;
use super::line::Place;
use crate::client::Client;
use crate::clock::random;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::session::Session;

/// Accounts that can be named at once.
pub(super) const ACCOUNTS_MAX: usize = 1000;

/// What a group starts with.
#[derive(Debug, Clone, Default)]
pub struct NewGroup {
    /// What it is called.
    pub name: Redacted<String>,
    /// What it is about; may be empty.
    pub about: Redacted<String>,
    /// PNG, JPEG or WebP; may be empty.
    pub picture: Redacted<Vec<u8>>,
    /// Who is in it besides this account.
    pub members: Vec<AccountId>,
}

impl Client {
    /// Makes a group. It is kept on this device when this answers.
    ///
    /// # Errors
    /// [`ClientError::GroupInfo`], [`ClientError::UnknownAccount`], [`ClientError::TooManyMembers`], or no
    /// connection while somebody's keys are not known yet.
    pub async fn create_group(&self, new: NewGroup) -> Result<ConversationId, ClientError> {
        let session = self.session()?;
        let members = session.known_accounts(new.members.clone()).await?;
        let info = info::encode(GroupInfo {
            name: new.name.0,
            about: new.about.0,
            picture: new.picture.0,
            ..GroupInfo::default()
        })?;
        let (worker, now) = (Arc::clone(&session), session.server_now());
        let (id, events) = session
            .store
            .write(move |transaction| insert(transaction, &worker, &info, &members, now))
            .await?;
        self.shared.publisher.publish(events);
        session.outbox_wake.notify_one();
        Ok(id)
    }
}

impl Session {
    /// These accounts once each, without the own one, their ledgers here.
    pub(super) async fn known_accounts(
        &self,
        accounts: Vec<AccountId>,
    ) -> Result<Vec<AccountId>, ClientError> {
        if accounts.len() > ACCOUNTS_MAX {
            return Err(ClientError::TooManyMembers);
        }
        let own = self.own();
        let mut seen = BTreeSet::new();
        let accounts: Vec<AccountId> = accounts
            .into_iter()
            .filter(|account| *account != own && seen.insert(*account))
            .collect();
        let wanted = accounts.clone();
        let unknown = self
            .store
            .read(move |connection| {
                let mut unknown = Vec::new();
                for account in wanted {
                    if !ledger::is_known(connection, account)? {
                        unknown.push(account);
                    }
                }
                Ok::<_, ClientError>(unknown)
            })
            .await?;
        if !unknown.is_empty() {
            self.refresh_ledgers(&unknown).await?;
        }
        Ok(accounts)
    }
}

fn insert(
    transaction: &Transaction<'_>,
    session: &Session,
    encoded: &[u8],
    members: &[AccountId],
    now: Timestamp,
) -> Result<(ConversationId, Vec<Event>), ClientError> {
    let own = session.own();
    let id = ConversationId::new(random());
    let row = conversation::ensure(transaction, id, ConversationKind::Group, None, now)?;
    let place = Place {
        transaction,
        conversation: row.conversation,
        own,
        at: now,
    };
    let charter = Charter::founding(own, info_hash(encoded));
    chat_group::set(
        transaction,
        row.conversation,
        &charter.encode(),
        Membership::In,
    )?;
    chat_group::set_info(transaction, row.conversation, encoded)?;
    chat_group::set_info_by(transaction, row.conversation, own)?;
    group_member::set(transaction, row.conversation, own, Standing::In)?;
    for account in members {
        group_member::set(transaction, row.conversation, *account, Standing::Wanted)?;
    }
    let name = GroupInfo::read(encoded)?.name;
    let line = place.line("group.created", own, None, &name)?;
    // Leaves through the outbox, which makes the group first.
    info::tell(&place)?;
    let record = session.reader.message_by_row(transaction, line)?;
    let mut events = changed(&session.reader, transaction, [row.conversation])?;
    events.push(Event::MessageAdded(record));
    Ok((id, events))
}
