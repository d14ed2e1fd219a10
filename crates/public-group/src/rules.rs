//! What a valid commit may do beyond being valid MLS: exactly what our clients let pass. They refuse
//! the rest, so a commit that only the server took would leave them all behind.

use std::collections::BTreeSet;

use openmls::prelude::{Proposal, PublicGroup, Sender, StagedCommit};
use pipit_domain::{AccountId, DeviceId};
use pipit_wire::charter::{Charter, Step};

use crate::leaf::Leaf;
use crate::{HandshakeError, charter};

/// What a commit that may be applied changes beside its leaves.
pub(crate) struct Checked {
    /// The charter after it.
    pub(crate) charter: Option<Charter>,
    /// Devices of others that go while their accounts stay.
    pub(crate) dropped: Vec<Leaf>,
}

/// Only adds, removals, joins from outside and changes of the charter; nobody in another's place; only
/// what the charter allows.
pub(crate) fn check(
    group: &PublicGroup,
    sender: &Sender,
    staged: &StagedCommit,
) -> Result<Checked, HandshakeError> {
    let actor = check_sender(group, sender, staged)?;
    let before = charter::read(group.group_context().extensions())?;
    let mut after = before.clone();
    for queued in staged.queued_proposals() {
        if let Proposal::GroupContextExtensions(proposal) = queued.proposal() {
            after = charter::read(proposal.extensions())?;
        }
    }
    let members = group
        .members()
        .map(|member| Leaf::of_member(&member))
        .collect::<Result<Vec<_>, _>>()?;
    let removed = staged
        .remove_proposals()
        .map(|remove| {
            let index = remove.remove_proposal().removed();
            let leaf = group.leaf(index).ok_or(HandshakeError::Invalid)?;
            Leaf::of_node(leaf)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let gone: BTreeSet<DeviceId> = removed.iter().map(|leaf| leaf.address.device).collect();
    let members_before: BTreeSet<AccountId> =
        members.iter().map(|leaf| leaf.address.account).collect();
    let mut members_after: BTreeSet<AccountId> = members
        .iter()
        .filter(|leaf| !gone.contains(&leaf.address.device))
        .map(|leaf| leaf.address.account)
        .collect();
    for add in staged.add_proposals() {
        let leaf = Leaf::of_node(add.add_proposal().key_package().leaf_node())?;
        members_after.insert(leaf.address.account);
    }
    if let Sender::NewMemberCommit = sender {
        // Whose device it is has to be a member already; the caller sees to it where there are no rules.
        members_after.insert(actor.address.account);
    }
    let step = Step {
        actor: actor.address.account,
        before: before.as_ref(),
        after: after.as_ref(),
        members_before: &members_before,
        members_after: &members_after,
    };
    step.check()?;
    let is_dropped = |leaf: &Leaf| {
        leaf.address.account != actor.address.account
            && members_after.contains(&leaf.address.account)
    };
    let dropped = match before {
        Some(_) => removed.into_iter().filter(is_dropped).collect(),
        None => Vec::new(),
    };
    Ok(Checked {
        charter: after,
        dropped,
    })
}

fn check_sender(
    group: &PublicGroup,
    sender: &Sender,
    staged: &StagedCommit,
) -> Result<Leaf, HandshakeError> {
    let is_from_outside = matches!(sender, Sender::NewMemberCommit);
    for queued in staged.queued_proposals() {
        match queued.proposal() {
            Proposal::Remove(_) => {}
            Proposal::Add(_) | Proposal::GroupContextExtensions(_) if !is_from_outside => {}
            Proposal::ExternalInit(_) if is_from_outside => {}
            _ => return Err(HandshakeError::Invalid),
        }
    }
    let path = staged.update_path_leaf_node();
    let path = path.map(Leaf::of_node).transpose()?;
    match sender {
        Sender::Member(index) => {
            let before = group.leaf(*index).ok_or(HandshakeError::Invalid)?;
            let before = Leaf::of_node(before)?;
            match path {
                Some(after) if after != before => Err(HandshakeError::Invalid),
                _ => Ok(before),
            }
        }
        Sender::NewMemberCommit => {
            let joiner = path.ok_or(HandshakeError::Invalid)?;
            // A device that lost its state takes its own old leaf out, and no other.
            for remove in staged.remove_proposals() {
                let index = remove.remove_proposal().removed();
                let removed = group.leaf(index).ok_or(HandshakeError::Invalid)?;
                if Leaf::of_node(removed)? != joiner {
                    return Err(HandshakeError::Invalid);
                }
            }
            Ok(joiner)
        }
        _ => Err(HandshakeError::Invalid),
    }
}
