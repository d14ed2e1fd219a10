//! What can go wrong between here and the server.

use pipit_wire::v1::{RefusalCode, Refused};

/// Why a request or a connection got no answer, or a refusal.
#[derive(Clone, thiserror::Error)]
pub enum NetError {
    /// Name, address or port lead nowhere, or the line broke.
    #[error("the server can't be reached")]
    Unreachable,
    /// It took too long.
    #[error("the server didn't answer in time")]
    TimedOut,
    /// The certificate is not the server's, or not to be trusted.
    #[error("the server's certificate isn't trusted on this computer")]
    Certificate,
    /// Something answers, but not as the protocol says.
    #[error("what answers at this address isn't a Pipit server")]
    NotPipit,
    /// The server refused; the sentence says why.
    #[error("{}", .0.sentence)]
    Refused(Refused),
    /// There is no connection now; the request was not sent, or its answer was lost.
    #[error("there is no connection to the server now")]
    Disconnected,
}

impl NetError {
    /// The refusal's code, when it is one.
    #[must_use]
    pub fn refusal(&self) -> Option<RefusalCode> {
        match self {
            Self::Refused(refused) => Some(refused.code()),
            _ => None,
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut | Self::Disconnected => true,
            Self::Refused(refused) => refused.retry,
            Self::Certificate | Self::NotPipit => false,
        }
    }
}

/// Without the sentence: it may name what logs should not.
impl std::fmt::Debug for NetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refused) => write!(f, "Refused({})", refused.code().as_str_name()),
            Self::Unreachable => f.write_str("Unreachable"),
            Self::TimedOut => f.write_str("TimedOut"),
            Self::Certificate => f.write_str("Certificate"),
            Self::NotPipit => f.write_str("NotPipit"),
            Self::Disconnected => f.write_str("Disconnected"),
        }
    }
}
