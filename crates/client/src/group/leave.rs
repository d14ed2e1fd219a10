//! Leaving a group: a role is handed over, the others are told, then the server, and the keys go.
//!
//! | step | if the process ends after it |
//! |---|---|
//! | a role is laid down, the last owner names another | the person is still in and leaves again |
//! | the row says "leaving": gone for the person | the task goes on from here |
//! | a role that somebody gave whoever declines is laid down | the same again |
//! | good-bye in the group, by this device at once | said again, and heard once |
//! | the server ends the mail | the same request again |
//! | keys deleted, "left" | done |

use std::sync::Arc;

use pipit_domain::{AccountId, ConversationId};
use pipit_e2ee::{Change, Group, Provider, Role};
use pipit_net::NetError;
use pipit_store::mls_storage;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation;
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::outbox;
use pipit_wire::content::Content;
use pipit_wire::group::LEAVE;
use pipit_wire::v1::{Empty, LeaveConversation, RefusalCode, Submit, client_frame, server_frame};

use super::change::charter_change;
use super::line::Place;
use crate::client::{Client, Shared};
use crate::clock::{random, random_envelope};
use crate::commit::{Making, not_a_member};
use crate::conversation::changed;
use crate::epoch::load;
use crate::error::ClientError;
use crate::establish::delete_group;
use crate::event::Event;
use crate::people;
use crate::session::Session;

/// Each try that comes too late follows a commit that was applied; a few settle any race.
const TRIES: usize = 8;

impl Client {
    /// Leaves a group with all devices of this account. The history stays.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn leave_group(&self, id: ConversationId) -> Result<(), ClientError> {
        let (session, row) = self.group(id).await?;
        let own = session.own();
        let make = move |making: &Making<'_>| hand_over(making, row, own);
        session.commit(&self.shared, row, make).await?;
        let (reader, now) = (session.reader.clone(), session.server_now());
        let events = session
            .store
            .write(move |transaction| {
                let place = Place {
                    transaction,
                    conversation: row,
                    own,
                    at: now,
                };
                begin_leaving(&place)?;
                let line = place.line("group.left", own, None, "")?;
                let mut events = vec![Event::MessageAdded(
                    reader.message_by_row(transaction, line)?,
                )];
                events.extend(changed(&reader, transaction, [row])?);
                Ok::<_, ClientError>(events)
            })
            .await?;
        self.shared.publisher.publish(events);
        // What is left to do can wait for a better line.
        if let Err(error) = session.finish_leaving(&self.shared, row).await {
            tracing::info!(%error, "leaving a group goes on later");
            session.group_wake.notify_one();
        }
        Ok(())
    }
}

/// Gone for the person from now on; the task does the rest. Answers whether this account was in it.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn begin_leaving(place: &Place<'_>) -> Result<bool, ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let is_in =
        chat_group::get(transaction, row)?.is_some_and(|group| group.membership == Membership::In);
    if is_in {
        chat_group::set_membership(transaction, row, Membership::Leaving)?;
        group_member::remove(transaction, row, place.own)?;
    }
    Ok(is_in)
}

/// Lays down the own role; the last owner makes the oldest admin, else the oldest member, the owner.
fn hand_over(making: &Making<'_>, row: i64, own: AccountId) -> Result<Option<Change>, ClientError> {
    let Some(charter) = making.group.charter() else {
        return Ok(None);
    };
    if charter.role(own) == Role::Member {
        return Ok(None);
    }
    let others: Vec<AccountId> = group_member::list(making.transaction, row, Standing::In)?
        .into_iter()
        .filter(|account| *account != own)
        .collect();
    let has_owner = others
        .iter()
        .any(|account| charter.role(*account) == Role::Owner);
    let heir = others
        .iter()
        .find(|account| charter.role(**account) == Role::Admin)
        .or(others.first())
        .copied();
    match (has_owner, heir) {
        // Alone: there is nobody to hand over to.
        (_, None) => Ok(None),
        (true, _) => charter_change(making.group, |charter| {
            charter.set_role(own, Role::Member);
        }),
        (false, Some(heir)) => charter_change(making.group, |charter| {
            charter.set_role(own, Role::Member);
            charter.set_role(heir, Role::Owner);
        }),
    }
}

