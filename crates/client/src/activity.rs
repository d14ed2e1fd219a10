//! What may concern the person beside the chats' own order: who mentioned them, reacted to what they wrote, added
//! them to a group; new devices; keys that must not be.
//!
//! # Design
//! Nothing of it is kept for itself except the rows that messages and reactions keep in step (`table::activity`): a
//! message that goes takes its entry with it, and a device that comes later has the entries of the history it is
//! given. What the account's devices agree on is up to when all was seen, and which new devices the person has
//! said are theirs: registers.
//!
//! Entries of all sorts stand in one order, by time, sort and id; a page is what comes before a place in it. Of each
//! sort at most a page is read.

use std::sync::Arc;

use pipit_domain::{ConversationId, DeviceId, Redacted, Timestamp};
use pipit_store::table::activity::{self, ActivityKind, ActivityRow};
use pipit_store::table::group_member::Standing;
use pipit_store::table::{
    alarm, conversation, group_member, ledger, message, person, reaction, state, sync as registers,
};
use pipit_store::{Connection, StoreError};

use crate::client::Client;
use crate::device;
use crate::error::ClientError;
use crate::people::is_request;
use crate::record::{MessageRecord, PersonRecord, Reader};
use crate::session::Session;
use crate::sync::{self, Change};
use crate::trust::{self, AlarmRecord, TrustedDeviceSigner};

/// Groups that strangers have added this account to, and open alarms: more are not listed.
const OTHERS_MAX: usize = 50;
/// Members of such a group that are looked at.
const MEMBERS_MAX: usize = 1_000;
/// The words of the registers. They are stored and sent: never reuse one.
const SEEN: &str = "activity.seenUpTo";
const KNOWN: &str = "activity.knownDevice.";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityFilter {
    /// All of it.
    All,
    /// Mentions alone.
    Mentions,
    /// Devices and alarms.
    Security,
}

/// A place in the order of entries. Good on this device alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActivityPlace {
    /// When.
    pub at: Timestamp,
    /// Number of the sort.
    pub sort: u8,
    /// The row's number, or the thing's id.
    pub id: Vec<u8>,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum ActivityKindRecord {
    /// A message mentions this account.
    Mention(Box<MessageRecord>),
    /// Others have reacted to an own message.
    Reactions {
        /// The message.
        message: Box<MessageRecord>,
        /// Who did last.
        person: PersonRecord,
        /// With what.
        emoji: String,
        /// How many others have.
        others: u64,
    },
    /// The other person of a 1:1 has a new device: its line there.
    ContactDevice(Box<MessageRecord>),
    /// This account has a new device.
    OwnDevice {
        /// Which.
        device: DeviceId,
        /// What the person calls it; empty: nothing yet.
        name: Redacted<String>,
        /// By what it was signed in.
        signer: TrustedDeviceSigner,
        /// The person has said that it is theirs.
        is_known: bool,
    },
    /// A stranger has added this account to a group.
    Invitation {
        /// The group.
        conversation: ConversationId,
        /// Its name.
        name: Redacted<String>,
        /// Who.
        person: PersonRecord,
        /// How many are in it.
        members: u64,
        /// How many of them this person has accepted.
        acquainted: u64,
    },
    /// Keys or changes that must not be.
    Alarm(AlarmRecord),
}

/// One entry.
#[derive(Debug, Clone)]
pub struct ActivityRecord {
    /// Where it stands.
    pub place: ActivityPlace,
    /// It came since the person last saw all, and nothing else says that they know it.
    pub is_new: bool,
    /// What happened.
    pub what: ActivityKindRecord,
}

/// What one page is read with.
struct Look<'a> {
    connection: &'a Connection,
    reader: &'a Reader,
    session: &'a Session,
    before: Option<&'a ActivityPlace>,
    limit: usize,
    seen: Timestamp,
}

