//! The charter as an extension of the group context, and the rules around a change.
//!
//! A group has either no extension at all, or exactly two: its charter, and the required capability to
//! read it. Nothing else is accepted: nobody outside may propose changes.

use std::collections::BTreeSet;

use openmls::prelude::{
    Extension, ExtensionType, Extensions, GroupContext, Proposal, RequiredCapabilitiesExtension,
    StagedCommit, UnknownExtension,
};
use pipit_domain::AccountId;
use pipit_wire::charter::{Charter, EXTENSION_TYPE, Step};

use crate::commit::CommitError;
use crate::group::Group;
use crate::identity::LeafIdentity;
use crate::roster::Refusal;

/// The extensions of a group with this charter, or without one.
pub(crate) fn to_extensions(
    charter: Option<&Charter>,
) -> Result<Extensions<GroupContext>, CommitError> {
    let Some(charter) = charter else {
        return Ok(Extensions::empty());
    };
    let kind = ExtensionType::Unknown(EXTENSION_TYPE);
    Extensions::from_vec(vec![
        Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(&[kind], &[], &[])),
        Extension::Unknown(EXTENSION_TYPE, UnknownExtension(charter.encode())),
    ])
    .map_err(|_| CommitError::Internal)
}

/// The charter among a group's extensions.
pub(crate) fn from_extensions(
    extensions: &Extensions<GroupContext>,
) -> Result<Option<Charter>, Refusal> {
    let Some(UnknownExtension(bytes)) = extensions.unknown(EXTENSION_TYPE) else {
        return match extensions.iter().next() {
            None => Ok(None),
            Some(_) => Err(Refusal::Forbidden),
        };
    };
    let charter = Charter::decode(bytes).map_err(|_| Refusal::Forbidden)?;
    let expected = to_extensions(Some(&charter)).map_err(|_| Refusal::Forbidden)?;
    if *extensions == expected {
        Ok(Some(charter))
    } else {
        Err(Refusal::Forbidden)
    }
}

/// Refuses a charter that is not one of a group of these leaves.
pub(crate) fn check_fit(
    charter: Option<&Charter>,
    leaves: impl IntoIterator<Item = LeafIdentity>,
) -> Result<(), Refusal> {
    let accounts: BTreeSet<AccountId> = leaves.into_iter().map(|leaf| leaf.account).collect();
    match charter {
        Some(charter) if !charter.fits(&accounts) => Err(Refusal::Forbidden),
        _ => Ok(()),
    }
}

/// The charter that a staged commit brings, when it brings one.
pub(crate) fn proposed(staged: &StagedCommit) -> Result<Option<Charter>, Refusal> {
    for queued in staged.queued_proposals() {
        if let Proposal::GroupContextExtensions(proposal) = queued.proposal() {
            let charter = from_extensions(proposal.extensions())?;
            return charter.map(Some).ok_or(Refusal::Forbidden);
        }
    }
    Ok(None)
}

impl Group {
    /// Its charter; `None` for a 1:1, a note to self, and a group in which everybody may do everything.
    #[must_use]
    pub fn charter(&self) -> Option<Charter> {
        // It was read once when we came in, and with every change since.
        from_extensions(self.mls.extensions()).ok().flatten()
    }

    /// Whether the rules of the group allow this step.
    pub(crate) fn check_rules(
        &self,
        actor: AccountId,
        after: Option<&Charter>,
        added: &[LeafIdentity],
        removed: &[LeafIdentity],
    ) -> Result<(), Refusal> {
        let before = self.charter();
        let leaves = self.members();
        let members_before = leaves.iter().map(|leaf| leaf.account).collect();
        let gone: BTreeSet<_> = removed.iter().map(|leaf| leaf.device).collect();
        let members_after = leaves
            .iter()
            .filter(|leaf| !gone.contains(&leaf.device))
            .chain(added)
            .map(|leaf| leaf.account)
            .collect();
        let step = Step {
            actor,
            before: before.as_ref(),
            after: after.or(before.as_ref()),
            members_before: &members_before,
            members_after: &members_after,
        };
        step.check().map_err(Refusal::Breach)
    }
}
