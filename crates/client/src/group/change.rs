//! Commands that change a group: each is one commit, made from the group as it is when its turn comes.

use std::sync::Arc;
use std::time::Duration;

use pipit_domain::{AccountId, ConversationId, DeviceId, Redacted};
use pipit_e2ee::{Allowed, Change, Charter, Group, Role};
use pipit_store::Connection;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::group_member::{self, Standing};
use pipit_wire::charter::SHARED_HISTORY_MAX;
use pipit_wire::group::{GroupInfo, info_hash};
use tokio::time::{Instant, timeout_at};

use super::info;
use crate::client::{Client, Connection as Line};
use crate::commit::{Making, not_a_member};
use crate::conversation::changed;
use crate::error::ClientError;
use crate::session::Session;

/// After a change of the info by somebody else, who changed it has to say what it is now; members answer for
/// one who went away.
const INFO_WAIT: Duration = Duration::from_secs(20);

/// What members may do; what is `None` stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct GroupPermissions {
    /// Who may add people.
    pub add: Option<Allowed>,
    /// Who may change name, picture and description.
    pub edit: Option<Allowed>,
    /// Who may write.
    pub send: Option<Allowed>,
    /// How many of the last messages new members see.
    pub shares_history: Option<u8>,
    /// Whether admins approve who comes by a link.
    pub needs_approval: Option<bool>,
}

impl Client {
    /// Adds people with all their devices.
    ///
    /// # Errors
    /// When there is no connection, the group does not let this account, or somebody can't be added.
    pub async fn add_members(
        &self,
        id: ConversationId,
        members: Vec<AccountId>,
    ) -> Result<(), ClientError> {
        let (session, row) = self.group(id).await?;
        let members = session.known_accounts(members).await?;
        let own = session.own();
        session
            .store
            .write(move |transaction| {
                let group = chat_group::get(transaction, row)?.ok_or_else(not_a_member)?;
                let charter = info::charter_of(&group)?;
                if !charter.add.permits(charter.role(own)) {
                    return Err(ClientError::NotAllowed);
                }
                for account in members {
                    if !group_member::is(transaction, row, account, Standing::In)? {
                        group_member::set(transaction, row, account, Standing::Wanted)?;
                    }
                }
                Ok(())
            })
            .await?;
        session.add_wanted(&self.shared, row).await
    }

    /// Removes somebody with all their devices.
    ///
    /// # Errors
    /// When there is no connection, or the group does not let this account.
    pub async fn remove_member(
        &self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<(), ClientError> {
        let (session, row) = self.group(id).await?;
        if account == session.own() {
            return Err(ClientError::NotAllowed);
        }
        let make = move |making: &Making<'_>| {
            if group_member::is(making.transaction, row, account, Standing::Wanted)? {
                group_member::remove(making.transaction, row, account)?;
            }
            Ok(removal(making.group, &[account]))
        };
        session.commit(&self.shared, row, make).await.map(drop)
    }