impl Client {
    /// Up to `limit` entries, newest first: the first ones, or those after this place.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn activity(
        &self,
        filter: ActivityFilter,
        before: Option<ActivityPlace>,
        limit: usize,
    ) -> Result<Vec<ActivityRecord>, ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        session
            .store
            .read(move |connection| {
                let look = Look {
                    connection,
                    reader: &worker.reader,
                    session: &worker,
                    before: before.as_ref(),
                    limit,
                    seen: seen(connection)?,
                };
                Ok(look.page(filter)?)
            })
            .await
    }

    /// The person has seen all entries that there are.
    ///
    /// # Errors
    /// When there is no account, or the history can't be written.
    pub async fn see_activity(&self) -> Result<(), ClientError> {
        let session = self.session()?;
        let newest = self.activity(ActivityFilter::All, None, 1).await?;
        let newest = newest.first().map(|entry| entry.place.at);
        let up_to = newest.map_or(session.server_now(), |at| at.max(session.server_now()));
        self.set_word(SEEN.to_owned(), up_to.as_millis().to_string())
            .await
    }

    /// The person says that a new device of the account is theirs.
    ///
    /// # Errors
    /// When there is no account, or the history can't be written.
    pub async fn know_device(&self, device: DeviceId) -> Result<(), ClientError> {
        self.set_word(format!("{KNOWN}{device}"), true.to_string())
            .await
    }

    async fn set_word(&self, key: String, value: String) -> Result<(), ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let change = Change::Setting {
            key,
            value: Redacted(value),
        };
        let events = session
            .store
            .write(move |transaction| sync::record(transaction, &worker, &change))
            .await?;
        session.tell(&self.shared, events);
        Ok(())
    }
}

