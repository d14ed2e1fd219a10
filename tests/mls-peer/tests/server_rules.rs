//! What our clients refuse in a valid commit, the server refuses first: else one insider could leave
//! everybody else behind.

#![allow(
    clippy::disallowed_methods,
    reason = "both sides check lifetimes against the system's clock"
)]

use std::collections::HashMap;

use openmls::prelude::tls_codec::Serialize as _;
use openmls::prelude::{
    BasicCredential, CredentialWithKey, Extension, ExtensionType, Extensions, ExternalSender,
    LeafNodeParameters, MlsGroup, MlsMessageOut, OpenMlsProvider as _,
    RequiredCapabilitiesExtension, SignaturePublicKey, UnknownExtension,
};
use pipit_domain::{AccountId, EnvelopeId, GroupId, Timestamp};
use pipit_e2ee::{
    Breach, Change, Charter, Commit, Created, Crypto, Group, Identity, MemoryStorage, NewLeaf,
    Provider, Role, Suite, generate_key_packages,
};
use pipit_ledger::{Ledger, SecretKey};
use pipit_public_group::{HandshakeError, OpenedGroup, apply, check_welcome, open, slice_welcome};
use pipit_wire::charter::EXTENSION_TYPE;

const GROUP: GroupId = GroupId::new([7; 16]);
const ENVELOPE: EnvelopeId = EnvelopeId::new([1; 16]);

type Ledgers = HashMap<AccountId, Ledger>;

fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap())
}

struct Device {
    key: SecretKey,
    identity: Identity,
    crypto: Crypto,
    storage: MemoryStorage,
}

impl Device {
    fn new(account: AccountId, key: SecretKey) -> Self {
        let identity = Identity::new(account, key.clone());
        Self {
            key,
            identity,
            crypto: Crypto::default(),
            storage: MemoryStorage::default(),
        }
    }

    fn first(seed: u8, ledgers: &mut Ledgers) -> Self {
        let key = SecretKey::from_seed(&[seed; 32]);
        let recovery = SecretKey::from_seed(&[seed + 100; 32]).public();
        let ledger = Ledger::create(&key, &recovery, now());
        let account = ledger.account();
        ledgers.insert(account, ledger);
        Self::new(account, key)
    }

    fn sibling(&self, seed: u8, ledgers: &mut Ledgers) -> Self {
        let key = SecretKey::from_seed(&[seed; 32]);
        let account = self.identity.leaf().account;
        ledgers
            .get_mut(&account)
            .unwrap()
            .add_device(&self.key, &key, now())
            .unwrap();
        Self::new(account, key)
    }

    fn provider(&self) -> Provider<'_, MemoryStorage> {
        Provider::new(&self.crypto, &self.storage)
    }

    fn leaf(&self, suite: Suite, ledgers: &Ledgers) -> NewLeaf {
        let provider = self.provider();
        let made =
            generate_key_packages(&provider, &self.identity, suite, 1, false, now()).unwrap();
        NewLeaf::verify(&provider, &made[0].bytes, suite, ledgers, now()).unwrap()
    }

    fn group(&self) -> Group {
        Group::load(&self.provider(), GROUP).unwrap().unwrap()
    }

    /// Our group without our wrapper: an insider's.
    fn raw(&self) -> MlsGroup {
        let id = openmls::prelude::GroupId::from_slice(GROUP.as_bytes());
        MlsGroup::load(self.provider().storage(), &id)
            .unwrap()
            .unwrap()
    }

    fn commit(&self, change: Change) -> Commit {
        self.group()
            .commit(&self.provider(), &self.identity, change, ENVELOPE)
            .unwrap()
            .1
    }

    fn confirm(&self) {
        self.group().confirm(&self.provider()).unwrap();
    }
}

fn bytes(message: &MlsMessageOut) -> Vec<u8> {
    message.tls_serialize_detached().unwrap()
}

