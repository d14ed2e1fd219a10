//! A group's charter: who has which role, who may do what, and the hash of its name and picture.
//!
//! It is the extension [`EXTENSION_TYPE`] of the MLS group context, so every member has the same one in
//! the same epoch, and the server sees it. Server and clients judge each change by the same rules
//! ([`Step::check`]); what one lets pass, the other does too.
//!
//! ```text
//! u8 format = 1 | u32 version | u8 flags | u8 history | info hash (32) | u16 count | count × role
//! flags   1: everyone may add, 2: everyone may edit, 4: everyone may send, 8: joins by link need approval
//! role    account id (32) | u8 (1 admin, 2 owner); sorted by account, no account twice
//! ```
//! Numbers are big-endian. Not here: the name, the picture and all else that the server must not know;
//! they travel sealed, and are believed when their SHA-256 is the info hash.

mod rules;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use pipit_domain::AccountId;

pub use rules::{Breach, Step};

/// The type of the group context extension: from the range for private use (RFC 9420, section 17.3).
pub const EXTENSION_TYPE: u16 = 0xF0A2;

/// Accounts with a role in one group: more need no say of their own, and a charter stays below 4 KB.
pub const ROLES_MAX: usize = 100;

/// Most messages that a group shows to its new members.
pub const SHARED_HISTORY_MAX: u8 = 100;

/// Bytes of the hash of the group's name and picture.
pub const INFO_HASH_LEN: usize = 32;

const FORMAT: u8 = 1;
const HEAD_LEN: usize = 1 + 4 + 1 + 1 + INFO_HASH_LEN + 2;
const ROLE_LEN: usize = AccountId::LEN + 1;

const EVERYONE_ADDS: u8 = 1;
const EVERYONE_EDITS: u8 = 2;
const EVERYONE_SENDS: u8 = 4;
const NEEDS_APPROVAL: u8 = 8;

/// What an account is in a group. Ordered by power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Everybody without another role.
    Member,
    /// Adds, removes members, edits, appoints other admins.
    Admin,
    /// May do everything, to admins and owners too.
    Owner,
}

/// Who may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Allowed {
    /// Every member.
    Everyone,
    /// Admins and owners.
    Admins,
}

impl Allowed {
    /// Whether somebody of this role may.
    #[must_use]
    pub fn permits(self, role: Role) -> bool {
        self == Self::Everyone || role >= Role::Admin
    }
}

/// A group's charter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    /// Rises by one with every change.
    pub version: u32,
    /// Who may add people.
    pub add: Allowed,
    /// Who may change name, picture and description.
    pub edit: Allowed,
    /// Who may write.
    pub send: Allowed,
    /// Whether an admin has to approve who comes by a link.
    pub needs_approval: bool,
    /// How many of the last messages new members get to see; 0: none.
    pub shares_history: u8,
    /// SHA-256 of the encoded group info.
    pub info_hash: [u8; INFO_HASH_LEN],
    /// Admins and owners; all others are members.
    roles: BTreeMap<AccountId, Role>,
}

/// Why bytes are not a charter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CharterError {
    /// A format of a later version.
    #[error("the group's charter was made by a newer version")]
    Format,
    /// Shorter or longer than its fields.
    #[error("the charter's length does not fit its fields")]
    Length,
    /// A flag, number or role that means nothing, or accounts out of order.
    #[error("the charter holds a value that does not belong there")]
    Value,
}

impl Charter {
    /// The charter of a new group: its maker owns it, everybody may write, and admins do the rest.
    #[must_use]
    pub fn founding(owner: AccountId, info_hash: [u8; INFO_HASH_LEN]) -> Self {
        Self {
            version: 1,
            add: Allowed::Admins,
            edit: Allowed::Admins,
            send: Allowed::Everyone,
            needs_approval: false,
            shares_history: 0,
            info_hash,
            roles: BTreeMap::from([(owner, Role::Owner)]),
        }
    }

    /// What an account is.
    #[must_use]
    pub fn role(&self, account: AccountId) -> Role {
        self.roles.get(&account).copied().unwrap_or(Role::Member)
    }