    /// Gives somebody a role.
    ///
    /// # Errors
    /// When there is no connection, or the group does not let this account.
    pub async fn set_role(
        &self,
        id: ConversationId,
        account: AccountId,
        role: Role,
    ) -> Result<(), ClientError> {
        let (session, row) = self.group(id).await?;
        let make = move |making: &Making<'_>| {
            let is_leaving = group_member::is(making.transaction, row, account, Standing::Leaving)?;
            if is_leaving || !has_account(making.group, account) {
                return Err(ClientError::NotFound);
            }
            charter_change(making.group, |charter| charter.set_role(account, role))
        };
        session.commit(&self.shared, row, make).await.map(drop)
    }

    /// Changes what members may do.
    ///
    /// # Errors
    /// When there is no connection, or the group does not let this account.
    pub async fn set_permissions(
        &self,
        id: ConversationId,
        permissions: GroupPermissions,
    ) -> Result<(), ClientError> {
        let (session, row) = self.group(id).await?;
        let make = move |making: &Making<'_>| {
            charter_change(making.group, |charter| {
                charter.add = permissions.add.unwrap_or(charter.add);
                charter.edit = permissions.edit.unwrap_or(charter.edit);
                charter.send = permissions.send.unwrap_or(charter.send);
                charter.needs_approval =
                    permissions.needs_approval.unwrap_or(charter.needs_approval);
                charter.shares_history = permissions
                    .shares_history
                    .map_or(charter.shares_history, |count| {
                        count.min(SHARED_HISTORY_MAX)
                    });
            })
        };
        session.commit(&self.shared, row, make).await.map(drop)
    }

    /// Calls the group something else.
    ///
    /// # Errors
    /// As [`Client::create_group`], and when the group does not let this account.
    pub async fn rename_group(
        &self,
        id: ConversationId,
        name: Redacted<String>,
    ) -> Result<(), ClientError> {
        self.change_info(id, move |info| info.name.clone_from(&name.0))
            .await
    }

    /// Says what the group is about; empty: nothing.
    ///
    /// # Errors
    /// As [`Client::rename_group`].
    pub async fn describe_group(
        &self,
        id: ConversationId,
        about: Redacted<String>,
    ) -> Result<(), ClientError> {
        self.change_info(id, move |info| info.about.clone_from(&about.0))
            .await
    }

    /// Gives the group a picture; empty: none.
    ///
    /// # Errors
    /// As [`Client::rename_group`].
    pub async fn picture_group(
        &self,
        id: ConversationId,
        picture: Redacted<Vec<u8>>,
    ) -> Result<(), ClientError> {
        self.change_info(id, move |info| info.picture.clone_from(&picture.0))
            .await
    }

    /// Changes the info by a commit that sets its hash; it is told in the epoch after that.
    pub(super) async fn change_info(
        &self,
        id: ConversationId,
        change: impl Fn(&mut GroupInfo) + Send + Sync + 'static,
    ) -> Result<(), ClientError> {
        let (session, row) = self.group(id).await?;
        let make = move |making: &Making<'_>, is_last: bool| {
            let group = chat_group::get(making.transaction, row)?.ok_or_else(not_a_member)?;
            let charter = making.group.charter().ok_or_else(not_a_member)?;
            let current = info::current(&group, &charter);
            let is_told = current.is_some();
            let known = current.or_else(|| is_last.then(|| info::former(&group)).flatten());
            let mut next = known.ok_or(ClientError::GroupInfoMissing)?;
            let before = next.clone();
            change(&mut next);
            if is_told && next == before {
                return Ok(None);
            }
            let encoded = info::encode(next)?;
            chat_group::set_next_info(making.transaction, row, Some(&encoded))?;
            charter_change(making.group, |charter| {
                charter.info_hash = info_hash(&encoded);
            })
        };
        let make = Arc::new(make);
        let give_up = Instant::now() + INFO_WAIT;
        loop {
            let told = session.group_changed.notified();
            let make = Arc::clone(&make);
            // Whoever changed it last may never tell: then it goes on from what was known before.
            let is_last = Instant::now() >= give_up;
            let done = session
                .commit(&self.shared, row, move |making: &Making<'_>| {
                    make(making, is_last)
                })
                .await;
            match done {
                Err(ClientError::GroupInfoMissing) if !is_last => {}
                done => return done.map(drop),
            }
            // Somebody has changed it at the same moment, and tells what it is now after the commit.
            let _ = timeout_at(give_up, told).await;
        }
    }

    /// The row of a group that this account is in, while there is a connection.
    pub(super) async fn group(
        &self,
        id: ConversationId,
    ) -> Result<(Arc<Session>, i64), ClientError> {
        let session = self.session()?;
        let row = session
            .store
            .read(move |connection| group_row(connection, id))
            .await?;
        if self.shared.connection() != Line::Online {
            return Err(pipit_net::NetError::Disconnected.into());
        }
        Ok((session, row))
    }

    /// Tells what a group looks like now.
    pub(super) async fn show(&self, session: &Session, row: i64) -> Result<(), ClientError> {
        let reader = session.reader.clone();
        let events = session
            .store
            .read(move |connection| changed(&reader, connection, [row]))
            .await?;
        self.shared.publisher.publish(events);
        Ok(())
    }
}

/// The row of a group that this account is in.
pub(super) fn group_row(connection: &Connection, id: ConversationId) -> Result<i64, ClientError> {
    let place = conversation::get(connection, id)?
        .filter(|place| place.kind == ConversationKind::Group)
        .ok_or(ClientError::UnknownConversation)?;
    let group = chat_group::get(connection, place.conversation)?;
    match group {
        Some(group) if group.membership == Membership::In => Ok(place.conversation),
        _ => Err(not_a_member()),
    }
}

fn has_account(group: &Group, account: AccountId) -> bool {
    group.members().iter().any(|leaf| leaf.account == account)
}

/// The next charter; `None` when it would say the same.
pub(super) fn charter_change(
    group: &Group,
    change: impl FnOnce(&mut Charter),
) -> Result<Option<Change>, ClientError> {
    let before = group.charter().ok_or_else(not_a_member)?;
    let mut after = before.clone();
    change(&mut after);
    if after == before {
        return Ok(None);
    }
    after.version = before.version.saturating_add(1);
    Ok(Some(Change::renew().and_charter(after)))
}

/// Takes accounts out, with their roles; `None` when they are not in.
pub(super) fn removal(group: &Group, accounts: &[AccountId]) -> Option<Change> {
    let devices: Vec<DeviceId> = group
        .members()
        .iter()
        .filter(|leaf| accounts.contains(&leaf.account))
        .map(|leaf| leaf.device)
        .collect();
    if devices.is_empty() {
        return None;
    }
    let change = Change::remove(devices);
    let Some(before) = group.charter() else {
        return Some(change);
    };
    let mut after = before.clone();
    for account in accounts {
        after.set_role(*account, Role::Member);
    }
    if after == before {
        return Some(change);
    }
    after.version = before.version.saturating_add(1);
    Some(change.and_charter(after))
}