/// A conversation of two, and the server's view of it.
fn scene(suite: Suite) -> (Device, Device, Created, OpenedGroup, Ledgers) {
    let mut ledgers = Ledgers::new();
    let alice = Device::first(1, &mut ledgers);
    let bob = Device::first(2, &mut ledgers);
    let others = vec![bob.leaf(suite, &ledgers)];
    let made = Group::create(
        &alice.provider(),
        &alice.identity,
        GROUP,
        suite,
        others,
        now(),
    );
    let (_, created) = made.unwrap();
    let welcome = created.welcome.as_ref().unwrap();
    Group::join(
        &bob.provider(),
        &bob.identity,
        welcome,
        &created.tree,
        &ledgers,
    )
    .unwrap();
    let opened = open(&created.group_info, &created.tree).unwrap();
    (alice, bob, created, opened, ledgers)
}

#[test]
fn everything_that_our_client_makes_passes() {
    for suite in Suite::ALL {
        let (alice, bob, created, opened, mut ledgers) = scene(suite);
        assert_eq!(
            (opened.group, opened.epoch, opened.leaves.len()),
            (GROUP, 1, 2)
        );
        check_welcome(created.welcome.as_ref().unwrap(), opened.suite, 1).unwrap();

        let laptop = alice.sibling(11, &mut ledgers);
        let add = alice.commit(Change::add(vec![laptop.leaf(suite, &ledgers)]));
        alice.confirm();
        let second = apply(&opened.state, GROUP, &add.commit, &add.group_info).unwrap();
        let count = second.added.len();
        assert_eq!((second.epoch, count, second.leaves.len()), (2, 1, 3));
        assert_eq!(second.tree, alice.group().tree().unwrap());

        let remove = alice.commit(Change::remove(vec![bob.identity.leaf().device]));
        alice.confirm();
        let third = apply(&second.state, GROUP, &remove.commit, &remove.group_info).unwrap();
        let renewal = alice.commit(Change::renew());
        alice.confirm();
        let fourth = apply(&third.state, GROUP, &renewal.commit, &renewal.group_info).unwrap();

        // The laptop never read its Welcome: it comes in from outside in its old leaf's place.
        let (_, join) = Group::join_external(
            &laptop.provider(),
            &laptop.identity,
            &renewal.group_info,
            &fourth.tree,
            &ledgers,
            ENVELOPE,
        )
        .unwrap();
        let fifth = apply(&fourth.state, GROUP, &join.commit, &join.group_info).unwrap();
        let count = fifth.added.len();
        assert_eq!((fifth.epoch, count, fifth.leaves.len()), (5, 0, 2));
        assert_eq!(
            fifth.committer.address.device,
            laptop.identity.leaf().device
        );
    }
}

#[test]
fn nobody_renames_a_leaf() {
    let (alice, bob, _, opened, _) = scene(Suite::Classical);
    let account = alice.identity.leaf().account;
    let name = [&account.as_bytes()[..], bob.key.device_id().as_bytes()].concat();
    let renamed = CredentialWithKey {
        credential: BasicCredential::new(name).into(),
        signature_key: SignaturePublicKey::from(bob.key.public().as_bytes().to_vec()),
    };
    let leaf = LeafNodeParameters::builder()
        .with_credential_with_key(renamed)
        .build();
    let provider = bob.provider();
    let mut group = bob.raw();
    let bundle = group.self_update(&provider, &bob.identity, leaf).unwrap();
    let commit = bytes(bundle.commit());
    group.merge_pending_commit(&provider).unwrap();
    let info = bytes(
        &group
            .export_group_info(provider.crypto(), &bob.identity, false)
            .unwrap(),
    );
    assert_eq!(
        apply(&opened.state, GROUP, &commit, &info).err(),
        Some(HandshakeError::Invalid)
    );
}

#[test]
fn nobody_opens_a_group_to_outsiders() {
    let (_, bob, _, opened, _) = scene(Suite::Classical);
    let sender = ExternalSender::new(
        SignaturePublicKey::from(bob.key.public().as_bytes().to_vec()),
        BasicCredential::new(b"outsider".to_vec()).into(),
    );
    let extensions = Extensions::single(Extension::ExternalSenders(vec![sender])).unwrap();
    let provider = bob.provider();
    let mut group = bob.raw();
    let (commit, _, _) = group
        .update_group_context_extensions(&provider, extensions, &bob.identity)
        .unwrap();
    let commit = bytes(&commit);
    group.merge_pending_commit(&provider).unwrap();
    let info = bytes(
        &group
            .export_group_info(provider.crypto(), &bob.identity, false)
            .unwrap(),
    );
    assert_eq!(
        apply(&opened.state, GROUP, &commit, &info).err(),
        Some(HandshakeError::Invalid)
    );
    // Neither is such a group taken in as a new conversation.
    let tree = group
        .export_ratchet_tree()
        .tls_serialize_detached()
        .unwrap();
    assert_eq!(open(&info, &tree).err(), Some(HandshakeError::Invalid));
}