impl Session {
    /// Says good-bye, tells the server, deletes the keys.
    ///
    /// # Errors
    /// When the server can't be reached: to be done again.
    pub(super) async fn finish_leaving(
        &self,
        shared: &Shared,
        row: i64,
    ) -> Result<(), ClientError> {
        let place = self.conversation_row(row).await?;
        if place.group.is_some() && place.pending_create.is_none() {
            self.lay_down(shared, row).await?;
            self.say_good_bye(row).await?;
            let body = LeaveConversation {
                conversation_id: place.id.to_vec(),
            };
            let left: Result<Empty, NetError> = self.post("/v1/conversations/leave", &body).await;
            match left {
                Ok(_) => {}
                Err(error) if error.refusal() == Some(RefusalCode::UnknownConversation) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (crypto, reader) = (Arc::clone(&self.crypto), self.reader.clone());
        let events = self
            .store
            .write(move |transaction| {
                let place = conversation::by_row(transaction, row)?
                    .ok_or(ClientError::UnknownConversation)?;
                if let Some(group) = place.group {
                    delete_group(transaction, &crypto, group)?;
                }
                conversation::set_group(transaction, row, None, None)?;
                chat_group::set_membership(transaction, row, Membership::Left)?;
                people::forget_declined(transaction, &place)?;
                for waiting in outbox::oldest(transaction, row, usize::MAX)? {
                    if waiting.message.is_none() {
                        outbox::remove(transaction, waiting.outbox)?;
                    }
                }
                Ok::<_, ClientError>(changed(&reader, transaction, [row])?)
            })
            .await?;
        shared.publisher.publish(events);
        self.sync_wake.notify_one();
        Ok(())
    }

    /// Who has declined a request may have been given a role meanwhile; who has left laid it down before.
    async fn lay_down(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        let own = self.own();
        let make = move |making: &Making<'_>| hand_over(making, row, own);
        match self.commit(shared, row, make).await {
            Err(ClientError::Net(error)) if error.is_passing() || error.refusal().is_none() => {
                Err(error.into())
            }
            Err(error) => {
                tracing::warn!(%error, "a role was not laid down");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    async fn say_good_bye(&self, row: i64) -> Result<(), ClientError> {
        for _ in 0..TRIES {
            let Some(payload) = self.seal_good_bye(row).await? else {
                return Ok(());
            };
            let submit = client_frame::Body::Submit(Submit {
                payload: payload.into(),
                ..Submit::default()
            });
            let answer = self
                .ask(submit, |body| match body {
                    server_frame::Body::Accepted(_) => Some(()),
                    _ => None,
                })
                .await;
            match answer {
                Err(NetError::Refused(refused)) if refused.code() == RefusalCode::StaleEpoch => {
                    self.wait_for_epoch(row, refused.epoch).await?;
                }
                Ok(()) => return Ok(()),
                // The server has let this account go already.
                Err(NetError::Refused(refused)) if refused.code() == RefusalCode::NotAMember => {
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(ClientError::Internal("a group kept changing while leaving"))
    }

    async fn seal_good_bye(&self, row: i64) -> Result<Option<Vec<u8>>, ClientError> {
        let (crypto, identity) = (Arc::clone(&self.crypto), self.identity.clone());
        self.store
            .write(move |transaction| {
                let Some(group) = load(transaction, &crypto, row)? else {
                    return Ok(None);
                };
                if is_alone(&group, identity.leaf().account) {
                    return Ok(None);
                }
                let storage = mls_storage(transaction);
                let provider = Provider::new(&crypto, &storage);
                let content = Content::control(random(), LEAVE, &[]).encode();
                let (_, bytes) = group
                    .seal(&provider, &identity, random_envelope(), &content)
                    .map_err(|_| not_a_member())?;
                Ok::<_, ClientError>(Some(bytes))
            })
            .await
    }
}

fn is_alone(group: &Group, own: AccountId) -> bool {
    let devices = group.members();
    devices.len() == 1 && devices.iter().all(|leaf| leaf.account == own)
}
