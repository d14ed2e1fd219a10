//! A member who does not keep to our rules: Mallory signs valid MLS with the library itself, and the
//! server, which only checks MLS, lets it pass.

mod support;

use openmls::prelude::tls_codec::Serialize as _;
use openmls::prelude::{
    BasicCredential, Credential, CredentialType, CredentialWithKey, Extension, Extensions,
    ExternalSender, KeyPackage, LeafNodeParameters, MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY, MlsGroup,
    MlsGroupJoinConfig, MlsMessageOut, OpenMlsCrypto as _, OpenMlsProvider as _,
    SignaturePublicKey,
};
use pipit_domain::AccountId;
use pipit_e2ee::{Identity, JoinError, NewLeaf, OpenError, Refusal, Suite};
use pipit_ledger::SecretKey;
use support::*;

fn bytes(message: &MlsMessageOut) -> Vec<u8> {
    message.tls_serialize_detached().unwrap()
}

/// Mallory's group, without our wrapper around it.
fn raw(mallory: &Device) -> MlsGroup {
    let id = openmls::prelude::GroupId::from_slice(GROUP.as_bytes());
    MlsGroup::load(mallory.provider().storage(), &id)
        .unwrap()
        .unwrap()
}

fn named(account: AccountId, device: &[u8], key: &SecretKey) -> CredentialWithKey {
    let name = [&account.as_bytes()[..], device].concat();
    CredentialWithKey {
        credential: BasicCredential::new(name).into(),
        signature_key: SignaturePublicKey::from(key.public().as_bytes().to_vec()),
    }
}

fn key_package_of(owner: &Device, key: &SecretKey, credential: CredentialWithKey) -> KeyPackage {
    let signer = Identity::new(owner.identity.leaf().account, key.clone());
    let suite = openmls::prelude::Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;
    KeyPackage::builder()
        .build(suite, &owner.provider(), &signer, credential)
        .unwrap()
        .into_key_package()
}

fn mallory_adds(mallory: &Device, key_package: KeyPackage) -> Vec<u8> {
    let provider = mallory.provider();
    let (commit, _, _) = raw(mallory)
        .add_members(&provider, &mallory.identity, &[key_package])
        .unwrap();
    bytes(&commit)
}

/// Alice refuses, her group stays where it was, and honest messages go on.
fn refuses(alice: &Device, mallory: &Device, ledgers: &Ledgers, payload: &[u8]) -> OpenError {
    let honest = mallory.seal(envelope(9), b"honest");
    let (epoch, members) = (alice.group().epoch(), alice.group().members());
    let refused = alice.open(payload, ledgers).unwrap_err();
    assert_eq!(
        (alice.group().epoch(), alice.group().members()),
        (epoch, members)
    );
    assert_eq!(alice.read(&honest, ledgers), b"honest");
    refused
}

#[test]
fn a_ghost_device_under_alices_name_is_refused() {
    let (alice, mallory, ledgers) = alice_and_bob(Suite::Classical);
    let ghost = SecretKey::from_seed(&[66; 32]);
    let account = alice.identity.leaf().account;
    let key_package = key_package_of(
        &mallory,
        &ghost,
        named(account, ghost.device_id().as_bytes(), &ghost),
    );
    let commit = mallory_adds(&mallory, key_package);
    let refused = refuses(&alice, &mallory, &ledgers, &commit);
    assert!(
        matches!(refused, OpenError::Refused(Refusal::UnknownLeaf(leaf)) if leaf.account == account)
    );
}

#[test]
fn a_device_id_that_is_not_the_keys_is_refused() {
    let (alice, mallory, ledgers) = alice_and_bob(Suite::Classical);
    let ghost = SecretKey::from_seed(&[66; 32]);
    let leaf = alice.identity.leaf();
    let key_package = key_package_of(
        &mallory,
        &ghost,
        named(leaf.account, leaf.device.as_bytes(), &ghost),
    );
    let commit = mallory_adds(&mallory, key_package.clone());
    let refused = refuses(&alice, &mallory, &ledgers, &commit);
    assert!(matches!(
        refused,
        OpenError::Refused(Refusal::BadCredential)
    ));
    // Neither is it added by us.
    let bytes = bytes(&MlsMessageOut::from(key_package));
    let verified = NewLeaf::verify(&alice.provider(), &bytes, Suite::Classical, &ledgers, now());
    assert!(verified.is_err());
}

#[test]
fn nobody_renames_a_leaf() {
    let (alice, mallory, ledgers) = alice_and_bob(Suite::Classical);
    let account = alice.identity.leaf().account;
    let other_name = named(account, mallory.key.device_id().as_bytes(), &mallory.key);
    let parameters = LeafNodeParameters::builder()
        .with_credential_with_key(other_name)
        .build();
    let provider = mallory.provider();
    let mut group = raw(&mallory);
    let bundle = group
        .self_update(&provider, &mallory.identity, parameters)
        .unwrap();
    let refused = refuses(&alice, &mallory, &ledgers, &bytes(bundle.commit()));
    assert!(matches!(refused, OpenError::Refused(Refusal::TakenOver)));
}

