//! The charter among a group's extensions.
//!
//! A group has either no extension at all, or exactly two: its charter, and the required capability to
//! read it. Our clients join no other.

use std::collections::BTreeSet;

use openmls::prelude::{
    Extension, ExtensionType, Extensions, GroupContext, RequiredCapabilitiesExtension,
    UnknownExtension,
};
use pipit_domain::AccountId;
use pipit_wire::charter::{Charter, EXTENSION_TYPE};

use crate::HandshakeError;
use crate::leaf::Leaf;

pub(crate) fn read(
    extensions: &Extensions<GroupContext>,
) -> Result<Option<Charter>, HandshakeError> {
    if extensions.iter().next().is_none() {
        return Ok(None);
    }
    let UnknownExtension(bytes) = extensions
        .unknown(EXTENSION_TYPE)
        .ok_or(HandshakeError::Invalid)?;
    let charter = Charter::decode(bytes).map_err(|_| HandshakeError::Invalid)?;
    let kind = ExtensionType::Unknown(EXTENSION_TYPE);
    let expected = Extensions::from_vec(vec![
        Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(&[kind], &[], &[])),
        Extension::Unknown(EXTENSION_TYPE, UnknownExtension(charter.encode())),
    ]);
    if expected.is_ok_and(|expected| expected == *extensions) {
        Ok(Some(charter))
    } else {
        Err(HandshakeError::Invalid)
    }
}

/// Refuses a charter that is not one of a group of these leaves.
pub(crate) fn check_fit(charter: Option<&Charter>, leaves: &[Leaf]) -> Result<(), HandshakeError> {
    let accounts: BTreeSet<AccountId> = leaves.iter().map(|leaf| leaf.address.account).collect();
    match charter {
        Some(charter) if !charter.fits(&accounts) => Err(HandshakeError::Invalid),
        _ => Ok(()),
    }
}
