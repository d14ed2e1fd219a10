//! Who is in a conversation's MLS group from the start.

use pipit_domain::AccountId;
use pipit_e2ee::Charter;
use pipit_store::Transaction;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{ConversationKind, ConversationRow};
use pipit_store::table::group_member::{self, Standing};

use super::info::charter_of;
use crate::commit::not_a_member;
use crate::error::ClientError;
use crate::session::Session;

/// Accounts up to which a group starts with everybody in it. Its first Welcome is not cut, so each device
/// downloads the secrets of all; larger groups start small and are filled by commits.
const FOUNDERS_MAX: usize = 8;

impl Session {
    /// The accounts that are in a conversation's group from the start.
    ///
    /// # Errors
    /// When this account is not in the group any more: it is not made a second time.
    pub(crate) async fn first_members(
        &self,
        place: &ConversationRow,
    ) -> Result<Vec<AccountId>, ClientError> {
        let mut accounts = vec![self.own()];
        accounts.extend(place.peer);
        if place.kind != ConversationKind::Group {
            return Ok(accounts);
        }
        let row = place.conversation;
        let wanted = self
            .store
            .read(move |connection| {
                let group = chat_group::get(connection, row)?.ok_or_else(not_a_member)?;
                if group.membership != Membership::In {
                    return Err(not_a_member());
                }
                Ok(group_member::list(connection, row, Standing::Wanted)?)
            })
            .await?;
        if wanted.len() <= FOUNDERS_MAX {
            accounts.extend(wanted);
        }
        Ok(accounts)
    }
}

/// The charter with which a conversation's group is made; `None` for one without.
///
/// # Errors
/// When the history can't be read.
pub(crate) fn founding(
    transaction: &Transaction<'_>,
    place: &ConversationRow,
) -> Result<Option<Charter>, ClientError> {
    match chat_group::get(transaction, place.conversation)? {
        Some(group) => charter_of(&group).map(Some),
        None => Ok(None),
    }
}

/// These accounts are in from the start.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn note_founders(
    transaction: &Transaction<'_>,
    row: i64,
    accounts: Vec<AccountId>,
) -> Result<(), ClientError> {
    for account in accounts {
        group_member::set(transaction, row, account, Standing::In)?;
    }
    Ok(())
}

/// The group with these accounts in it never was: whoever was to be in it is still wanted.
///
/// # Errors
/// When the history can't be read or written.
pub(crate) fn forget_founders(
    transaction: &Transaction<'_>,
    row: i64,
    own: AccountId,
) -> Result<(), ClientError> {
    for account in group_member::list(transaction, row, Standing::In)? {
        if account != own {
            group_member::set(transaction, row, account, Standing::Wanted)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use pipit_domain::{ConversationId, Timestamp};
    use pipit_store::table::conversation;

    use super::*;
    use crate::testing::with_store;

    #[tokio::test]
    async fn who_was_in_a_group_that_the_server_refused_is_in_the_next() {
        with_store(|transaction| {
            let [own, ada, bob] = [1, 2, 3].map(|n| AccountId::new([n; 32]));
            let (id, kind) = (ConversationId::new([3; 16]), ConversationKind::Group);
            let at = Timestamp::from_millis(1);
            let row = conversation::ensure(transaction, id, kind, None, at)?.conversation;
            group_member::set(transaction, row, own, Standing::In)?;
            for account in [ada, bob] {
                group_member::set(transaction, row, account, Standing::Wanted)?;
            }
            note_founders(transaction, row, vec![ada, bob])?;
            let wanted = || group_member::list(transaction, row, Standing::Wanted);
            assert_eq!(wanted()?, []);
            forget_founders(transaction, row, own)?;
            assert_eq!(wanted()?, [ada, bob]);
            assert_eq!(group_member::list(transaction, row, Standing::In)?, [own]);
            Ok(())
        })
        .await;
    }
}