    /// Admins and owners, by account.
    pub fn roles(&self) -> impl Iterator<Item = (AccountId, Role)> + '_ {
        self.roles.iter().map(|(account, role)| (*account, *role))
    }

    /// Gives an account a role; [`Role::Member`] takes every other away.
    pub fn set_role(&mut self, account: AccountId, role: Role) {
        match role {
            Role::Member => self.roles.remove(&account),
            role => self.roles.insert(account, role),
        };
    }

    /// Whether this may be the charter of a group of these accounts: roles belong to members, and there
    /// is an owner.
    #[must_use]
    pub fn fits(&self, members: &BTreeSet<AccountId>) -> bool {
        self.roles.keys().all(|account| members.contains(account))
            && self.roles.values().any(|role| *role == Role::Owner)
            && self.roles.len() <= ROLES_MAX
    }

    /// The one encoding of this charter.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let flags = flag(self.add == Allowed::Everyone, EVERYONE_ADDS)
            | flag(self.edit == Allowed::Everyone, EVERYONE_EDITS)
            | flag(self.send == Allowed::Everyone, EVERYONE_SENDS)
            | flag(self.needs_approval, NEEDS_APPROVAL);
        let mut bytes = Vec::with_capacity(HEAD_LEN + self.roles.len() * ROLE_LEN);
        bytes.push(FORMAT);
        bytes.extend(self.version.to_be_bytes());
        bytes.extend([flags, self.shares_history]);
        bytes.extend(self.info_hash);
        let count = u16::try_from(self.roles.len()).unwrap_or(u16::MAX);
        bytes.extend(count.to_be_bytes());
        for (account, role) in &self.roles {
            bytes.extend(account.as_bytes());
            bytes.push(*role as u8);
        }
        bytes
    }

    /// Reads an encoded charter; only the one encoding of it is accepted.
    ///
    /// # Errors
    /// Says what is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, CharterError> {
        let (&format, _) = bytes.split_first().ok_or(CharterError::Length)?;
        if format != FORMAT {
            return Err(CharterError::Format);
        }
        let (head, roles) = bytes
            .split_first_chunk::<HEAD_LEN>()
            .ok_or(CharterError::Length)?;
        let version = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let (flags, shares_history) = (head[5], head[6]);
        let mut info_hash = [0; INFO_HASH_LEN];
        info_hash.copy_from_slice(&head[7..7 + INFO_HASH_LEN]);
        let count = usize::from(u16::from_be_bytes([head[HEAD_LEN - 2], head[HEAD_LEN - 1]]));
        let known = EVERYONE_ADDS | EVERYONE_EDITS | EVERYONE_SENDS | NEEDS_APPROVAL;
        if flags & !known != 0 || shares_history > SHARED_HISTORY_MAX || count > ROLES_MAX {
            return Err(CharterError::Value);
        }
        if roles.len() != count * ROLE_LEN {
            return Err(CharterError::Length);
        }
        let allowed = |flag: u8| match flags & flag {
            0 => Allowed::Admins,
            _ => Allowed::Everyone,
        };
        Ok(Self {
            version,
            add: allowed(EVERYONE_ADDS),
            edit: allowed(EVERYONE_EDITS),
            send: allowed(EVERYONE_SENDS),
            needs_approval: flags & NEEDS_APPROVAL != 0,
            shares_history,
            info_hash,
            roles: decode_roles(roles)?,
        })
    }
}

fn decode_roles(bytes: &[u8]) -> Result<BTreeMap<AccountId, Role>, CharterError> {
    let mut roles = BTreeMap::new();
    let mut last = None;
    for entry in bytes.chunks_exact(ROLE_LEN) {
        let (account, role) = entry.split_at(AccountId::LEN);
        let account = AccountId::try_from(account).map_err(|_| CharterError::Length)?;
        let role = match role {
            [1] => Role::Admin,
            [2] => Role::Owner,
            _ => return Err(CharterError::Value),
        };
        if last.is_some_and(|last| last >= account) {
            return Err(CharterError::Value);
        }
        last = Some(account);
        roles.insert(account, role);
    }
    Ok(roles)
}
