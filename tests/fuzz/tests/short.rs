//! A short run of every target, the same each time. To try more: `PIPIT_FUZZ_FACTOR=100` multiplies
//! the number of inputs, `PIPIT_FUZZ_SEED=7` takes others.

use std::path::Path;

use fuzz_tests::{TARGETS, find, runner};

fn setting(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn run(name: &str) {
    let target = find(name).expect("there is such a target");
    let failures = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let seed = setting("PIPIT_FUZZ_SEED", 1);
    let iterations = target
        .iterations
        .saturating_mul(setting("PIPIT_FUZZ_FACTOR", 1));
    println!("{name}: seed {seed}, {iterations} inputs");
    let outcome = runner::run(&target, seed.into(), iterations, failures);
    println!("{outcome:?}");
    assert!(
        outcome.seeds_accepted > 0 || target.seeds_expire,
        "no seed is valid any more: see src/bin/seeds.rs"
    );
    assert!(
        outcome.mutated_accepted < outcome.mutated,
        "nothing was ever refused"
    );
}

macro_rules! short_runs {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                run(stringify!($name));
            }
        )*

        #[test]
        fn every_target_is_run() {
            let run = [$(stringify!($name)),*];
            let missing: Vec<_> = TARGETS.iter().filter(|t| !run.contains(&t.name)).collect();
            assert!(missing.is_empty(), "{:?}", missing.iter().map(|t| t.name).collect::<Vec<_>>());
        }
    };
}

short_runs!(
    username,
    ids,
    client_frame,
    server_frame,
    http_bodies,
    mls_header,
    content,
    status_report,
    charter,
    group_info,
    ledger_entry,
    ledger_chain,
    token,
    recovery_key,
    password,
    recovery_bundle,
    opaque_server,
    opaque_client,
    rpc_line,
    rpc_params,
    server_address,
    server_config,
    mls_open,
    mls_join,
    mls_join_external,
    key_package,
    server_group,
    server_commit,
    server_welcome,
);
