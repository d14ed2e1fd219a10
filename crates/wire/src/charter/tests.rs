//! Tests of the charter: its encoding, its bounds, and who may change what.

use std::collections::BTreeSet;

use pipit_domain::AccountId;
use proptest::prelude::*;

use super::{Allowed, Breach, Charter, CharterError, ROLES_MAX, Role, Step};

fn account(n: u8) -> AccountId {
    AccountId::new([n; 32])
}

const OWNER: u8 = 1;
const ADMIN: u8 = 2;
const MEMBER: u8 = 3;
const OTHER: u8 = 4;
const OTHER_ADMIN: u8 = 5;

fn members() -> BTreeSet<AccountId> {
    [OWNER, ADMIN, MEMBER, OTHER, OTHER_ADMIN]
        .map(account)
        .into()
}

fn charter() -> Charter {
    let mut charter = Charter::founding(account(OWNER), [7; 32]);
    charter.set_role(account(ADMIN), Role::Admin);
    charter.set_role(account(OTHER_ADMIN), Role::Admin);
    charter
}

/// The next version after a change.
fn changed(change: impl FnOnce(&mut Charter)) -> Charter {
    let mut after = charter();
    after.version += 1;
    change(&mut after);
    after
}

fn judge(actor: u8, after: &Charter, members_after: &BTreeSet<AccountId>) -> Result<(), Breach> {
    Step {
        actor: account(actor),
        before: Some(&charter()),
        after: Some(after),
        members_before: &members(),
        members_after,
    }
    .check()
}

fn with(n: u8) -> BTreeSet<AccountId> {
    let mut members = members();
    members.insert(account(n));
    members
}

fn without(n: u8) -> BTreeSet<AccountId> {
    let mut members = members();
    members.remove(&account(n));
    members
}

#[test]
fn a_charter_has_one_encoding() {
    let bytes = charter().encode();
    assert_eq!(bytes.len(), 41 + 3 * 33);
    assert_eq!(bytes[..7], [1, 0, 0, 0, 1, 4, 0]);
    assert_eq!(Charter::decode(&bytes), Ok(charter()));
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Charter::decode(&longer), Err(CharterError::Length));
    let mut swapped = bytes.clone();
    swapped[41..107].rotate_left(33);
    assert_eq!(Charter::decode(&swapped), Err(CharterError::Value));
    let mut newer = bytes;
    newer[0] = 2;
    assert_eq!(Charter::decode(&newer), Err(CharterError::Format));
}

#[test]
fn admins_add_and_others_only_when_everyone_may() {
    for (actor, fine) in [(OWNER, true), (ADMIN, true), (MEMBER, false)] {
        assert_eq!(judge(actor, &charter(), &with(9)).is_ok(), fine, "{actor}");
    }
    assert_eq!(judge(MEMBER, &charter(), &with(9)), Err(Breach::Add));
    let mut open = charter();
    open.add = Allowed::Everyone;
    let step = Step {
        actor: account(MEMBER),
        before: Some(&open),
        after: Some(&open),
        members_before: &members(),
        members_after: &with(9),
    };
    assert_eq!(step.check(), Ok(()));
}

#[test]
fn nobody_removes_their_equal_but_the_owner() {
    assert_eq!(judge(ADMIN, &charter(), &without(MEMBER)), Ok(()));
    assert_eq!(
        judge(MEMBER, &charter(), &without(OTHER)),
        Err(Breach::Remove)
    );
    let dropped = |n| changed(|after| after.set_role(account(n), Role::Member));
    assert_eq!(
        judge(ADMIN, &dropped(OTHER_ADMIN), &without(OTHER_ADMIN)),
        Err(Breach::Remove)
    );
    assert_eq!(
        judge(ADMIN, &dropped(OWNER), &without(OWNER)),
        Err(Breach::Remove)
    );
    assert_eq!(judge(OWNER, &dropped(ADMIN), &without(ADMIN)), Ok(()));
    assert_eq!(
        judge(OWNER, &charter(), &without(ADMIN)),
        Err(Breach::Unfit),
        "a role of somebody who is gone"
    );
}

