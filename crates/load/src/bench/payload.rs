//! Envelopes that a server cannot tell from sealed ones: a real one under fresh ids.
//!
//! Sealing costs the client a third of a millisecond; a machine that runs both sides would measure
//! that. So each pair seals once, and sends the bytes again with a fresh envelope id and, in the
//! ciphertext, the time of sending:
//!
//! ```text
//! 4 | 1+16 group | 8 epoch | 1 | 1+16 envelope id | … ciphertext (its first 8 bytes: time)
//! ```

use std::time::Instant;

use anyhow::{Context, Result};
use pipit_domain::{EnvelopeId, GroupId};
use pipit_wire::content::Content;

use crate::raw::{Device, random};

/// Offset of the envelope id in an application envelope.
const ENVELOPE_AT: usize = 4 + 17 + 8 + 1 + 1;
/// Bytes at the end that are surely ciphertext.
const TAIL: usize = 32;

/// The text that is sent: 20 characters.
pub(crate) const TEXT: &str = "Are you coming too??";

/// A sealed message to be sent under other ids.
#[derive(Clone)]
pub(crate) struct Template(Vec<u8>);

impl Template {
    pub(crate) fn seal(device: &Device, group: GroupId) -> Result<Self> {
        let content = Content::text(random(), TEXT).encode();
        let sealed = device.seal(group, EnvelopeId::new(random()), &content)?;
        Ok(Self(sealed))
    }

    /// The bytes under a fresh id, with the time since `began`.
    pub(crate) fn fresh(&self, began: Instant) -> Vec<u8> {
        let mut bytes = self.0.clone();
        let id: [u8; 16] = random();
        bytes[ENVELOPE_AT..ENVELOPE_AT + id.len()].copy_from_slice(&id);
        let at = bytes.len() - TAIL;
        let ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        bytes[at..at + 8].copy_from_slice(&ns.to_be_bytes());
        bytes
    }
}

/// Milliseconds since an envelope of [`Template::fresh`] was made.
pub(crate) fn age_ms(payload: &[u8], began: Instant) -> Result<f64> {
    let at = payload
        .len()
        .checked_sub(TAIL)
        .context("an envelope is longer")?;
    let sent_ns = u64::from_be_bytes(payload[at..at + 8].try_into()?);
    let now_ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Ok(now_ns.saturating_sub(sent_ns) as f64 / 1e6)
}
