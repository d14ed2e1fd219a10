//! Who is in a group, and whether somebody may write there.

use pipit_domain::{AccountId, ConversationId, Redacted};
use pipit_e2ee::Role;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::{Connection, StoreError};

use super::info::charter_of;
use crate::client::Client;
use crate::error::ClientError;

/// Somebody in a group.
#[derive(Debug, Clone)]
pub struct MemberRecord {
    /// Their account.
    pub account: AccountId,
    /// What they are found by.
    pub username: Redacted<String>,
    /// What to call them.
    pub name: Redacted<String>,
    /// What they are there.
    pub role: Role,
    /// It is this account.
    pub is_own: bool,
    /// This person has accepted them.
    pub is_contact: bool,
    /// The safety number was compared and matches.
    pub is_verified: bool,
}

impl Client {
    /// Who is in a conversation, in the order of coming; at most `limit` of them.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`].
    pub async fn members(
        &self,
        id: ConversationId,
        limit: usize,
    ) -> Result<Vec<MemberRecord>, ClientError> {
        let session = self.session()?;
        let (reader, own) = (session.reader.clone(), session.own());
        session
            .store
            .read(move |connection| {
                let row =
                    conversation::get(connection, id)?.ok_or(ClientError::UnknownConversation)?;
                let group = chat_group::get(connection, row.conversation)?;
                let charter = group.as_ref().map(charter_of).transpose()?;
                let accounts = match row.kind {
                    ConversationKind::Group => {
                        let mut all =
                            group_member::list(connection, row.conversation, Standing::In)?;
                        all.extend(group_member::list(
                            connection,
                            row.conversation,
                            Standing::Wanted,
                        )?);
                        all
                    }
                    _ => std::iter::once(own).chain(row.peer).collect(),
                };
                accounts
                    .into_iter()
                    .take(limit)
                    .map(|account| {
                        let contact = reader.contact(connection, account)?;
                        Ok(MemberRecord {
                            account,
                            username: contact.username,
                            name: reader.name(connection, account)?,
                            role: charter
                                .as_ref()
                                .map_or(Role::Member, |charter| charter.role(account)),
                            is_own: account == own,
                            is_contact: contact.is_contact,
                            is_verified: contact.is_verified,
                        })
                    })
                    .collect()
            })
            .await
    }
}

/// Whether an account may write in a conversation, as far as its charter says.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn may_write(
    connection: &Connection,
    place: &ConversationRow,
    account: AccountId,
) -> Result<bool, StoreError> {
    if place.kind != ConversationKind::Group {
        return Ok(true);
    }
    let Some(group) = chat_group::get(connection, place.conversation)? else {
        return Ok(true);
    };
    let charter = charter_of(&group).map_err(|_| StoreError::Value("charter"))?;
    Ok(group.membership == Membership::In && charter.send.permits(charter.role(account)))
}

/// Whether this account is in a conversation, as far as this device knows.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn is_in(connection: &Connection, place: &ConversationRow) -> Result<bool, StoreError> {
    let group = chat_group::get(connection, place.conversation)?;
    Ok(group.is_none_or(|group| group.membership == Membership::In))
}

/// Whether an account may change what a group is called, and what stands at its head. Both people of a 1:1 may.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn may_edit_info(
    connection: &Connection,
    place: &ConversationRow,
    account: AccountId,
) -> Result<bool, StoreError> {
    let Some(group) = chat_group::get(connection, place.conversation)? else {
        return Ok(true);
    };
    let charter = charter_of(&group).map_err(|_| StoreError::Value("charter"))?;
    Ok(charter.edit.permits(charter.role(account)))
}

/// Whether an account is an admin or owner of a group.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn leads(
    connection: &Connection,
    place: &ConversationRow,
    account: AccountId,
) -> Result<bool, StoreError> {
    let Some(group) = chat_group::get(connection, place.conversation)? else {
        return Ok(false);
    };
    let charter = charter_of(&group).map_err(|_| StoreError::Value("charter"))?;
    Ok(charter.role(account) != Role::Member)
}
