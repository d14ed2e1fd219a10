//! What the devices of an account tell each other (`application/vnd.pipit.sync`; docs/content.md): registers
//! that were set, each with the time and the device that set it.
//!
//! Only bounds are checked here; which kinds there are and what their values mean is the client's. An op of
//! an unknown kind is well formed, so that an older device can keep it and pass it on.

use std::fmt;

use pipit_domain::DeviceId;
use prost::Message as _;

use super::v1;

/// The media type of the part.
pub const MEDIA_TYPE: &str = "application/vnd.pipit.sync";
/// The media type of an empty control message: some devices of the account are not in a conversation, and look for it.
pub const LOOK: &str = "application/vnd.pipit.look";
/// Most ops in one message.
pub const OPS_MAX: usize = 256;
/// Most bytes of a subject: an id of the longest sort and a word beside it.
pub const SUBJECT_LEN_MAX: usize = 64;
/// Most bytes of a value: a draft as long as a message may be, or a profile with its picture.
pub const VALUE_LEN_MAX: usize = 40 * 1024;
/// Bytes of ops after which a message is full: with one more value it still fits an envelope.
pub const BODY_LEN_WISHED: usize = 16 * 1024;

/// One register that was set. `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq)]
pub struct Op {
    /// Orders ops on one register; milliseconds, or what the kind counts by.
    pub time: u64,
    /// Who set it; of two at one time the higher device stands.
    pub device: DeviceId,
    /// Which sort of register.
    pub kind: u32,
    /// Which one of them.
    pub subject: Vec<u8>,
    /// What it holds now.
    pub value: Vec<u8>,
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Op({})", self.kind)
    }
}

/// Why bytes are not a list of ops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// Not this protobuf message.
    #[error("the bytes are no list of changes")]
    Malformed,
    /// More ops, a longer subject or a longer value than allowed, or a time or a device that is none.
    #[error("a list of changes breaks a limit")]
    Limit,
}

/// Reads the bytes of the part.
///
/// # Errors
/// When they are not a list of ops within the limits. Nothing of it should be applied then.
pub fn decode(bytes: &[u8]) -> Result<Vec<Op>, SyncError> {
    let sync = v1::Sync::decode(bytes).map_err(|_| SyncError::Malformed)?;
    if sync.ops.len() > OPS_MAX {
        return Err(SyncError::Limit);
    }
    sync.ops
        .into_iter()
        .map(|op| {
            let fits = op.subject.len() <= SUBJECT_LEN_MAX
                && op.value.len() <= VALUE_LEN_MAX
                && i64::try_from(op.time).is_ok();
            let device = DeviceId::try_from(&op.device[..]).map_err(|_| SyncError::Limit)?;
            let op = Op {
                time: op.time,
                device,
                kind: op.kind,
                subject: op.subject,
                value: op.value,
            };
            fits.then_some(op).ok_or(SyncError::Limit)
        })
        .collect()
}

/// The bytes of the part.
#[must_use]
pub fn encode(ops: &[Op]) -> Vec<u8> {
    let ops = ops
        .iter()
        .map(|op| v1::SyncOp {
            time: op.time,
            device: op.device.to_vec(),
            kind: op.kind,
            subject: op.subject.clone(),
            value: op.value.clone(),
        })
        .collect();
    v1::Sync { ops }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn op(subject_len: usize, value_len: usize, time: u64) -> Op {
        Op {
            time,
            device: DeviceId::new([7; 16]),
            kind: 1,
            subject: vec![1; subject_len],
            value: vec![2; value_len],
        }
    }

    #[test]
    fn what_breaks_a_limit_is_refused_as_a_whole() {
        assert!(decode(&encode(&[op(SUBJECT_LEN_MAX, VALUE_LEN_MAX, 5)])).is_ok());
        for bad in [
            op(SUBJECT_LEN_MAX + 1, 0, 5),
            op(0, VALUE_LEN_MAX + 1, 5),
            op(0, 0, u64::MAX),
        ] {
            assert_eq!(decode(&encode(&[op(1, 1, 1), bad])), Err(SyncError::Limit));
        }
        let many = vec![op(1, 1, 1); OPS_MAX + 1];
        assert_eq!(decode(&encode(&many)), Err(SyncError::Limit));
        assert_eq!(decode(&[0xff, 0xff]), Err(SyncError::Malformed));
    }

    proptest! {
        #[test]
        fn ops_come_back_as_they_were(
            time in 0..i64::MAX as u64,
            device: [u8; 16],
            kind: u32,
            subject in proptest::collection::vec(any::<u8>(), 0..=SUBJECT_LEN_MAX),
            value in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let op = Op { time, device: DeviceId::new(device), kind, subject, value };
            prop_assert_eq!(decode(&encode(std::slice::from_ref(&op))), Ok(vec![op]));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes);
        }
    }
}
