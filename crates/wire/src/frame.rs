//! Bounded reading and writing of frames and request bodies.
//!
//! A frame is one protobuf message in one binary WebSocket message; a body is one protobuf message
//! in one HTTP body. Length is checked before decoding, so a hostile peer costs no more memory than
//! the limit.

use bytes::Bytes;
use pipit_domain::limits;
/// What every frame and body is, for callers that are generic over them. Nobody else names the
/// protobuf crate.
pub use prost::Message;

use crate::v1::{ClientFrame, ServerFrame};

/// Why bytes are not a frame or a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More bytes than the limit for this kind.
    #[error("{len} bytes are more than the limit of {max}")]
    TooLarge {
        /// Bytes that came.
        len: usize,
        /// Bytes that may come.
        max: usize,
    },
    /// The bytes are not the expected protobuf message.
    #[error("the bytes are not a message of this protocol")]
    Malformed,
}

/// Reads a frame from a client.
///
/// # Errors
/// When it is over [`limits::FRAME_LEN_MAX`] or not a frame; the connection should be closed.
pub fn decode_client(bytes: Bytes) -> Result<ClientFrame, FrameError> {
    decode(bytes, limits::FRAME_LEN_MAX)
}

/// Reads a frame from the server.
///
/// # Errors
/// When it is over [`limits::FRAME_LEN_MAX`] or not a frame; the connection should be closed.
pub fn decode_server(bytes: Bytes) -> Result<ServerFrame, FrameError> {
    decode(bytes, limits::FRAME_LEN_MAX)
}

/// Reads any message of at most `len_max` bytes.
///
/// # Errors
/// When it is longer, or not such a message.
pub fn decode<M: Message + Default>(bytes: Bytes, len_max: usize) -> Result<M, FrameError> {
    if bytes.len() > len_max {
        return Err(FrameError::TooLarge {
            len: bytes.len(),
            max: len_max,
        });
    }
    M::decode(bytes).map_err(|_| FrameError::Malformed)
}

/// The bytes of a message.
#[must_use]
pub fn encode(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::{Submit, client_frame::Body};

    #[test]
    fn a_submit_costs_seven_bytes_around_its_payload() {
        let payload = Bytes::from(vec![7; 100]);
        let frame = ClientFrame {
            request_id: 9,
            body: Some(Body::Submit(Submit {
                payload: payload.clone(),
                ..Submit::default()
            })),
        };
        let bytes = encode(&frame);
        assert!(bytes.len() <= payload.len() + 7, "{}", bytes.len());
        assert!(decode_client(bytes).unwrap() == frame);
    }

    #[test]
    fn too_long_and_malformed_frames_are_refused() {
        let long = Bytes::from(vec![0; limits::FRAME_LEN_MAX + 1]);
        assert!(matches!(
            decode_client(long),
            Err(FrameError::TooLarge { .. })
        ));
        assert_eq!(
            decode_client(Bytes::from_static(&[0xff, 1, 2])).err(),
            Some(FrameError::Malformed)
        );
    }
}