#[test]
fn roles_rise_by_admins_and_fall_by_owners_or_oneself() {
    let set = |n, role| changed(|after| after.set_role(account(n), role));
    let all = members();
    assert_eq!(judge(ADMIN, &set(MEMBER, Role::Admin), &all), Ok(()));
    assert_eq!(
        judge(MEMBER, &set(OTHER, Role::Admin), &all),
        Err(Breach::Role)
    );
    assert_eq!(
        judge(MEMBER, &set(MEMBER, Role::Admin), &all),
        Err(Breach::Role)
    );
    assert_eq!(
        judge(ADMIN, &set(ADMIN, Role::Owner), &all),
        Err(Breach::Role)
    );
    assert_eq!(
        judge(ADMIN, &set(OTHER_ADMIN, Role::Member), &all),
        Err(Breach::Role)
    );
    assert_eq!(judge(ADMIN, &set(ADMIN, Role::Member), &all), Ok(()));
    assert_eq!(judge(OWNER, &set(ADMIN, Role::Owner), &all), Ok(()));
    assert_eq!(
        judge(OWNER, &set(OWNER, Role::Member), &all),
        Err(Breach::Unfit),
        "the last owner hands over first"
    );
    let handed_over = changed(|after| {
        after.set_role(account(OWNER), Role::Member);
        after.set_role(account(ADMIN), Role::Owner);
    });
    assert_eq!(judge(OWNER, &handed_over, &all), Ok(()));
}

#[test]
fn permissions_and_info_are_the_admins() {
    let all = members();
    let open = changed(|after| after.edit = Allowed::Everyone);
    assert_eq!(judge(ADMIN, &open, &all), Ok(()));
    assert_eq!(judge(MEMBER, &open, &all), Err(Breach::Permissions));
    let shared = changed(|after| after.shares_history = 5);
    assert_eq!(judge(MEMBER, &shared, &all), Err(Breach::Permissions));
    let renamed = changed(|after| after.info_hash = [8; 32]);
    assert_eq!(judge(ADMIN, &renamed, &all), Ok(()));
    assert_eq!(judge(MEMBER, &renamed, &all), Err(Breach::Edit));
}

#[test]
fn versions_follow_and_charters_stay() {
    let all = members();
    let mut skipped = changed(|after| after.info_hash = [8; 32]);
    skipped.version += 1;
    assert_eq!(judge(OWNER, &skipped, &all), Err(Breach::Version));
    let mut same = changed(|after| after.info_hash = [8; 32]);
    same.version -= 1;
    assert_eq!(judge(OWNER, &same, &all), Err(Breach::Version));
    let bare = Step {
        actor: account(OWNER),
        before: Some(&charter()),
        after: None,
        members_before: &all,
        members_after: &all,
    };
    assert_eq!(bare.check(), Err(Breach::Appeared));
    assert_eq!(
        Step {
            actor: account(9),
            after: Some(&charter()),
            ..bare
        }
        .check(),
        Err(Breach::Stranger)
    );
}

fn any_charter() -> impl Strategy<Value = Charter> {
    let role = prop_oneof![Just(Role::Admin), Just(Role::Owner)];
    let roles = proptest::collection::vec((any::<[u8; 32]>(), role), 0..ROLES_MAX);
    let flags = any::<(bool, bool, bool, bool)>();
    (any::<u32>(), flags, 0..=100u8, any::<[u8; 32]>(), roles).prop_map(
        |(version, (add, edit, send, needs_approval), shares_history, info_hash, roles)| {
            let allowed = |everyone| {
                if everyone {
                    Allowed::Everyone
                } else {
                    Allowed::Admins
                }
            };
            let mut charter = Charter {
                version,
                add: allowed(add),
                edit: allowed(edit),
                send: allowed(send),
                needs_approval,
                shares_history,
                ..Charter::founding(account(0), info_hash)
            };
            charter.set_role(account(0), Role::Member);
            for (account, role) in roles {
                charter.set_role(AccountId::new(account), role);
            }
            charter
        },
    )
}

proptest! {
    #[test]
    fn every_charter_reads_back(charter in any_charter()) {
        prop_assert_eq!(Charter::decode(&charter.encode()), Ok(charter));
    }

    #[test]
    fn what_reads_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(charter) = Charter::decode(&bytes) {
            prop_assert_eq!(charter.encode(), bytes);
        }
    }

    /// However a member who is no admin tries, roles, permissions and people stay as they are.
    #[test]
    fn a_plain_member_changes_nothing(after in any_charter(), gone in proptest::option::of(1..6u8), new in any::<bool>()) {
        let mut members_after = if new { with(9) } else { members() };
        if let Some(gone) = gone {
            members_after.remove(&account(gone));
        }
        let before = charter();
        let step = Step {
            actor: account(MEMBER),
            before: Some(&before),
            after: Some(&after),
            members_before: &members(),
            members_after: &members_after,
        };
        prop_assert!(step.check().is_err());
    }
}
