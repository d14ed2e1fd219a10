//! Raising alarms, and deciding on them.

use std::sync::Arc;

use pipit_domain::{AccountId, ConversationId, DeviceId, Redacted, Timestamp};
use pipit_e2ee::LeafIdentity;
use pipit_ledger::conversation as derived;
use pipit_store::table::alarm::{self, AlarmKind, AlarmRow};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::{Connection, StoreError, Transaction};

use crate::behind::bring_back;
use crate::client::Client;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;
use crate::session::Session;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// This device is not in force in the ledger of its account, or has been taken out and is.
    Device(LeafIdentity),
    /// This account's ledger is not the one known before with more entries.
    Ledger(AccountId),
    /// A username leads to `now`, and led to `before`.
    Name { now: AccountId, before: AccountId },
    /// A conversation, or a change of one, that must not be; the account is the other's of a 1:1, or this one.
    Change(AccountId),
}

/// An alarm as a screen shows it.
#[derive(Debug, Clone)]
pub struct AlarmRecord {
    /// What.
    pub kind: AlarmKind,
    /// Whose.
    pub account: AccountId,
    /// What to call them.
    pub name: Redacted<String>,
    /// Where it is shown.
    pub conversation: ConversationId,
    /// The device.
    pub device: Option<DeviceId>,
    /// Who had the username before.
    pub before: Option<AccountId>,
    /// When it was found.
    pub at: Timestamp,
}

impl Alarm {
    const fn kind(&self) -> AlarmKind {
        match self {
            Self::Device(_) => AlarmKind::Device,
            Self::Ledger(_) => AlarmKind::Ledger,
            Self::Name { .. } => AlarmKind::Name,
            Self::Change(_) => AlarmKind::Change,
        }
    }

    const fn account(&self) -> AccountId {
        match self {
            Self::Device(leaf) => leaf.account,
            Self::Ledger(account) | Self::Change(account) => *account,
            Self::Name { now, .. } => *now,
        }
    }

    fn detail(&self) -> Vec<u8> {
        match self {
            Self::Device(leaf) => leaf.device.to_vec(),
            Self::Name { before, .. } => before.to_vec(),
            Self::Ledger(_) | Self::Change(_) => Vec::new(),
        }
    }
}

/// Keeps an alarm, in this conversation or, when it is not listed here, where the person talks to whom it is
/// about; answers what to tell: nothing when it is known already.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn raise(
    transaction: &Transaction<'_>,
    reader: &Reader,
    at: Option<ConversationId>,
    found: Alarm,
    now: Timestamp,
) -> Result<Vec<Event>, ClientError> {
    let place = place_of(transaction, reader.own, at, found.account(), now)?;
    let row = AlarmRow {
        kind: found.kind(),
        account: found.account(),
        conversation: place.id,
        detail: found.detail(),
        at: now,
    };
    // An account that has got a free username stays somebody else than the one before.
    let is_lasting = row.kind == AlarmKind::Name;
    if !alarm::raise(transaction, &row, is_lasting)? {
        return Ok(Vec::new());
    }
    tracing::warn!(kind = ?row.kind, "keys or changes that must not be were refused");
    let mut events = changed(reader, transaction, [place.conversation])?;
    events.push(Event::Alarm(Box::new(record(reader, transaction, row)?)));
    Ok(events)
}

fn place_of(
    transaction: &Transaction<'_>,
    own: AccountId,
    at: Option<ConversationId>,
    account: AccountId,
    now: Timestamp,
) -> Result<ConversationRow, StoreError> {
    let here = match at {
        Some(id) => conversation::get(transaction, id)?,
        None => None,
    };
    let place = match here {
        Some(place) if place.is_listed() => return Ok(place),
        _ if account == own => conversation::ensure(
            transaction,
            derived::note_to_self(own),
            ConversationKind::OwnDevices,
            None,
            now,
        )?,
        _ => conversation::ensure(
            transaction,
            derived::direct(own, account),
            ConversationKind::Direct,
            Some(account),
            now,
        )?,
    };
    conversation::set_opened(transaction, place.conversation, true)?;
    Ok(place)
}

/// The alarm with names.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn record(
    reader: &Reader,
    connection: &Connection,
    row: AlarmRow,
) -> Result<AlarmRecord, StoreError> {
    Ok(AlarmRecord {
        kind: row.kind,
        account: row.account,
        name: reader.name(connection, row.account)?,
        conversation: row.conversation,
        device: DeviceId::try_from(&row.detail[..]).ok(),
        before: AccountId::try_from(&row.detail[..]).ok(),
        at: row.at,
    })
}

/// The newest alarm of a conversation that is not decided on.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn newest(
    reader: &Reader,
    connection: &Connection,
    conversation: ConversationId,
) -> Result<Option<AlarmRecord>, StoreError> {
    alarm::newest(connection, conversation)?
        .map(|row| record(reader, connection, row))
        .transpose()
}

impl Session {
    /// Keeps an alarm and tells of it.
    ///
    /// # Errors
    /// When the history can't be written.
    pub(crate) async fn raise(
        &self,
        at: Option<ConversationId>,
        found: Alarm,
    ) -> Result<(), ClientError> {
        let (reader, now) = (self.reader.clone(), self.server_now());
        let events = self
            .store
            .write(move |transaction| raise(transaction, &reader, at, found, now))
            .await?;
        self.publisher.publish(events);
        Ok(())
    }
}

impl Client {
    /// The person has decided on the alarms of a conversation: what waits there is sent, and what was refused is
    /// looked at anew. An alarm whose cause has not gone comes back.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`], or the history can't be written.
    pub async fn settle_alarms(&self, id: ConversationId) -> Result<(), ClientError> {
        let session = self.session()?;
        let reader = session.reader.clone();
        let (row, suspects, events) = session
            .store
            .write(move |transaction| {
                let place =
                    conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
                let suspects = alarm::suspects(transaction, id)?;
                let events = match alarm::settle(transaction, id)? {
                    true => changed(&reader, transaction, [place.conversation])?,
                    false => Vec::new(),
                };
                Ok::<_, ClientError>((place.conversation, suspects, events))
            })
            .await?;
        self.shared.publish(events);
        // A device that was unknown or hidden may be told truly now.
        if let Err(error) = session.refresh_ledgers(&suspects).await {
            tracing::info!(%error, "the keys in question could not be looked at anew");
        }
        session.behind.end(row);
        bring_back(&self.shared, &Arc::clone(&session), [row]);
        session.outbox_wake.notify_one();
        Ok(())
    }
}
