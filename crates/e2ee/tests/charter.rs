//! The charter: agreed by everybody, and kept against whoever breaks it.

mod support;

use std::collections::BTreeMap;

use openmls::prelude::{Extension, ExtensionType, Extensions, UnknownExtension};
use openmls::prelude::{MlsGroup, RequiredCapabilitiesExtension, tls_codec::Serialize as _};
use openmls_traits::OpenMlsProvider as _;
use pipit_domain::DeviceId;
use pipit_e2ee::{
    Allowed, Breach, Change, Charter, CommitError, Group, JoinError, OpenError, Refusal, Role,
    Suite,
};
use pipit_wire::charter::EXTENSION_TYPE;
use support::*;

/// Alice owns the group, Bob and Carol are in it.
struct Three {
    alice: Device,
    bob: Device,
    carol: Device,
    ledgers: Ledgers,
}

fn three(suite: Suite) -> Three {
    let mut ledgers = Ledgers::new();
    let [alice, bob, carol] = [1, 2, 3].map(|seed| Device::first(seed, &mut ledgers));
    let others = [&bob, &carol].map(|device| device.leaf(suite, &ledgers));
    let charter = Charter::founding(alice.identity.leaf().account, [5; 32]);
    let (_, created) = Group::create_chartered(
        &alice.provider(),
        &alice.identity,
        GROUP,
        suite,
        others.into(),
        &charter,
        now(),
    )
    .unwrap();
    bob.join(&created, &ledgers);
    carol.join(&created, &ledgers);
    Three {
        alice,
        bob,
        carol,
        ledgers,
    }
}

fn next(device: &Device, change: impl FnOnce(&mut Charter)) -> Charter {
    let mut charter = device.group().charter().unwrap();
    charter.version += 1;
    change(&mut charter);
    charter
}

#[test]
fn everybody_has_the_charter_and_follows_its_changes() {
    for suite in Suite::ALL {
        let Three {
            alice,
            bob,
            carol,
            ledgers,
        } = three(suite);
        let bobs = bob.identity.leaf().account;
        assert_eq!(alice.group().charter(), bob.group().charter());
        let after = next(&alice, |charter| charter.set_role(bobs, Role::Admin));
        let commit = alice.commit(Change::renew().and_charter(after.clone()));
        assert_eq!(alice.confirm().charter, Some(after.clone()));
        let seen = bob.follow(&commit.commit, &ledgers);
        carol.follow(&commit.commit, &ledgers);
        assert_eq!(seen.charter_before.unwrap().role(bobs), Role::Member);
        assert_eq!(seen.charter, Some(after));
        let later = bob.commit(Change::remove(vec![carol.identity.leaf().device]));
        bob.confirm();
        assert!(!carol.follow(&later.commit, &ledgers).is_member);
        alice.follow(&later.commit, &ledgers);
        assert_eq!(
            alice.read(&bob.seal(envelope(1), b"two"), &ledgers),
            b"two",
            "past the change of members"
        );
    }
}

#[test]
fn a_commit_against_the_charter_is_not_made() {
    let Three {
        alice, bob, carol, ..
    } = three(Suite::Classical);
    let refused =
        |change| match bob
            .group()
            .commit(&bob.provider(), &bob.identity, change, envelope(9))
        {
            Err(CommitError::Refused(Refusal::Breach(breach))) => breach,
            other => panic!("expected a breach, got {other:?}"),
        };
    let carols = carol.identity.leaf().device;
    assert_eq!(refused(Change::remove(vec![carols])), Breach::Remove);
    assert_eq!(
        refused(Change::remove(vec![alice.identity.leaf().device])),
        Breach::Remove
    );
    let opened = next(&bob, |charter| charter.add = Allowed::Everyone);
    assert_eq!(
        refused(Change::renew().and_charter(opened)),
        Breach::Permissions
    );
}

/// A commit that our code would not make, made with the library alone.
fn forge(device: &Device, extensions: Option<&Charter>, remove: Option<DeviceId>) -> Vec<u8> {
    let provider = device.provider();
    let id = openmls::prelude::GroupId::from_slice(GROUP.as_bytes());
    let mut group = MlsGroup::load(provider.storage(), &id).unwrap().unwrap();
    let places: BTreeMap<_, _> = group
        .members()
        .map(|member| {
            (
                member.credential.serialized_content().to_vec(),
                member.index,
            )
        })
        .collect();
    let removals = remove.map(|device| {
        let found = places
            .iter()
            .find(|(name, _)| name.ends_with(device.as_bytes()));
        *found.unwrap().1
    });
    let mut builder = group
        .commit_builder()
        .force_self_update(true)
        .propose_removals(removals);
    if let Some(charter) = extensions {
        let kind = ExtensionType::Unknown(EXTENSION_TYPE);
        let both = Extensions::from_vec(vec![
            Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(&[kind], &[], &[])),
            Extension::Unknown(EXTENSION_TYPE, UnknownExtension(charter.encode())),
        ]);
        builder = builder
            .propose_group_context_extensions(both.unwrap())
            .unwrap();
    }
    let bundle = builder
        .load_psks(provider.storage())
        .unwrap()
        .build(provider.rand(), provider.crypto(), &device.identity, |_| {
            true
        })
        .unwrap()
        .stage_commit(&provider)
        .unwrap();
    bundle.into_commit().tls_serialize_detached().unwrap()
}

