//! The runner finds what it should: a planted panic, a planted waste of memory; and it finds the same
//! again.

use std::path::Path;

use fuzz_tests::{Target, runner};

fn planted(run: fn(&[u8]) -> bool) -> Target {
    Target {
        name: "planted",
        run,
        iterations: 0,
        memory_max: 1024,
        seeds_expire: false,
    }
}

fn is_found(run: fn(&[u8]) -> bool) -> bool {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::panic::catch_unwind(|| runner::run(&planted(run), 1, 20_000, folder)).is_err()
}

#[test]
fn a_run_is_the_same_each_time() {
    let target = planted(|input| input.len() % 3 == 0);
    let outcome = runner::run(&target, 1, 500, Path::new("."));
    assert_eq!(outcome, runner::run(&target, 1, 500, Path::new(".")));
    assert_ne!(outcome, runner::run(&target, 2, 500, Path::new(".")));
    assert_eq!(outcome.mutated, 500);
}

#[test]
fn a_rare_panic_and_a_greedy_decoder_are_found() {
    assert!(!is_found(|_| true));
    assert!(is_found(|input| {
        assert!(!matches!(input, [first, 0x80, ..] if *first > 0x40));
        true
    }));
    assert!(is_found(|input| {
        let claimed = input.first().map_or(0, |&byte| usize::from(byte) << 16);
        Vec::<u8>::with_capacity(claimed).capacity() > 0
    }));
}