#[test]
fn nobody_opens_the_group_to_outsiders() {
    let (alice, mallory, ledgers) = alice_and_bob(Suite::Classical);
    let outsider = SecretKey::from_seed(&[77; 32]);
    let sender = ExternalSender::new(
        SignaturePublicKey::from(outsider.public().as_bytes().to_vec()),
        Credential::new(CredentialType::Basic, b"outsider".to_vec()),
    );
    let extensions = Extensions::single(Extension::ExternalSenders(vec![sender])).unwrap();
    let provider = mallory.provider();
    let (commit, _, _) = raw(&mallory)
        .update_group_context_extensions(&provider, extensions, &mallory.identity)
        .unwrap();
    let refused = refuses(&alice, &mallory, &ledgers, &bytes(&commit));
    assert!(matches!(refused, OpenError::Refused(Refusal::Forbidden)));
}

#[test]
fn a_proposal_that_would_keep_us_from_sending_is_refused() {
    let (alice, mallory, ledgers) = alice_and_bob(Suite::Classical);
    let provider = mallory.provider();
    let (proposal, _) = raw(&mallory)
        .propose_self_update(
            &provider,
            &mallory.identity,
            LeafNodeParameters::builder().build(),
        )
        .unwrap();
    raw(&mallory)
        .clear_pending_proposals(provider.storage())
        .unwrap();
    let refused = refuses(&alice, &mallory, &ledgers, &bytes(&proposal));
    assert!(matches!(refused, OpenError::Refused(Refusal::Forbidden)));
    alice.seal(envelope(1), b"still able to send");
}

#[test]
fn a_commit_that_the_server_could_not_check_is_refused() {
    let (alice, mallory, ledgers) = alice_and_bob(Suite::Classical);
    let provider = mallory.provider();
    let mut group = raw(&mallory);
    let private = MlsGroupJoinConfig::builder()
        .wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .build();
    group
        .set_configuration(provider.storage(), &private)
        .unwrap();
    let bundle = group
        .self_update(
            &provider,
            &mallory.identity,
            LeafNodeParameters::builder().build(),
        )
        .unwrap();
    let refused = refuses(&alice, &mallory, &ledgers, &bytes(bundle.commit()));
    assert!(matches!(refused, OpenError::Corrupt));
}

#[test]
fn a_message_without_an_envelope_id_is_refused() {
    let (alice, mallory, ledgers) = alice_and_bob(Suite::Classical);
    let mut group = raw(&mallory);
    group.set_aad(b"seventeen bytes!!".to_vec());
    let message = group
        .create_message(&mallory.provider(), &mallory.identity, b"hello")
        .unwrap();
    let refused = refuses(&alice, &mallory, &ledgers, &bytes(&message));
    assert!(matches!(refused, OpenError::Corrupt));
}

#[test]
fn a_group_that_is_open_to_outsiders_is_not_joined() {
    let mut ledgers = Ledgers::new();
    let mallory = Device::first(1, &mut ledgers);
    let bob = Device::first(2, &mut ledgers);
    mallory.create(Suite::Classical, &[], &ledgers);
    let provider = mallory.provider();
    let mut group = raw(&mallory);
    let sender = ExternalSender::new(
        SignaturePublicKey::from(mallory.key.public().as_bytes().to_vec()),
        mallory_credential(&mallory),
    );
    let extensions = Extensions::single(Extension::ExternalSenders(vec![sender])).unwrap();
    group
        .update_group_context_extensions(&provider, extensions, &mallory.identity)
        .unwrap();
    group.merge_pending_commit(&provider).unwrap();
    let key_package = key_package_of(&bob, &bob.key, {
        let leaf = bob.identity.leaf();
        named(leaf.account, leaf.device.as_bytes(), &bob.key)
    });
    let (_, welcome, _) = group
        .add_members(&provider, &mallory.identity, &[key_package])
        .unwrap();
    group.merge_pending_commit(&provider).unwrap();
    let tree = group
        .export_ratchet_tree()
        .tls_serialize_detached()
        .unwrap();
    let welcome = bytes(&welcome);
    let refused =
        pipit_e2ee::Group::join(&bob.provider(), &bob.identity, &welcome, &tree, &ledgers);
    assert!(matches!(
        refused,
        Err(JoinError::Refused(Refusal::Forbidden))
    ));
}

fn mallory_credential(mallory: &Device) -> Credential {
    let leaf = mallory.identity.leaf();
    named(leaf.account, leaf.device.as_bytes(), &mallory.key).credential
}

#[test]
fn the_suites_are_really_supported_by_the_crypto_that_we_use() {
    let mut ledgers = Ledgers::new();
    let device = Device::first(1, &mut ledgers);
    let provider = device.provider();
    let codes: Vec<u16> = provider
        .crypto()
        .supported_ciphersuites()
        .into_iter()
        .map(|suite| suite as u16)
        .collect();
    assert!(Suite::ALL.iter().all(|suite| codes.contains(&suite.code())));
}
