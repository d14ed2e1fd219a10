//! How our groups are set up: every number that MLS leaves to the application, with its reason.

use openmls::prelude::{
    Capabilities, CredentialType, ExtensionType, Lifetime, MlsGroupJoinConfig,
    PURE_PLAINTEXT_WIRE_FORMAT_POLICY, ProposalType, SenderRatchetConfiguration,
};
use pipit_domain::{Timestamp, limits};
use pipit_wire::charter;

use crate::suite::Suite;

/// Most devices added by one commit: the cost of adding grows with the square (measured: 1,000 in one
/// commit take 0.46 s classical and 6.7 s post-quantum).
pub const ADDS_PER_COMMIT_MAX: usize = 250;

/// How long a key package is valid after it was made, in milliseconds: a year. A device may lie in a
/// drawer for half of that and be added still; the server revokes devices unseen for 180 days.
pub const KEY_PACKAGE_LIFETIME_MS: u64 = 365 * DAY_MS;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Clocks may differ by this much, in seconds: a key package counts from so long before it was made.
const CLOCK_SKEW_S: u64 = 60 * 60;

/// Sealed content is padded to a multiple of this many bytes. It hides the length of short texts from
/// the server within steps of about a line, and costs 32 bytes a message on average.
const PADDING_STEP: usize = 64;

/// Past epochs whose messages stay readable. The server orders commits and messages, so only a message on its way
/// during a commit comes late: one epoch is enough, unless this device commits several times in a row, whose answers
/// may overtake what comes by the connection. Each kept epoch is written again with every message (measured: 1.7 MB a
/// message with five epochs and 1,000 devices).
const PAST_EPOCHS: usize = 1;
/// The same in groups of few devices, where an epoch is small: as many changes as a person makes in a second or two.
const PAST_EPOCHS_OF_FEW: usize = 4;
/// Devices up to which that is so.
const FEW_DEVICES_MAX: usize = 32;
/// Devices above which no past epoch is kept, classical suite.
const PAST_EPOCHS_DEVICES_MAX: usize = 500;

/// Skipped messages of one sender that stay readable when they come after later ones.
const OUT_OF_ORDER_MAX: u32 = 50;
/// Messages of one sender that may be missing before the next one.
const FORWARD_MAX: u32 = 2_000;

pub(crate) fn join_config(suite: Suite, devices: usize) -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(false)
        .padding_size(PADDING_STEP)
        .max_past_epochs(past_epochs(suite, devices))
        .number_of_resumption_psks(0)
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(
            OUT_OF_ORDER_MAX,
            FORWARD_MAX,
        ))
        .build()
}

pub(crate) const fn past_epochs(suite: Suite, devices: usize) -> usize {
    let most = match suite {
        Suite::Classical => PAST_EPOCHS_DEVICES_MAX,
        Suite::PostQuantum => limits::POST_QUANTUM_DEVICES_MAX,
    };
    if devices <= FEW_DEVICES_MAX {
        PAST_EPOCHS_OF_FEW
    } else if devices <= most {
        PAST_EPOCHS
    } else {
        0
    }
}

/// What our leaves say they can do: exactly what we use, listed, so that no default of a library
/// speaks for us.
pub(crate) fn capabilities() -> Capabilities {
    Capabilities::new(
        None,
        Some(&Suite::ALL.map(Suite::mls)),
        Some(&[
            ExtensionType::LastResort,
            ExtensionType::Unknown(charter::EXTENSION_TYPE),
        ]),
        Some(&[] as &[ProposalType]),
        Some(&[CredentialType::Basic]),
    )
}

pub(crate) fn lifetime(now: Timestamp) -> Lifetime {
    let not_after = (now.as_millis() + KEY_PACKAGE_LIFETIME_MS) / 1000;
    Lifetime::init(now.as_secs().saturating_sub(CLOCK_SKEW_S), not_after)
}
