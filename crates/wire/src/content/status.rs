//! Status reports: what happened to other messages, such as that they were read
//! (`application/mimi-message-status`; docs/content.md).
//!
//! ```text
//! [ [ message id, status ], … ]     CBOR, deterministic
//! ```

use pipit_domain::MessageId;

use super::cbor::{CborError, Reader, Writer};

/// Most messages in one report: 36 bytes each, so it stays far below an envelope.
pub const REPORT_LEN_MAX: u64 = 1024;

/// What happened to some messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusReport {
    /// In the order that they were reported. Not checked for repeats: the last one counts.
    pub statuses: Vec<(MessageId, MessageStatus)>,
}

/// What happened to a message at one reader. Numbers 0 to 6 have the names below; others are kept and
/// mean nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageStatus(pub u8);

impl MessageStatus {
    /// Marked as unread.
    pub const UNREAD: Self = Self(0);
    /// Arrived at a device.
    pub const DELIVERED: Self = Self(1);
    /// Shown to the reader.
    pub const READ: Self = Self(2);
    /// Gone, since its time was over.
    pub const EXPIRED: Self = Self(3);
    /// Deleted by the reader.
    pub const DELETED: Self = Self(4);
    /// Hidden by the reader.
    pub const HIDDEN: Self = Self(5);
    /// Could not be shown.
    pub const ERROR: Self = Self(6);
}

impl StatusReport {
    /// Reads the bytes of the part.
    ///
    /// # Errors
    /// When they are not exactly a report of at most [`REPORT_LEN_MAX`] messages.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut reader = Reader::new(bytes);
        let len = reader.array()?;
        if len > REPORT_LEN_MAX {
            return Err(CborError::Range);
        }
        let mut statuses = Vec::new();
        for _ in 0..len {
            reader.array_of(2)?;
            let id = MessageId::try_from(reader.bytes()?).map_err(|_| CborError::Range)?;
            statuses.push((id, MessageStatus(reader.u8()?)));
        }
        if reader.is_empty() {
            Ok(Self { statuses })
        } else {
            Err(CborError::Range)
        }
    }

    /// The bytes of the part.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.array(self.statuses.len());
        for (id, status) in &self.statuses {
            writer.array(2);
            writer.bytes(id.as_bytes());
            writer.unsigned(status.0.into());
        }
        writer.finish()
    }
}
