//! Control messages about groups, as they come.

use pipit_domain::{AccountId, ConversationId, Timestamp};
use pipit_e2ee::Role;
use pipit_store::Transaction;
use pipit_store::table::chat_group;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::join_request;
use pipit_wire::content::Control;
use pipit_wire::frame::Message as _;
use pipit_wire::group::{self, JoinRequest, JoinWaiting, SharedHistory};

use super::line::Place;
use super::{history, info, invite, leave};
use crate::error::ClientError;
use crate::people;

/// What a control message did.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// Rows of the messages that it added.
    pub(crate) lines: Vec<i64>,
    /// Row of a conversation that looks different now.
    pub(crate) conversation: Option<i64>,
}

/// Takes in a control message; `None` when it is not one about groups. What does not fit is passed over:
/// it was somebody's mistake, and nothing that a person could decide on.
///
/// # Errors
/// When the history can't be written; roll back.
pub(crate) fn receive(
    transaction: &Transaction<'_>,
    own: AccountId,
    from: &ConversationRow,
    sender: AccountId,
    control: Control<'_>,
    at: Timestamp,
) -> Result<Option<Received>, ClientError> {
    let place = Place {
        transaction,
        conversation: from.conversation,
        own,
        at,
    };
    let is_group = from.kind == ConversationKind::Group;
    let here = |lines| Received {
        lines,
        conversation: Some(from.conversation),
    };
    Ok(Some(match control.media_type {
        group::INFO if is_group => here(info::hold(&place, control.body)?),
        group::INFO_REQUEST if is_group => {
            chat_group::set_asked(transaction, from.conversation, true)?;
            Received::default()
        }
        group::LEAVE if is_group => here(said_good_bye(&place, from.id, sender)?),
        group::JOIN_WAITING if is_group => {
            waiting(&place, from.id, sender, control.body)?;
            here(Vec::new())
        }
        group::JOIN_REQUEST if from.peer == Some(sender) => Received {
            lines: Vec::new(),
            conversation: asked(transaction, own, sender, control.body, at)?,
        },
        group::HISTORY if from.peer == Some(sender) => {
            let Ok(bundle) = SharedHistory::decode(control.body) else {
                return Ok(Some(Received::default()));
            };
            history::take(transaction, own, sender, &bundle, at)?
        }
        _ => return Ok(None),
    }))
}

/// A member leaves: gone for everybody at once, though the leaves stay until an admin removes them.
fn said_good_bye(
    place: &Place<'_>,
    id: ConversationId,
    sender: AccountId,
) -> Result<Vec<i64>, ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    if !group_member::is(transaction, row, sender, Standing::In)? {
        return Ok(Vec::new());
    }
    if sender == place.own {
        // Another device of this account has left for all of them. The others remove its leaves; it does not.
        leave::begin_leaving(place)?;
        let here = conversation::get(transaction, id)?.ok_or(ClientError::UnknownConversation)?;
        if people::forget_declined(transaction, &here)? {
            return Ok(Vec::new());
        }
    } else {
        group_member::set(transaction, row, sender, Standing::Leaving)?;
    }
    Ok(vec![place.line("group.left", sender, None, "")?])
}

/// Somebody asks to join by a link of ours.
fn asked(
    transaction: &Transaction<'_>,
    own: AccountId,
    sender: AccountId,
    body: &[u8],
    at: Timestamp,
) -> Result<Option<i64>, ClientError> {
    let Ok(request) = JoinRequest::decode(body) else {
        return Ok(None);
    };
    let Ok(id) = ConversationId::try_from(&request.conversation_id[..]) else {
        return Ok(None);
    };
    let Some(row) = conversation::get(transaction, id)? else {
        return Ok(None);
    };
    let place = Place {
        transaction,
        conversation: row.conversation,
        own,
        at,
    };
    invite::asked(&place, id, sender, &request)?;
    Ok(Some(row.conversation))
}

/// Whom an admin, or the maker of a link, tells the others of.
fn waiting(
    place: &Place<'_>,
    id: ConversationId,
    sender: AccountId,
    body: &[u8],
) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let Ok(waiting) = JoinWaiting::decode(body) else {
        return Ok(());
    };
    let Ok(account) = AccountId::try_from(&waiting.account_id[..]) else {
        return Ok(());
    };
    let Some(group) = chat_group::get(transaction, row)? else {
        return Ok(());
    };
    let charter = info::charter_of(&group)?;
    let role = charter.role(sender);
    let is_in = group_member::is(transaction, row, account, Standing::In)?;
    if waiting.is_over && role >= Role::Admin {
        join_request::end(transaction, id, account, place.at)?;
    } else if !waiting.is_over && charter.add.permits(role) {
        // Whoever tells of it may have heard of it long ago.
        let asked_at = invite::asked_at(waiting.asked_at, place.at);
        match is_in {
            true => join_request::end(transaction, id, account, asked_at)?,
            false => drop(join_request::add(transaction, id, account, asked_at)?),
        }
    }
    Ok(())
}
