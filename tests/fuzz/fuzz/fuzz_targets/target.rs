//! libFuzzer's entry to one of our targets, the one that `PIPIT_FUZZ_TARGET` names.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    static RUN: OnceLock<fn(&[u8]) -> bool> = OnceLock::new();
    let run = RUN.get_or_init(|| {
        let name = std::env::var("PIPIT_FUZZ_TARGET").expect("PIPIT_FUZZ_TARGET names a target");
        fuzz_tests::find(&name).expect("PIPIT_FUZZ_TARGET names a target of src/lib.rs").run
    });
    run(input);
});