#[test]
fn a_group_info_with_a_tree_of_its_own_is_refused() {
    let (alice, _, created, _, _) = scene(Suite::Classical);
    let provider = alice.provider();
    let info = alice
        .raw()
        .export_group_info(provider.crypto(), &alice.identity, true)
        .unwrap();
    assert_eq!(
        open(&bytes(&info), &created.tree).err(),
        Some(HandshakeError::Invalid)
    );
}

#[test]
fn a_proposal_by_itself_is_no_commit() {
    let (_, bob, created, opened, _) = scene(Suite::Classical);
    let leaf = LeafNodeParameters::builder().build();
    let (proposal, _) = bob
        .raw()
        .propose_self_update(&bob.provider(), &bob.identity, leaf)
        .unwrap();
    let refused = apply(&opened.state, GROUP, &bytes(&proposal), &created.group_info);
    assert_eq!(refused.err(), Some(HandshakeError::Malformed));
}

/// A group that Alice owns, with Bob, Carol and the server's view of it.
fn chartered(suite: Suite) -> ([Device; 3], OpenedGroup, Ledgers) {
    let mut ledgers = Ledgers::new();
    let all = [1, 2, 3].map(|seed| Device::first(seed, &mut ledgers));
    let [alice, others @ ..] = &all;
    let leaves = others.each_ref().map(|other| other.leaf(suite, &ledgers));
    let charter = Charter::founding(alice.identity.leaf().account, [5; 32]);
    let (_, created) = Group::create_chartered(
        &alice.provider(),
        &alice.identity,
        GROUP,
        suite,
        leaves.into(),
        &charter,
        now(),
    )
    .unwrap();
    let welcome = created.welcome.as_ref().unwrap();
    for other in others {
        let (provider, identity) = (other.provider(), &other.identity);
        Group::join(&provider, identity, welcome, &created.tree, &ledgers).unwrap();
    }
    let opened = open(&created.group_info, &created.tree).unwrap();
    assert_eq!(opened.charter, Some(charter));
    (all, opened, ledgers)
}

/// A commit that our client would not make, and the GroupInfo after it.
fn forged(device: &Device, charter: Option<&Charter>, remove: Option<u32>) -> (Vec<u8>, Vec<u8>) {
    let provider = device.provider();
    let mut group = device.raw();
    let mut builder = group
        .commit_builder()
        .force_self_update(true)
        .propose_removals(remove.map(openmls::prelude::LeafNodeIndex::new));
    if let Some(charter) = charter {
        let kind = ExtensionType::Unknown(EXTENSION_TYPE);
        let extensions = Extensions::from_vec(vec![
            Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(&[kind], &[], &[])),
            Extension::Unknown(EXTENSION_TYPE, UnknownExtension(charter.encode())),
        ]);
        builder = builder
            .propose_group_context_extensions(extensions.unwrap())
            .unwrap();
    }
    let bundle = builder
        .load_psks(provider.storage())
        .unwrap()
        .create_group_info(true)
        .build(provider.rand(), provider.crypto(), &device.identity, |_| {
            true
        })
        .unwrap()
        .stage_commit(&provider)
        .unwrap();
    let (commit, _, info) = bundle.into_messages();
    let info = info.map(|info| info.tls_serialize_detached().unwrap());
    (bytes(&commit), info.unwrap())
}

