//! What a valid commit may do beyond being valid MLS: exactly what our clients let pass. They refuse
//! the rest, so a commit that only the server took would leave them all behind.

use openmls::prelude::{Proposal, PublicGroup, Sender, StagedCommit};

use crate::HandshakeError;
use crate::leaf::Leaf;

/// Only adds, removals and joins from outside; nobody in another's place; no extension of the group.
pub(crate) fn check(
    group: &PublicGroup,
    sender: &Sender,
    staged: &StagedCommit,
) -> Result<(), HandshakeError> {
    let is_from_outside = matches!(sender, Sender::NewMemberCommit);
    for queued in staged.queued_proposals() {
        match queued.proposal() {
            Proposal::Remove(_) => {}
            Proposal::Add(_) if !is_from_outside => {}
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
                _ => Ok(()),
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
            Ok(())
        }
        _ => Err(HandshakeError::Invalid),
    }
}
