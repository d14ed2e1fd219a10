//! The question that the ledgers answer: does this leaf belong to the account that it names?

use std::collections::{BTreeMap, HashMap};

use pipit_domain::AccountId;
use pipit_ledger::{Action, Ledger};
use pipit_wire::charter::Breach;

use crate::identity::LeafIdentity;

/// How a device stands in its account's ledger, as far as we have read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In force.
    InForce,
    /// Was in force once and was revoked. Its leaf is authentic, and has to be removed.
    Revoked,
    /// The ledger does not hold this key, or we have no ledger of this account.
    Unknown,
}

/// Answers how a leaf stands. Implemented for maps of ledgers.
pub trait Roster {
    /// How this leaf's key stands in the ledger of the account that it names.
    fn standing(&self, leaf: &LeafIdentity) -> Standing;
}

impl Roster for Ledger {
    fn standing(&self, leaf: &LeafIdentity) -> Standing {
        if self.account() != leaf.account {
            return Standing::Unknown;
        }
        if self.holds(leaf.device, &leaf.key) {
            return Standing::InForce;
        }
        let was_added = self.entries().iter().any(|entry| match &entry.action {
            Action::Create { device, .. } | Action::Add { device, .. } => *device == leaf.key,
            Action::Revoke { .. } => false,
        });
        if was_added {
            Standing::Revoked
        } else {
            Standing::Unknown
        }
    }
}

impl Roster for HashMap<AccountId, Ledger> {
    fn standing(&self, leaf: &LeafIdentity) -> Standing {
        self.get(&leaf.account)
            .map_or(Standing::Unknown, |ledger| ledger.standing(leaf))
    }
}

impl Roster for BTreeMap<AccountId, Ledger> {
    fn standing(&self, leaf: &LeafIdentity) -> Standing {
        self.get(&leaf.account)
            .map_or(Standing::Unknown, |ledger| ledger.standing(leaf))
    }
}

/// Why a change of members, or a whole group, is not accepted. Nothing has changed when it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No ledger that we have holds this leaf's key. Fetch the account's ledger and try again; if it
    /// is still unknown then, somebody put a device into the conversation that its account never
    /// added: stop and show it.
    #[error("device {} is not in the ledger of account {}", .0.device, .0.account)]
    UnknownLeaf(LeafIdentity),
    /// The device was revoked, and would come in anew.
    #[error("device {} of account {} was revoked", .0.device, .0.account)]
    Revoked(LeafIdentity),
    /// The credential is not account and device, or the device is not that of the key.
    #[error("a leaf's credential is not that of a device")]
    BadCredential,
    /// A leaf changed whose it is, or a device joined from outside for an account that has no member.
    #[error("a leaf was taken over by another device")]
    TakenOver,
    /// The group's charter does not allow it.
    #[error(transparent)]
    Breach(Breach),
    /// A device was removed that its account still has, by somebody who may remove only the whole
    /// account, or by another device of it. Fetch its ledger and try again: it may have been revoked just now.
    #[error("device {} of account {} was removed while in force", .0.device, .0.account)]
    StillInForce(LeafIdentity),
    /// A kind of proposal, or an extension of the group, that Pipit does not use.
    #[error("the group was changed in a way that this version does not allow")]
    Forbidden,
}

/// A leaf that is in the tree already, or is put there by somebody else's commit. A device that was
/// revoked since then is let pass: the commit may be older than the revocation, and refusing it would
/// cut us off from the conversation; the caller sees it in the members and removes it.
pub(crate) fn admit(roster: &impl Roster, leaf: LeafIdentity) -> Result<LeafIdentity, Refusal> {
    match roster.standing(&leaf) {
        Standing::InForce | Standing::Revoked => Ok(leaf),
        Standing::Unknown => Err(Refusal::UnknownLeaf(leaf)),
    }
}

/// A leaf that we ourselves are about to add.
pub(crate) fn admit_new(roster: &impl Roster, leaf: LeafIdentity) -> Result<LeafIdentity, Refusal> {
    match roster.standing(&leaf) {
        Standing::InForce => Ok(leaf),
        Standing::Revoked => Err(Refusal::Revoked(leaf)),
        Standing::Unknown => Err(Refusal::UnknownLeaf(leaf)),
    }
}

#[cfg(test)]
mod tests {
    use pipit_domain::Timestamp;
    use pipit_ledger::SecretKey;

    use super::*;

    #[test]
    fn standing_follows_the_ledger() {
        let now = Timestamp::from_millis(1);
        let [first, second, recovery, stranger] =
            [1, 2, 3, 4].map(|n| SecretKey::from_seed(&[n; 32]));
        let mut ledger = Ledger::create(&first, &recovery.public(), now);
        ledger.add_device(&first, &second, now).unwrap();
        ledger
            .revoke_device(&first, second.device_id(), now)
            .unwrap();
        let leaf = |key: &SecretKey| crate::Identity::new(ledger.account(), key.clone()).leaf();
        let ledgers = HashMap::from([(ledger.account(), ledger.clone())]);

        assert_eq!(ledgers.standing(&leaf(&first)), Standing::InForce);
        assert_eq!(ledgers.standing(&leaf(&second)), Standing::Revoked);
        assert_eq!(ledgers.standing(&leaf(&stranger)), Standing::Unknown);
        assert_eq!(
            ledgers.standing(&leaf(&recovery)),
            Standing::Unknown,
            "the recovery key is no device"
        );
        let elsewhere = LeafIdentity {
            account: AccountId::new([9; 32]),
            ..leaf(&first)
        };
        assert_eq!(ledgers.standing(&elsewhere), Standing::Unknown);
        assert_eq!(
            admit_new(&ledgers, leaf(&second)),
            Err(Refusal::Revoked(leaf(&second)))
        );
        assert_eq!(admit(&ledgers, leaf(&second)), Ok(leaf(&second)));
    }
}
