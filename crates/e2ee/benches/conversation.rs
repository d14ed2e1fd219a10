//! How long sealing, opening and joining take, without storage on disk: `cargo bench -p pipit-e2ee`.

#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use pipit_e2ee::{Change, Group, Suite};
use support::*;

/// What one short text is in our content format.
const CONTENT: &[u8] = &[0x5a; 80];

fn seal_and_open(criterion: &mut Criterion) {
    for suite in Suite::ALL {
        let (alice, bob, ledgers) = alice_and_bob(suite);
        let mut group = Some(alice.group());
        criterion.bench_function(&format!("seal, 2 devices, {suite:?}"), |bencher| {
            bencher.iter(|| {
                let loaded = group.take().unwrap();
                let (next, bytes) = loaded
                    .seal(&alice.provider(), &alice.identity, envelope(1), CONTENT)
                    .unwrap();
                group = Some(next);
                bytes
            });
        });
        // Sealing moved the ratchet further than opening may skip: start a new epoch.
        let renewal = alice.commit(Change::renew());
        let mut sender = Some(alice.group().confirm(&alice.provider()).unwrap().0);
        bob.follow(&renewal.commit, &ledgers);
        let mut receiver = Some(bob.group());
        criterion.bench_function(&format!("open, 2 devices, {suite:?}"), |bencher| {
            let next = || {
                let loaded = sender.take().unwrap();
                let (next, bytes) = loaded
                    .seal(&alice.provider(), &alice.identity, envelope(1), CONTENT)
                    .unwrap();
                sender = Some(next);
                bytes
            };
            let open = |bytes: Vec<u8>| {
                let loaded = receiver.take().unwrap();
                let (next, opened) = loaded.open(&bob.provider(), &bytes, &ledgers).unwrap();
                receiver = Some(next);
                opened
            };
            bencher.iter_batched(next, open, BatchSize::PerIteration);
        });
    }
}

fn join(criterion: &mut Criterion) {
    for (suite, devices) in [
        (Suite::PostQuantum, 2),
        (Suite::Classical, 2),
        (Suite::PostQuantum, 32),
    ] {
        let mut ledgers = Ledgers::new();
        let alice = Device::first(1, &mut ledgers);
        let others: Vec<_> = (2..=devices)
            .map(|seed| Device::first(seed, &mut ledgers))
            .collect();
        let made = alice.create(suite, &others.iter().collect::<Vec<_>>(), &ledgers);
        println!(
            "tree of {devices} devices, {suite:?}: {} bytes",
            made.tree.len()
        );
        criterion.bench_function(
            &format!("create and join, {devices} devices, {suite:?}"),
            |bencher| {
                let fresh = || {
                    let creator = Device::new(alice.identity.leaf().account, alice.key.clone());
                    let bob = Device::new(others[0].identity.leaf().account, others[0].key.clone());
                    let mut leaves = vec![bob.leaf(suite, &ledgers)];
                    leaves.extend(others[1..].iter().map(|other| other.leaf(suite, &ledgers)));
                    (creator, bob, leaves)
                };
                let run = |(creator, bob, leaves): (Device, Device, Vec<_>)| {
                    let (_, created) = Group::create(
                        &creator.provider(),
                        &creator.identity,
                        GROUP,
                        suite,
                        leaves,
                        now(),
                    )
                    .unwrap();
                    bob.join(&created, &ledgers);
                };
                bencher.iter_batched(fresh, run, BatchSize::PerIteration);
            },
        );
    }
}

criterion_group!(benches, seal_and_open, join);
criterion_main!(benches);
