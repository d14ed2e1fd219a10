//! The fields of an MLS message that the server routes by, read without any key.
//!
//! An application envelope is an MLSMessage holding a PrivateMessage (RFC 9420, sections 6 and
//! 6.3.1). Its clear header already names the group, the epoch and, as authenticated data, our
//! envelope id; so the frames around it do not repeat them.
//!
//! ```text
//! u16 version = 1 | u16 wire_format = 2
//! varint len | group_id (16) | u64 epoch | u8 content_type = 1
//! varint len | authenticated_data (16: envelope id)
//! varint len | encrypted_sender_data | varint len | ciphertext
//! ```

use pipit_domain::{EnvelopeId, GroupId};

/// What a server can know of an application envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicationHeader {
    /// The MLS group it is for.
    pub group: GroupId,
    /// The epoch it was sealed in.
    pub epoch: u64,
    /// The sender's id for it: stays the same when the same message is sealed again.
    pub envelope: EnvelopeId,
}

/// Why bytes are not an application envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// They end in the middle of a field, or go on after the last one.
    #[error("the envelope's length does not fit its fields")]
    Length,
    /// Another version or kind of MLS message.
    #[error("the envelope is not an MLS application message")]
    Kind,
    /// The group id or the authenticated data has the wrong length.
    #[error("the envelope's ids have the wrong length")]
    Ids,
}

const VERSION_MLS_1_0: u16 = 1;
const WIRE_FORMAT_PUBLIC_MESSAGE: u16 = 1;
const WIRE_FORMAT_PRIVATE_MESSAGE: u16 = 2;
const CONTENT_TYPE_APPLICATION: u8 = 1;

/// Reads the header of an application envelope and checks that the whole is well formed.
///
/// # Errors
/// Says which part is wrong; the envelope must be refused.
pub fn read_application(bytes: &[u8]) -> Result<ApplicationHeader, HeaderError> {
    let mut reader = Reader(bytes);
    if reader.u16()? != VERSION_MLS_1_0 || reader.u16()? != WIRE_FORMAT_PRIVATE_MESSAGE {
        return Err(HeaderError::Kind);
    }
    let group = GroupId::try_from(reader.vector()?).map_err(|_| HeaderError::Ids)?;
    let epoch = reader.u64()?;
    if reader.take(1)?[0] != CONTENT_TYPE_APPLICATION {
        return Err(HeaderError::Kind);
    }
    let envelope = EnvelopeId::try_from(reader.vector()?).map_err(|_| HeaderError::Ids)?;
    reader.vector()?;
    reader.vector()?;
    if !reader.0.is_empty() {
        return Err(HeaderError::Length);
    }
    Ok(ApplicationHeader {
        group,
        epoch,
        envelope,
    })
}

/// Reads which group a message is for: an application envelope or a handshake (PublicMessage).
///
/// # Errors
/// Says which part is wrong.
pub fn read_group(bytes: &[u8]) -> Result<GroupId, HeaderError> {
    let mut reader = Reader(bytes);
    let version = reader.u16()?;
    let format = reader.u16()?;
    let is_known = matches!(
        format,
        WIRE_FORMAT_PUBLIC_MESSAGE | WIRE_FORMAT_PRIVATE_MESSAGE
    );
    if version != VERSION_MLS_1_0 || !is_known {
        return Err(HeaderError::Kind);
    }
    GroupId::try_from(reader.vector()?).map_err(|_| HeaderError::Ids)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], HeaderError> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(HeaderError::Length)?;
        self.0 = rest;
        Ok(taken)
    }

    fn u16(&mut self) -> Result<u16, HeaderError> {
        let bytes = self.take(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn u64(&mut self) -> Result<u64, HeaderError> {
        let bytes = self.take(8)?;
        Ok(bytes
            .iter()
            .fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    /// A vector with the variable-size length of RFC 9420, section 2.1.2: the top two bits say
    /// whether the length has 1, 2 or 4 bytes, and the shortest form is the only one.
    fn vector(&mut self) -> Result<&'a [u8], HeaderError> {
        let first = self.take(1)?[0];
        let (more, min) = match first >> 6 {
            0 => (0, 0),
            1 => (1, 1 << 6),
            2 => (3, 1 << 14),
            _ => return Err(HeaderError::Length),
        };
        let rest = self.take(more)?;
        let len = rest.iter().fold(usize::from(first & 0x3f), |len, &byte| {
            len << 8 | usize::from(byte)
        });
        if len < min {
            return Err(HeaderError::Length);
        }
        self.take(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(content_type: u8) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 2, 16];
        bytes.extend([3; 16]);
        bytes.extend(5u64.to_be_bytes());
        bytes.push(content_type);
        bytes.push(16);
        bytes.extend([4; 16]);
        bytes.extend([2, 0, 0]);
        bytes.extend([0x40, 70]);
        bytes.extend([9; 70]);
        bytes
    }

    #[test]
    fn reads_the_ids_and_the_epoch() {
        let header = read_application(&envelope(1)).unwrap();
        assert_eq!(header.group, GroupId::new([3; 16]));
        assert_eq!(header.epoch, 5);
        assert_eq!(header.envelope, EnvelopeId::new([4; 16]));
    }

    #[test]
    fn every_truncation_and_any_extra_byte_is_refused() {
        let whole = envelope(1);
        for len in 0..whole.len() {
            assert!(read_application(&whole[..len]).is_err(), "{len}");
        }
        let mut longer = whole;
        longer.push(0);
        assert_eq!(read_application(&longer), Err(HeaderError::Length));
    }

    #[test]
    fn handshakes_and_long_length_forms_are_refused() {
        assert_eq!(read_application(&envelope(3)), Err(HeaderError::Kind));
        let mut long_form = vec![0, 1, 0, 2, 0x40, 16];
        long_form.extend(&envelope(1)[5..]);
        assert_eq!(read_application(&long_form), Err(HeaderError::Length));
    }
}