#[test]
fn a_commit_against_the_charter_is_refused_and_the_epoch_stays() {
    let made: [fn(&Three) -> Vec<u8>; 4] = [
        |all| {
            let taken = next(&all.bob, |charter| {
                charter.set_role(all.bob.identity.leaf().account, Role::Owner);
            });
            forge(&all.bob, Some(&taken), None)
        },
        |all| forge(&all.bob, None, Some(all.carol.identity.leaf().device)),
        |all| forge(&all.bob, None, Some(all.alice.identity.leaf().device)),
        |all| {
            let mut skipped = next(&all.bob, |_| {});
            skipped.version += 7;
            forge(&all.bob, Some(&skipped), None)
        },
    ];
    for make in made {
        let all = three(Suite::Classical);
        let commit = make(&all);
        let before = all.alice.group().epoch();
        let opened = all.alice.open(&commit, &all.ledgers);
        assert!(
            matches!(opened, Err(OpenError::Refused(Refusal::Breach(_)))),
            "{opened:?}"
        );
        assert_eq!(all.alice.group().epoch(), before);
    }
}

#[test]
fn single_devices_of_others_go_only_when_revoked() {
    let mut all = three(Suite::Classical);
    let phone = all.bob.sibling(22, &mut all.ledgers);
    let leaf = phone.leaf(Suite::Classical, &all.ledgers);
    let add = all.bob.commit(Change::add(vec![leaf]));
    all.bob.confirm();
    all.alice.follow(&add.commit, &all.ledgers);
    all.carol.follow(&add.commit, &all.ledgers);
    let gone = phone.identity.leaf();
    let removal = all.alice.commit(Change::remove(vec![gone.device]));
    all.alice.confirm();
    assert!(matches!(
        all.carol.open(&removal.commit, &all.ledgers),
        Err(OpenError::Refused(Refusal::StillInForce(leaf))) if leaf == gone
    ));
    let key = all.bob.key.clone();
    let ledger = all.ledgers.get_mut(&gone.account).unwrap();
    ledger.revoke_device(&key, gone.device, now()).unwrap();
    assert_eq!(
        all.carol.follow(&removal.commit, &all.ledgers).removed,
        [gone]
    );
}

#[test]
fn a_tree_that_did_not_come_is_asked_for_by_group_and_epoch() {
    let mut ledgers = Ledgers::new();
    let [alice, bob] = [1, 2].map(|seed| Device::first(seed, &mut ledgers));
    let created = alice.create(Suite::Classical, &[&bob], &ledgers);
    let welcome = created.welcome.unwrap();
    let joined = Group::join(&bob.provider(), &bob.identity, &welcome, &[], &ledgers);
    assert!(matches!(
        joined,
        Err(JoinError::NeedsTree { group: GROUP, epoch }) if epoch == alice.group().epoch()
    ));
}

#[test]
fn a_group_whose_charter_names_strangers_is_not_joined() {
    let mut ledgers = Ledgers::new();
    let [alice, bob] = [1, 2].map(|seed| Device::first(seed, &mut ledgers));
    let mut charter = Charter::founding(alice.identity.leaf().account, [5; 32]);
    charter.set_role(pipit_domain::AccountId::new([9; 32]), Role::Admin);
    let made = Group::create_chartered(
        &alice.provider(),
        &alice.identity,
        GROUP,
        Suite::Classical,
        vec![bob.leaf(Suite::Classical, &ledgers)],
        &charter,
        now(),
    );
    assert!(made.is_err());
}

#[test]
fn another_device_of_ones_own_goes_only_when_revoked() {
    let (alice, bob, mut ledgers) = support::alice_and_bob(Suite::Classical);
    let tablet = bob.sibling(22, &mut ledgers);
    let add = bob.commit(Change::add(vec![tablet.leaf(Suite::Classical, &ledgers)]));
    bob.confirm();
    alice.follow(&add.commit, &ledgers);
    let gone = tablet.identity.leaf();
    let removal = bob.commit(Change::remove(vec![gone.device]));
    bob.confirm();
    // A server that hides the revocation would let the device come in again.
    assert!(matches!(
        alice.open(&removal.commit, &ledgers),
        Err(OpenError::Refused(Refusal::StillInForce(leaf))) if leaf == gone
    ));
    let ledger = ledgers.get_mut(&gone.account).unwrap();
    ledger.revoke_device(&bob.key, gone.device, now()).unwrap();
    assert_eq!(alice.follow(&removal.commit, &ledgers).removed, [gone]);
}