#[test]
fn a_commit_against_the_charter_does_not_pass() {
    let next = |device: &Device, change: fn(&mut Charter, AccountId)| {
        let mut charter = device.group().charter().unwrap();
        charter.version += 1;
        change(&mut charter, device.identity.leaf().account);
        charter
    };
    /// How the charter changes, whom the commit removes, and which rule that breaks.
    type Case = (fn(&mut Charter, AccountId), Option<u32>, Breach);
    let cases: [Case; 4] = [
        (|_, _| {}, Some(2), Breach::Remove),
        (|_, _| {}, Some(0), Breach::Remove),
        (
            |charter, own| charter.set_role(own, Role::Owner),
            None,
            Breach::Role,
        ),
        (|charter, _| charter.version += 1, None, Breach::Version),
    ];
    for (change, remove, breach) in cases {
        let ([_, bob, _], opened, _) = chartered(Suite::Classical);
        let charter = next(&bob, change);
        let (commit, info) = forged(&bob, Some(&charter), remove);
        assert_eq!(
            apply(&opened.state, GROUP, &commit, &info).err(),
            Some(HandshakeError::Breach(breach))
        );
    }
    // A charter that is none, and one in the wrong company, are no extensions of ours.
    let ([_, bob, _], opened, _) = chartered(Suite::Classical);
    let provider = bob.provider();
    let mut group = bob.raw();
    let (commit, _, info) = group
        .update_group_context_extensions(&provider, Extensions::empty(), &bob.identity)
        .unwrap();
    let info = info.map_or_else(Vec::new, |info| info.tls_serialize_detached().unwrap());
    assert_eq!(
        apply(&opened.state, GROUP, &bytes(&commit), &info).err(),
        Some(HandshakeError::Breach(Breach::Appeared))
    );
}

#[test]
fn an_owners_change_passes_and_the_charter_is_told() {
    for suite in Suite::ALL {
        let ([alice, bob, carol], opened, _) = chartered(suite);
        let mut charter = alice.group().charter().unwrap();
        charter.version += 1;
        charter.set_role(bob.identity.leaf().account, Role::Admin);
        let gone = carol.identity.leaf().device;
        let change = Change::remove(vec![gone]).and_charter(charter.clone());
        let commit = alice.commit(change);
        let applied = apply(&opened.state, GROUP, &commit.commit, &commit.group_info).unwrap();
        assert_eq!(applied.charter, Some(charter));
        assert_eq!((applied.leaves.len(), applied.dropped.len()), (2, 0));
    }
}

#[test]
fn a_device_that_its_account_keeps_is_named_when_others_remove_it() {
    let ([alice, bob, _], opened, mut ledgers) = chartered(Suite::Classical);
    let phone = bob.sibling(12, &mut ledgers);
    let add = alice.commit(Change::add(vec![phone.leaf(Suite::Classical, &ledgers)]));
    alice.confirm();
    let second = apply(&opened.state, GROUP, &add.commit, &add.group_info).unwrap();
    let gone = phone.identity.leaf().device;
    let removal = alice.commit(Change::remove(vec![gone]));
    let third = apply(&second.state, GROUP, &removal.commit, &removal.group_info).unwrap();
    let dropped: Vec<_> = third
        .dropped
        .iter()
        .map(|leaf| leaf.address.device)
        .collect();
    assert_eq!(dropped, [gone]);
}

#[test]
fn each_joiner_needs_only_its_slice_of_a_welcome() {
    for suite in Suite::ALL {
        let ([alice, ..], opened, mut ledgers) = chartered(suite);
        let joiners: Vec<_> = (20..60)
            .map(|seed| Device::first(seed, &mut ledgers))
            .collect();
        let leaves = joiners.iter().map(|joiner| joiner.leaf(suite, &ledgers));
        let add = alice.commit(Change::add(leaves.collect()));
        alice.confirm();
        let applied = apply(&opened.state, GROUP, &add.commit, &add.group_info).unwrap();
        let welcome = add.welcome.unwrap();
        let slices = slice_welcome(&welcome, applied.suite, &applied.added).unwrap();
        assert_eq!(slices.len(), joiners.len());
        for (joiner, (leaf, slice)) in joiners.iter().zip(&slices) {
            assert_eq!(leaf.address.device, joiner.identity.leaf().device);
            assert!(slice.len() < welcome.len() / 10);
            let (provider, identity) = (joiner.provider(), &joiner.identity);
            Group::join(&provider, identity, slice, &applied.tree, &ledgers).unwrap();
            assert_eq!(joiner.group().charter(), alice.group().charter());
        }
        assert!(slice_welcome(&welcome, applied.suite, &applied.added[1..]).is_err());
    }
}
