//! Bytes from a liar: whatever comes, an error comes back, and the conversation goes on.

mod support;

use std::sync::{LazyLock, Mutex};

use pipit_e2ee::{Change, Created, Group, NewLeaf, Opened, Suite};
use proptest::prelude::*;
use support::*;

/// One conversation for all cases, with one valid input of each kind.
struct Scene {
    alice: Device,
    bob: Device,
    created: Created,
    message: Vec<u8>,
    commit: Vec<u8>,
    group_info: Vec<u8>,
    key_package: Vec<u8>,
    ledgers: Ledgers,
}

static SCENE: LazyLock<Mutex<Scene>> = LazyLock::new(|| {
    let mut ledgers = Ledgers::new();
    let alice = Device::first(1, &mut ledgers);
    let bob = Device::first(2, &mut ledgers);
    let created = alice.create(Suite::Classical, &[&bob], &ledgers);
    bob.join(&created, &ledgers);
    let message = alice.seal(envelope(1), b"hello");
    let commit = alice.commit(Change::renew());
    let key_package = alice.key_package(Suite::Classical);
    let (commit, group_info) = (commit.commit, commit.group_info);
    Mutex::new(Scene {
        alice,
        bob,
        created,
        message,
        commit,
        group_info,
        key_package,
        ledgers,
    })
});

/// Offers bytes everywhere that bytes from the server go in.
fn offer(scene: &Scene, bytes: &[u8]) {
    let Scene {
        bob,
        ledgers,
        created,
        ..
    } = scene;
    let before = bob.group().epoch();
    let opened = bob.open(bytes, ledgers);
    assert!(
        !matches!(opened, Ok(Opened::Application(_) | Opened::Commit(_))),
        "{opened:?}"
    );
    assert_eq!(bob.group().epoch(), before);
    let provider = bob.provider();
    let welcome = created.welcome.as_ref().unwrap();
    assert!(Group::join(&provider, &bob.identity, bytes, &created.tree, ledgers).is_err());
    assert!(Group::join(&provider, &bob.identity, welcome, bytes, ledgers).is_err());
    let stranger = Device::new(bob.identity.leaf().account, bob.key.clone());
    let provider = stranger.provider();
    let (identity, id) = (&stranger.identity, envelope(1));
    assert!(Group::join_external(&provider, identity, bytes, &created.tree, ledgers, id).is_err());
    assert!(
        Group::join_external(&provider, identity, &scene.group_info, bytes, ledgers, id).is_err()
    );
    assert!(NewLeaf::verify(&provider, bytes, Suite::Classical, ledgers, now()).is_err());
}

fn scene() -> std::sync::MutexGuard<'static, Scene> {
    SCENE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        offer(&scene(), &bytes);
    }

    #[test]
    fn random_bytes_after_a_true_header_are_refused(
        kind in 1u8..8,
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [&[0, 1, 0, kind], &bytes[..]].concat();
        offer(&scene(), &bytes);
    }

    #[test]
    fn damaged_inputs_are_refused(which in 0usize..6, at in any::<prop::sample::Index>(), flip in 1u8..=255, cut in any::<bool>()) {
        let scene = scene();
        let welcome = scene.created.welcome.clone().unwrap();
        let kinds = [&scene.message, &scene.commit, &scene.group_info, &scene.key_package, &welcome, &scene.created.tree];
        let mut bytes = kinds[which].clone();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= flip }
        offer(&scene, &bytes);
    }
}

#[test]
fn lengths_that_promise_gigabytes_cost_nothing() {
    let scene = scene();
    for kind in 1..=6u8 {
        for length in [
            [0xbf, 0xff, 0xff, 0xff],
            [0x80, 0x10, 0, 0],
            [0xff, 0xff, 0xff, 0xff],
        ] {
            offer(&scene, &[&[0, 1, 0, kind][..], &length, &[0; 32]].concat());
            offer(&scene, &[&length[..], &[1, 1, 1]].concat());
        }
    }
    let huge = vec![0; pipit_domain::limits::HANDSHAKE_LEN_MAX + 1];
    offer(&scene, &huge);
}

#[test]
fn messages_of_another_conversation_are_not_ours() {
    let mut ledgers = Ledgers::new();
    let carol = Device::first(9, &mut ledgers);
    let id = pipit_domain::GroupId::new([8; 16]);
    let (group, _) = Group::create(
        &carol.provider(),
        &carol.identity,
        id,
        Suite::Classical,
        vec![],
        now(),
    )
    .unwrap();
    let (_, sealed) = group
        .seal(
            &carol.provider(),
            &carol.identity,
            envelope(1),
            b"elsewhere",
        )
        .unwrap();
    let scene = scene();
    let refused = scene.alice.open(&sealed, &scene.ledgers);
    assert!(matches!(refused, Err(pipit_e2ee::OpenError::Corrupt)));
}
