//! The rules by which a group changes.
//!
//! | change | who may |
//! |---|---|
//! | add an account | admins; everyone when the charter says so |
//! | remove an account | admins a member; owners anybody |
//! | make a member an admin | admins |
//! | any other change of a role | owners; everybody may lower their own |
//! | permissions, approval, history | admins |
//! | the info hash | admins; everyone when the charter says so |
//!
//! A charter appears only with its group and never goes. After each step it has an owner, and gives
//! roles to members only. Devices of an account that is a member already may be added by anybody: their
//! ledger vouches for them.

use std::collections::BTreeSet;

use pipit_domain::AccountId;

use super::{Charter, ROLES_MAX, Role};

/// One commit, as far as the rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Who commits: a member before it.
    pub actor: AccountId,
    /// The charter before; `None` for a group without one.
    pub before: Option<&'a Charter>,
    /// The charter after.
    pub after: Option<&'a Charter>,
    /// The accounts with a leaf before.
    pub members_before: &'a BTreeSet<AccountId>,
    /// The accounts with a leaf after.
    pub members_after: &'a BTreeSet<AccountId>,
}

/// Which rule a step breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Breach {
    /// The actor is not a member.
    #[error("only members may change a group")]
    Stranger,
    /// A charter appeared or went.
    #[error("a group's charter neither comes later nor goes")]
    Appeared,
    /// The version did not rise by one with a change, or rose without one.
    #[error("the charter's version does not follow")]
    Version,
    /// Somebody was added.
    #[error("only admins may add people to this group")]
    Add,
    /// Somebody was removed.
    #[error("an admin removes members, an owner removes anybody")]
    Remove,
    /// A role changed.
    #[error("this role can't be given or taken by this member")]
    Role,
    /// A permission changed.
    #[error("only admins may change what members may do")]
    Permissions,
    /// The info hash changed.
    #[error("only admins may change this group's name and picture")]
    Edit,
    /// No owner is left, a role belongs to nobody, or there are too many roles.
    #[error("a group has an owner, and its roles belong to members")]
    Unfit,
}

impl Step<'_> {
    /// Judges the step.
    ///
    /// # Errors
    /// Names the rule that it breaks.
    pub fn check(&self) -> Result<(), Breach> {
        let (before, after) = match (self.before, self.after) {
            (None, None) => return Ok(()),
            (Some(before), Some(after)) => (before, after),
            _ => return Err(Breach::Appeared),
        };
        if !self.members_before.contains(&self.actor) {
            return Err(Breach::Stranger);
        }
        let own = before.role(self.actor);
        let adds = self.members_after.difference(self.members_before).count();
        if adds > 0 && !before.add.permits(own) {
            return Err(Breach::Add);
        }
        let mut removed = self.members_before.difference(self.members_after);
        if !removed.all(|target| may_remove(own, before.role(*target))) {
            return Err(Breach::Remove);
        }
        if before == after {
            return self.check_fit(after);
        }
        if before.version.checked_add(1) != Some(after.version) {
            return Err(Breach::Version);
        }
        self.check_roles(own, before, after)?;
        let is_same_policy = before.add == after.add
            && before.edit == after.edit
            && before.send == after.send
            && before.needs_approval == after.needs_approval
            && before.shares_history == after.shares_history;
        if !is_same_policy && own < Role::Admin {
            return Err(Breach::Permissions);
        }
        if before.info_hash != after.info_hash && !before.edit.permits(own) {
            return Err(Breach::Edit);
        }
        self.check_fit(after)
    }

    fn check_roles(&self, own: Role, before: &Charter, after: &Charter) -> Result<(), Breach> {
        if own == Role::Owner {
            return Ok(());
        }
        let named: BTreeSet<AccountId> = before
            .roles()
            .chain(after.roles())
            .map(|(account, _)| account)
            .collect();
        for account in named {
            // Who is removed loses the role with it; whether they may be removed was judged before.
            if !self.members_after.contains(&account) {
                continue;
            }
            let (was, is) = (before.role(account), after.role(account));
            let lowers_own = account == self.actor && is < was;
            let appoints = own == Role::Admin && was == Role::Member && is == Role::Admin;
            if was != is && !lowers_own && !appoints {
                return Err(Breach::Role);
            }
        }
        Ok(())
    }

    /// Bounded by the roles of a charter, not by the members of the group.
    fn check_fit(&self, after: &Charter) -> Result<(), Breach> {
        if after.fits(self.members_after) && after.roles().count() <= ROLES_MAX {
            Ok(())
        } else {
            Err(Breach::Unfit)
        }
    }
}

const fn may_remove(own: Role, target: Role) -> bool {
    match own {
        Role::Owner => true,
        Role::Admin => matches!(target, Role::Member),
        Role::Member => false,
    }
}
