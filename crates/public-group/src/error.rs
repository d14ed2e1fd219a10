//! Why a handshake is refused.

use pipit_wire::charter::Breach;

/// What is wrong with a handshake. The text never holds anything of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The bytes are not one MLS message of the expected kind.
    #[error("the bytes are not the MLS message that belongs here")]
    Malformed,
    /// A cipher suite that this server does not take.
    #[error("the cipher suite is not one of ours")]
    UnknownSuite,
    /// A signature, hash, tree or proposal does not check.
    #[error("the handshake does not check")]
    Invalid,
    /// A leaf's credential is not an account id and the id of its own key.
    #[error("a leaf's credential is not an account and its device")]
    BadCredential,
    /// The group's charter does not allow it.
    #[error(transparent)]
    Breach(#[from] Breach),
    /// More leaves than a conversation may have.
    #[error("the group has too many devices")]
    TooManyDevices,
    /// The GroupInfo is not that of the epoch it comes with, or lacks the key for external joins.
    #[error("the GroupInfo does not belong to this epoch")]
    WrongGroupInfo,
    /// The commit follows another epoch than the group is in.
    #[error("the commit follows another epoch")]
    WrongEpoch,
    /// The stored state is not what this crate wrote.
    #[error("the stored state is damaged")]
    BadState,
}
