//! Key packages that devices publish, checked before others are handed them.

use pipit_domain::limits;
use pipit_mailbox::{NewKeyPackage, Suite};
use pipit_public_group::read_key_package;
use pipit_wire::v1;

use crate::auth::Caller;
use crate::refuse::Refusal;

/// Checks that every key package is valid, of the suite and kind it says, and of this device. Takes
/// about a third of a millisecond of CPU each: call it off the async threads.
pub(crate) fn check(
    caller: Caller,
    packages: Vec<v1::KeyPackage>,
) -> Result<Vec<NewKeyPackage>, Refusal> {
    // Both suites, and the last-resort ones.
    let count_max = Suite::ALL.len() * (limits::KEY_PACKAGES_MAX + 1);
    if packages.len() > count_max {
        return Err(Refusal::new(
            v1::RefusalCode::TooLarge,
            "These are more key packages than a device may have.",
        ));
    }
    packages
        .into_iter()
        .map(|package| check_one(caller, package))
        .collect()
}

fn check_one(caller: Caller, package: v1::KeyPackage) -> Result<NewKeyPackage, Refusal> {
    let suite = Suite::from_wire(package.suite).ok_or_else(Refusal::malformed)?;
    let checked = read_key_package(&package.key_package)?;
    let is_right = checked.suite == suite
        && checked.is_last_resort == package.last_resort
        && checked.leaf.address == caller.address
        && checked.leaf.key == caller.key;
    if !is_right {
        return Err(Refusal::invalid_handshake(
            "A key package is not of this device, or not what it says.",
        ));
    }
    Ok(NewKeyPackage {
        suite,
        is_last_resort: package.last_resort,
        expires: checked.expires,
        bytes: package.key_package,
    })
}