impl Look<'_> {
    fn page(&self, filter: ActivityFilter) -> Result<Vec<ActivityRecord>, StoreError> {
        let mut all = Vec::new();
        if filter != ActivityFilter::Security {
            all.extend(self.of_messages(ActivityKind::Mention)?);
        }
        if filter == ActivityFilter::All {
            all.extend(self.of_messages(ActivityKind::Reactions)?);
            all.extend(self.invitations()?);
        }
        if filter != ActivityFilter::Mentions {
            all.extend(self.of_messages(ActivityKind::ContactDevice)?);
            all.extend(self.own_devices()?);
            all.extend(self.alarms()?);
        }
        all.retain(|entry| self.before.is_none_or(|before| entry.place < *before));
        all.sort_by(|one, other| other.place.cmp(&one.place));
        all.truncate(self.limit);
        Ok(all)
    }

    /// A page of what hangs on messages of one kind, without what stands in requests.
    fn of_messages(&self, kind: ActivityKind) -> Result<Vec<ActivityRecord>, StoreError> {
        let mut found = Vec::new();
        let mut before = self.first_key(kind);
        while found.len() < self.limit {
            let rows = activity::page(self.connection, kind, before, self.limit)?;
            let Some(last) = rows.last() else {
                break;
            };
            before = (last.at, last.message);
            let is_last = rows.len() < self.limit;
            for row in rows {
                found.extend(self.of_message(kind, row)?);
            }
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    /// Where rows of a kind begin to come before the place that is asked for.
    fn first_key(&self, kind: ActivityKind) -> (Timestamp, i64) {
        let Some(before) = self.before else {
            return (Timestamp::from_millis(u64::MAX), i64::MAX);
        };
        let message = match before.sort.cmp(&(kind as u8)) {
            std::cmp::Ordering::Less => i64::MIN,
            std::cmp::Ordering::Equal => number_of(&before.id),
            std::cmp::Ordering::Greater => i64::MAX,
        };
        (before.at, message)
    }

    fn of_message(
        &self,
        kind: ActivityKind,
        row: ActivityRow,
    ) -> Result<Option<ActivityRecord>, StoreError> {
        let Some(found) = message::by_row(self.connection, row.message)? else {
            return Ok(None);
        };
        let Some(place) = conversation::by_row(self.connection, found.conversation)? else {
            return Ok(None);
        };
        if is_request(self.connection, &place)? {
            return Ok(None);
        }
        let is_unread = found.position > place.read_position;
        let record = self.reader.message(self.connection, place.id, found)?;
        let message = Box::new(record);
        let what = match kind {
            ActivityKind::Mention => ActivityKindRecord::Mention(message),
            ActivityKind::ContactDevice => ActivityKindRecord::ContactDevice(message),
            ActivityKind::Reactions => {
                let own = self.reader.own;
                let newest = reaction::newest(self.connection, row.message, own)?;
                let Some((account, emoji, others)) = newest else {
                    return Ok(None);
                };
                ActivityKindRecord::Reactions {
                    message,
                    person: self.reader.person(self.connection, account)?,
                    emoji,
                    others,
                }
            }
        };
        let place = place_of(row.at, kind as u8, &row.message.to_be_bytes());
        let knows_it = kind == ActivityKind::Mention && !is_unread;
        Ok(Some(self.entry(place, !knows_it, what)))
    }

    fn own_devices(&self) -> Result<Vec<ActivityRecord>, StoreError> {
        let (account, own) = (self.session.own(), self.session.account.device.device_id());
        let Some(ledger) = ledger::get(self.connection, account)? else {
            return Ok(Vec::new());
        };
        let names = device::names(self.connection)?;
        let devices = device::in_force(&ledger, own, &names);
        let since = devices.iter().find(|device| device.is_own);
        let Some(since) = since.map(|device| device.added_at) else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        for device in devices {
            // Who was here before this one is no news to it.
            if device.is_own || device.added_at < since {
                continue;
            }
            let Some(signer) = trust::device::signer_of(&ledger, device.device) else {
                continue;
            };
            let key = format!("{KNOWN}{}", device.device);
            let is_known = word(self.connection, &key)?.is_some_and(|value| value == "true");
            let place = place_of(device.added_at, 4, device.device.as_bytes());
            let what = ActivityKindRecord::OwnDevice {
                device: device.device,
                name: device.name,
                signer,
                is_known,
            };
            entries.push(self.entry(place, !is_known, what));
        }
        Ok(entries)
    }

    fn invitations(&self) -> Result<Vec<ActivityRecord>, StoreError> {
        let mut entries = Vec::new();
        for row in state::invitations(self.connection, OTHERS_MAX)? {
            let record = self.reader.conversation_by_row(self.connection, row)?;
            let Some(inviter) = state::inviter(self.connection, record.row.id)? else {
                continue;
            };
            let mut acquainted = 0;
            for account in group_member::list(self.connection, row, Standing::In)?
                .into_iter()
                .take(MEMBERS_MAX)
            {
                acquainted += u64::from(person::get(self.connection, account)?.is_accepted);
            }
            let place = place_of(record.row.updated_at, 5, record.row.id.as_bytes());
            let what = ActivityKindRecord::Invitation {
                conversation: record.row.id,
                name: record.name,
                person: self.reader.person(self.connection, inviter)?,
                members: group_member::count(self.connection, row)?,
                acquainted,
            };
            entries.push(self.entry(place, true, what));
        }
        Ok(entries)
    }

    fn alarms(&self) -> Result<Vec<ActivityRecord>, StoreError> {
        let mut entries = Vec::new();
        for row in alarm::open(self.connection, OTHERS_MAX)? {
            let mut id = row.conversation.as_bytes().to_vec();
            id.push(row.kind as u8);
            id.extend_from_slice(row.account.as_bytes());
            id.extend_from_slice(&row.detail);
            let place = place_of(row.at, 6, &id);
            let what = ActivityKindRecord::Alarm(trust::record(self.reader, self.connection, row)?);
            entries.push(self.entry(place, true, what));
        }
        Ok(entries)
    }

    fn entry(
        &self,
        place: ActivityPlace,
        may_be_new: bool,
        what: ActivityKindRecord,
    ) -> ActivityRecord {
        ActivityRecord {
            is_new: may_be_new && place.at > self.seen,
            place,
            what,
        }
    }
}

fn place_of(at: Timestamp, sort: u8, id: &[u8]) -> ActivityPlace {
    ActivityPlace {
        at,
        sort,
        id: id.to_vec(),
    }
}

/// The row's number in a place's id; of an id that is none, the smallest.
fn number_of(id: &[u8]) -> i64 {
    <[u8; 8]>::try_from(id).map_or(i64::MIN, i64::from_be_bytes)
}

fn word(connection: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let row = registers::get(connection, Change::SETTING, key.as_bytes())?;
    Ok(row
        .as_ref()
        .and_then(Change::decode)
        .and_then(|change| match change {
            Change::Setting { value, .. } => Some(value.0),
            _ => None,
        }))
}

fn seen(connection: &Connection) -> Result<Timestamp, StoreError> {
    let seen = word(connection, SEEN)?.and_then(|value| value.parse().ok());
    Ok(Timestamp::from_millis(seen.unwrap_or(0)))
}
