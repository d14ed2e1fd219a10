//! Fuzz targets: every decoder that meets bytes from outside, each with what must hold for any bytes.
//!
//! A target is a function of bytes that panics when an invariant is broken and says whether the bytes
//! were accepted. The same targets run two ways: shortly and the same each time as ordinary tests
//! ([`runner`], `tests/short.rs`), and for hours under libFuzzer (`fuzz/`; README.md tells how).
//! `corpus/` holds one folder of seeds a target, written by valid encoders ([`seeds`]), and whatever
//! once broke something.

pub mod fixture;
pub mod mutate;
pub mod runner;
pub mod seeds;
mod targets;

/// One decoder under test.
#[derive(Clone, Copy)]
pub struct Target {
    /// Name of its test and of its folder in `corpus/`.
    pub name: &'static str,
    /// Feeds it; panics when something that must hold does not. True when the bytes were accepted.
    pub run: fn(&[u8]) -> bool,
    /// How many inputs a short run tries: about two seconds of work without optimisation.
    pub iterations: u32,
    /// Bytes of memory that one input may take at most, beside [`MEMORY_PER_BYTE`].
    pub memory_max: u64,
    /// Whether seeds cease to be valid with time: OpenMLS holds a key package's year of life against
    /// the system's clock. A run then does not insist that one is.
    pub seeds_expire: bool,
}

/// Bytes of memory that a decoder may take for each byte of input. The smallest element of a repeated
/// protobuf field is two bytes of input and about fifty in memory, in a vector that grows by doubling.
pub const MEMORY_PER_BYTE: u64 = 128;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

const fn target(name: &'static str, run: fn(&[u8]) -> bool, iterations: u32) -> Target {
    Target {
        name,
        run,
        iterations,
        memory_max: 64 * KIB,
        seeds_expire: false,
    }
}

/// A target that works on a copy of a group's state.
const fn mls(name: &'static str, run: fn(&[u8]) -> bool, iterations: u32) -> Target {
    Target {
        memory_max: MIB,
        ..target(name, run, iterations)
    }
}

/// Every target, by the crate that owns the decoder.
pub const TARGETS: &[Target] = &[
    target("username", targets::domain::username, 500_000),
    target("ids", targets::domain::ids, 500_000),
    target("client_frame", targets::wire::client_frame, 300_000),
    target("server_frame", targets::wire::server_frame, 300_000),
    target("http_bodies", targets::wire::http_bodies, 60_000),
    target("mls_header", targets::wire::mls_header, 500_000),
    target("content", targets::wire::content, 300_000),
    target("status_report", targets::wire::status_report, 500_000),
    target("charter", targets::wire::charter, 500_000),
    target("group_info", targets::wire::group_info, 300_000),
    target("ledger_entry", targets::ledger::entry, 300_000),
    target("ledger_chain", targets::ledger::chain, 20_000),
    target("token", targets::ledger::token, 60_000),
    target("recovery_key", targets::ledger::recovery_key, 300_000),
    target("password", targets::password::password, 300_000),
    target("recovery_bundle", targets::password::bundle, 30_000),
    target("opaque_server", targets::password::server, 2_000),
    Target {
        // Argon2id with 64 MiB for each well-formed answer, as it should.
        memory_max: 80 * MIB,
        ..target("opaque_client", targets::password::client, 100)
    },
    target("rpc_line", targets::text::rpc_line, 100_000),
    target("rpc_params", targets::text::rpc_params, 30_000),
    target("server_address", targets::text::server_address, 100_000),
    target("server_config", targets::text::server_config, 10_000),
    mls("mls_open", targets::mls::open, 3_000),
    mls("mls_join", targets::mls::join, 10_000),
    mls("mls_join_external", targets::mls::join_external, 10_000),
    Target {
        seeds_expire: true,
        ..mls("key_package", targets::mls::key_package, 20_000)
    },
    mls("server_group", targets::mls::server_group, 10_000),
    mls("server_commit", targets::mls::server_commit, 5_000),
    mls("server_welcome", targets::mls::server_welcome, 100_000),
];

/// The target of that name.
#[must_use]
pub fn find(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}
