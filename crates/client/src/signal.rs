//! Signals between devices that are connected now: sealed, sent at once or not at all, never stored.
//!
//! What a stranger, a blocked account or a device outside of the group says is let be, and nothing is said to
//! them. What is said and heard is for `typing` and `presence` to judge.

use std::sync::Arc;

use pipit_domain::{AccountId, ConversationId, DeviceId, GroupId, Redacted, Timestamp};
use pipit_e2ee::{Group, Provider};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::person;
use pipit_store::{Connection, mls_storage};
use pipit_wire::content::v1::{SignalBody, signal_body};
use pipit_wire::frame::Message as _;
use pipit_wire::v1::{Signal, client_frame};

use crate::client::Shared;
use crate::error::ClientError;
use crate::people::is_request;
use crate::session::Session;
use crate::settings::{self, Settings};
use crate::{presence, typing};

/// How far a signal's time may be from this device's idea of the server's clock.
const AGE_MAX_MS: u64 = 30_000;
/// Accounts up to which a conversation has signals: in larger ones somebody always types.
const ACCOUNTS_MAX: usize = 32;

/// A signal that was opened and may be listened to.
pub(crate) struct Heard {
    pub(crate) conversation: ConversationId,
    pub(crate) kind: ConversationKind,
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) name: Redacted<String>,
    pub(crate) is_contact: bool,
    /// What this person wants.
    pub(crate) settings: Settings,
    pub(crate) said: signal_body::Said,
}

/// The conversation's group, where signals may be exchanged in it.
fn group(
    connection: &Connection,
    session: &Session,
    place: &ConversationRow,
) -> Result<Option<Group>, ClientError> {
    let blocked = match place.peer {
        Some(peer) => person::get(connection, peer)?.is_blocked,
        None => false,
    };
    let is_established = place.pending_create.is_none();
    let Some(id) = place.group.filter(|_| is_established && !blocked) else {
        return Ok(None);
    };
    if place.kind == ConversationKind::OwnDevices || is_request(connection, place)? {
        return Ok(None);
    }
    let storage = mls_storage(connection);
    let group = Group::load(&Provider::new(&session.crypto, &storage), id)
        .map_err(|_| ClientError::Internal("keys of a conversation"))?;
    let is_small = |group: &Group| {
        let mut accounts: Vec<_> = group.members().iter().map(|leaf| leaf.account).collect();
        accounts.sort();
        accounts.dedup();
        accounts.len() <= ACCOUNTS_MAX
    };
    Ok(group.filter(is_small))
}

impl Session {
    /// Says something in a conversation to whoever is connected; answers whether it could be said.
    ///
    /// # Errors
    /// When the history can't be read.
    pub(crate) async fn say(
        self: &Arc<Self>,
        id: ConversationId,
        said: signal_body::Said,
    ) -> Result<bool, ClientError> {
        let worker = Arc::clone(self);
        let sealed = self
            .store
            .read(move |connection| {
                let Some(place) = conversation::get(connection, id)? else {
                    return Ok::<_, ClientError>(None);
                };
                let Some(group) = group(connection, &worker, &place)? else {
                    return Ok(None);
                };
                let body = SignalBody {
                    device: worker.identity.leaf().device.to_vec(),
                    time: worker.server_now().as_millis(),
                    said: Some(said),
                };
                let storage = mls_storage(connection);
                let provider = Provider::new(&worker.crypto, &storage);
                let sealed = group.seal_signal(&provider, &body.encode_to_vec());
                Ok(sealed.ok().map(|payload| (group.id(), payload)))
            })
            .await?;
        let Some((group, payload)) = sealed else {
            return Ok(false);
        };
        let signal = Signal {
            group_id: group.to_vec(),
            payload: payload.into(),
            ..Signal::default()
        };
        self.link.send(client_frame::Body::Signal(signal)).await;
        Ok(true)
    }
}

/// Takes a signal that the server passed on. One that can't be opened or listened to is let be.
pub(crate) async fn receive(shared: &Arc<Shared>, session: &Arc<Session>, signal: Signal) {
    let worker = Arc::clone(session);
    let heard = session
        .store
        .read(move |connection| hear(connection, &worker, &signal))
        .await;
    match heard {
        Ok(Some(heard)) => match heard.said {
            signal_body::Said::Typing(_) => typing::heard(shared, session, &heard),
            signal_body::Said::Watch(watch) => {
                presence::watched(session, &heard, watch.is_watching).await;
            }
            signal_body::Said::Presence(told) => {
                presence::told(shared, session, &heard, &told).await;
            }
        },
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "a signal could not be looked at"),
    }
}

fn hear(
    connection: &Connection,
    session: &Session,
    signal: &Signal,
) -> Result<Option<Heard>, ClientError> {
    let ids = (
        GroupId::try_from(&signal.group_id[..]),
        DeviceId::try_from(&signal.sender_device[..]),
    );
    let (Ok(id), Ok(device)) = ids else {
        return Ok(None);
    };
    let place = conversation::by_group(connection, id)?;
    let Some(place) = place.filter(|place| place.group == Some(id)) else {
        return Ok(None);
    };
    let Some(group) = group(connection, session, &place)? else {
        return Ok(None);
    };
    let storage = mls_storage(connection);
    let provider = Provider::new(&session.crypto, &storage);
    let Ok(opened) = group.open_signal(&provider, &signal.payload) else {
        return Ok(None);
    };
    let Ok(body) = SignalBody::decode(&opened[..]) else {
        return Ok(None);
    };
    let age = session.server_now().as_millis().abs_diff(body.time);
    let leaves = group.members();
    let leaf = leaves.iter().find(|leaf| leaf.device == device);
    let (Some(leaf), Some(said)) = (leaf, body.said) else {
        return Ok(None);
    };
    if age > AGE_MAX_MS || body.device != device.as_bytes() || leaf.account == session.own() {
        return Ok(None);
    }
    let person = person::get(connection, leaf.account)?;
    if person.is_blocked {
        return Ok(None);
    }
    Ok(Some(Heard {
        conversation: place.id,
        kind: place.kind,
        account: leaf.account,
        device,
        name: session.reader.name(connection, leaf.account)?,
        is_contact: person.is_accepted,
        settings: settings::get(connection)?,
        said,
    }))
}

/// Later than this many milliseconds from now, by the server's clock.
pub(crate) fn after(session: &Session, ms: u64) -> Timestamp {
    Timestamp::from_millis(session.server_now().as_millis() + ms)
}
