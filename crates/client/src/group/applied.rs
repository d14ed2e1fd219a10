//! What a commit, or coming into a group, means for its rows: members, charter, lines, what follows.

use std::collections::BTreeSet;

use pipit_domain::{AccountId, Timestamp};
use pipit_e2ee::{Charter, Committed, Crypto, Group, Provider, Role};
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::{join_request, pending_join};
use pipit_store::{Transaction, mls_storage};
use pipit_wire::group::info_hash;

use super::line::Place;
use super::{history, info};
use crate::epoch::load;
use crate::error::ClientError;
use crate::establish::delete_group;
use crate::people;

/// Follows an applied commit, whoever made it; answers the rows of the lines that it added.
///
/// # Errors
/// When the history can't be written; roll back.
pub(crate) fn applied(
    transaction: &Transaction<'_>,
    crypto: &Crypto,
    own: AccountId,
    row: i64,
    committed: &Committed,
    at: Timestamp,
) -> Result<Vec<i64>, ClientError> {
    let place = Place {
        transaction,
        conversation: row,
        own,
        at,
    };
    let Some(charter) = &committed.charter else {
        return Ok(Vec::new());
    };
    if !committed.is_member {
        if chat_group::get(transaction, row)?.is_none() {
            // It came in from outside, and is out again before the server's answer.
            chat_group::set(transaction, row, &charter.encode(), Membership::In)?;
        }
        return put_out(&place, crypto, committed.by.account);
    }
    let Some(group) = chat_group::get(transaction, row)? else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    chat_group::set(transaction, row, &charter.encode(), group.membership)?;
    let added = note_added(&place, committed, &mut lines)?;
    note_removed(&place, crypto, committed, &mut lines)?;
    if let Some(before) = &committed.charter_before {
        let by = committed.by.account;
        note_charter(&place, by, before, charter, &mut lines)?;
    }
    if committed.is_ours {
        let is_new = match &group.next_info {
            Some(next) if info_hash(&next.0) == charter.info_hash => {
                lines.extend(info::hold(&place, &next.0)?);
                true
            }
            _ => false,
        };
        if is_new || !added.is_empty() {
            info::tell(&place)?;
        }
        if charter.shares_history > 0 {
            for account in added {
                history::share(&place, account, charter.shares_history)?;
            }
        }
    }
    Ok(lines)
}

/// Somebody has removed this device: the keys go, the history stays.
fn put_out(place: &Place<'_>, crypto: &Crypto, by: AccountId) -> Result<Vec<i64>, ClientError> {
    let transaction = place.transaction;
    let row =
        conversation::by_row(transaction, place.conversation)?.ok_or(ClientError::NotFound)?;
    if let Some(group) = row.group {
        delete_group(transaction, crypto, group)?;
        conversation::set_group(transaction, row.conversation, None, None)?;
    }
    pending_join::remove(transaction, row.conversation)?;
    let is_leaving = chat_group::get(transaction, place.conversation)?
        .is_some_and(|group| group.membership != Membership::In);
    if is_leaving {
        chat_group::set_membership(transaction, place.conversation, Membership::Left)?;
        people::forget_declined(transaction, &row)?;
        return Ok(Vec::new());
    }
    chat_group::set_membership(transaction, place.conversation, Membership::Removed)?;
    group_member::remove(transaction, place.conversation, place.own)?;
    Ok(vec![place.line(
        "group.removed",
        by,
        Some(place.own),
        "",
    )?])
}

fn note_added(
    place: &Place<'_>,
    committed: &Committed,
    lines: &mut Vec<i64>,
) -> Result<Vec<AccountId>, ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let id = conversation::by_row(transaction, row)?
        .ok_or(ClientError::UnknownConversation)?
        .id;
    let accounts: BTreeSet<AccountId> = committed.added.iter().map(|leaf| leaf.account).collect();
    let mut new = Vec::new();
    for account in accounts {
        if group_member::is(transaction, row, account, Standing::In)? {
            continue;
        }
        // One of its devices came in by itself before it heard of that.
        let is_leaving = group_member::is(transaction, row, account, Standing::Leaving)?;
        if is_leaving && committed.by.account == account {
            continue;
        }
        group_member::set(transaction, row, account, Standing::In)?;
        let by = committed.by.account;
        let asked_at = join_request::asked_at(transaction, id, account)?;
        lines.push(match asked_at {
            Some(asked_at) => {
                join_request::end(transaction, id, account, place.at.max(asked_at))?;
                place.line("group.joined", account, None, "")?
            }
            None => place.line("group.added", by, Some(account), "")?,
        });
        new.push(account);
    }
    Ok(new)
}

