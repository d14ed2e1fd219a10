//! A group, and a line about it, as a screen shows them.

use pipit_domain::{AccountId, Redacted};
use pipit_e2ee::{Allowed, Role};
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{ConversationKind, ConversationRow};
use pipit_store::table::message::{MessageKind, MessageRow};
use pipit_store::table::{group_member, join_request, system_line};
use pipit_store::{Connection, StoreError};
use pipit_wire::group::GroupInfo;

use super::info::charter_of;

/// A group beside its conversation.
#[derive(Debug, Clone)]
pub struct GroupRecord {
    /// What it is called; empty until that is known here.
    pub name: Redacted<String>,
    /// What it is about.
    pub about: Redacted<String>,
    /// Its picture; empty: none.
    pub picture: Redacted<Vec<u8>>,
    /// Accounts in it.
    pub member_count: u64,
    /// What this account is there.
    pub own_role: Role,
    /// Its owners and admins.
    pub leaders: Vec<(AccountId, Role)>,
    /// Whether this account is in it.
    pub is_member: bool,
    /// Who may add people.
    pub add: Allowed,
    /// Who may change name, picture and description.
    pub edit: Allowed,
    /// Who may write.
    pub send: Allowed,
    /// How many of the last messages new members see.
    pub shares_history: u8,
    /// Whether admins approve who comes by a link.
    pub needs_approval: bool,
    /// Accounts that wait for that.
    pub request_count: u64,
}

/// The group of a conversation.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn read_group(
    connection: &Connection,
    place: &ConversationRow,
    own: AccountId,
) -> Result<Option<GroupRecord>, StoreError> {
    if place.kind != ConversationKind::Group {
        return Ok(None);
    }
    let Some(group) = chat_group::get(connection, place.conversation)? else {
        return Ok(None);
    };
    let charter = charter_of(&group).map_err(|_| StoreError::Value("charter"))?;
    let info = GroupInfo::read(&group.info.0).unwrap_or_default();
    let requests = join_request::list(connection, place.id, own)?.len();
    Ok(Some(GroupRecord {
        name: Redacted(info.name),
        about: Redacted(info.about),
        picture: Redacted(info.picture),
        member_count: group_member::count(connection, place.conversation)?,
        own_role: charter.role(own),
        leaders: charter.roles().collect(),
        is_member: group.membership == Membership::In,
        add: charter.add,
        edit: charter.edit,
        send: charter.send,
        shares_history: charter.shares_history,
        needs_approval: charter.needs_approval,
        request_count: u64::try_from(requests).unwrap_or(u64::MAX),
    }))
}

/// What a line of the app's own is about.
#[derive(Debug, Clone)]
pub struct SystemRecord {
    /// Which line: a stable word.
    pub word: String,
    /// Who did it, and what to call them.
    pub actor: Option<(AccountId, Redacted<String>)>,
    /// To whom.
    pub target: Option<(AccountId, Redacted<String>)>,
    /// What.
    pub value: Redacted<String>,
}

/// What a message that is a line is about.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn read_line(
    connection: &Connection,
    reader: &crate::record::Reader,
    message: &MessageRow,
) -> Result<Option<SystemRecord>, StoreError> {
    if message.kind != MessageKind::System {
        return Ok(None);
    }
    let line = system_line::get(connection, message.message)?.unwrap_or_default();
    let person = |account: Option<AccountId>| {
        account
            .map(|account| Ok::<_, StoreError>((account, reader.name(connection, account)?)))
            .transpose()
    };
    Ok(Some(SystemRecord {
        word: message.text.0.clone(),
        actor: person(line.actor)?,
        target: person(line.target)?,
        value: line.value,
    }))
}