fn note_removed(
    place: &Place<'_>,
    crypto: &Crypto,
    committed: &Committed,
    lines: &mut Vec<i64>,
) -> Result<(), ClientError> {
    if committed.removed.is_empty() {
        return Ok(());
    }
    let (transaction, row) = (place.transaction, place.conversation);
    let staying: BTreeSet<AccountId> = load(transaction, crypto, row)?
        .map(|group| group.members())
        .unwrap_or_default()
        .into_iter()
        .map(|leaf| leaf.account)
        .collect();
    let removed: BTreeSet<AccountId> = committed.removed.iter().map(|leaf| leaf.account).collect();
    for account in removed.difference(&staying) {
        if group_member::is(transaction, row, *account, Standing::In)? {
            let by = committed.by.account;
            lines.push(place.line("group.removed", by, Some(*account), "")?);
        }
        if !group_member::is(transaction, row, *account, Standing::Wanted)? {
            group_member::remove(transaction, row, *account)?;
        }
    }
    Ok(())
}

fn note_charter(
    place: &Place<'_>,
    by: AccountId,
    before: &Charter,
    after: &Charter,
    lines: &mut Vec<i64>,
) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    if before.info_hash != after.info_hash {
        chat_group::set_info_by(transaction, row, by)?;
    }
    let named: BTreeSet<AccountId> = before
        .roles()
        .chain(after.roles())
        .map(|(account, _)| account)
        .collect();
    for account in named {
        let role = after.role(account);
        let is_in = group_member::is(transaction, row, account, Standing::In)?;
        if role != before.role(account) && is_in {
            lines.push(place.line("group.role", by, Some(account), role_word(role))?);
        }
    }
    let is_same = before.add == after.add
        && before.edit == after.edit
        && before.send == after.send
        && before.needs_approval == after.needs_approval
        && before.shares_history == after.shares_history;
    if !is_same {
        lines.push(place.line("group.permissions", by, None, "")?);
    }
    Ok(())
}

/// The word of a role in lines and views.
pub(crate) const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
    }
}

/// This account was out of a group before this device had come in from outside: what another device gives of its
/// history stands in a group that it is not in.
///
/// # Errors
/// When keys or history can't be written; roll back.
pub(crate) fn stayed_out(
    transaction: &Transaction<'_>,
    crypto: &Crypto,
    place: &ConversationRow,
) -> Result<(), ClientError> {
    let row = place.conversation;
    let Some(joining) = conversation::joining(transaction, row)? else {
        return Ok(());
    };
    let storage = mls_storage(transaction);
    let group = Group::load(&Provider::new(crypto, &storage), joining)
        .map_err(|_| ClientError::Internal("keys of a conversation"))?;
    let is_new = chat_group::get(transaction, row)?.is_none();
    if let Some(charter) = group.as_ref().and_then(Group::charter).filter(|_| is_new) {
        chat_group::set(transaction, row, &charter.encode(), Membership::Left)?;
    }
    delete_group(transaction, crypto, joining)?;
    conversation::end_joining(transaction, row)?;
    Ok(pending_join::remove(transaction, row)?)
}

/// Follows coming into a group: by the Welcome of `by`, or from outside. Answers the lines that it added.
///
/// # Errors
/// When the history can't be written; roll back.
pub(crate) fn joined(
    transaction: &Transaction<'_>,
    own: AccountId,
    row: i64,
    group: &Group,
    by: Option<AccountId>,
    at: Timestamp,
) -> Result<Vec<i64>, ClientError> {
    let kind = conversation::by_row(transaction, row)?.map(|place| place.kind);
    let (Some(charter), Some(ConversationKind::Group)) = (group.charter(), kind) else {
        return Ok(Vec::new());
    };
    let place = Place {
        transaction,
        conversation: row,
        own,
        at,
    };
    let was_in = group_member::is(transaction, row, own, Standing::In)?;
    chat_group::set(transaction, row, &charter.encode(), Membership::In)?;
    let mut accounts = Vec::new();
    let mut seen = BTreeSet::new();
    for leaf in group.members() {
        if seen.insert(leaf.account) {
            accounts.push(leaf.account);
        }
    }
    for gone in group_member::list(transaction, row, Standing::In)? {
        if !seen.contains(&gone) {
            group_member::remove(transaction, row, gone)?;
        }
    }
    for account in accounts {
        if !group_member::is(transaction, row, account, Standing::Leaving)? {
            group_member::set(transaction, row, account, Standing::In)?;
        }
    }
    let id = conversation::by_row(transaction, row)?
        .ok_or(ClientError::UnknownConversation)?
        .id;
    let has_asked = join_request::remove(transaction, id, own)?;
    let mut lines = Vec::new();
    match by {
        Some(by) if by != own && !was_in => lines.push(if has_asked {
            place.line("group.joined", own, None, "")?
        } else {
            place.line("group.added", by, Some(own), "")?
        }),
        Some(_) => {}
        // Nobody knows that this device is here now: it asks.
        None => info::ask_if_missing(&place, &charter)?,
    }
    Ok(lines)
}
