//! How a device of an account gets the history from another (docs/content.md). Bodies of control messages in the
//! note to self; the server sees none of them.

use crate::frame::Message as _;

/// The generated message types of `proto/history.proto`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
mod v1 {
    include!(concat!(env!("OUT_DIR"), "/pipit.history.v1.rs"));
}

pub use v1::device_history::Body;
pub use v1::{
    DeviceHistory, HistoryAsk, HistoryChat, HistoryChats, HistoryCursor, HistoryDeed,
    HistoryDelivery, HistoryEdit, HistoryFetch, HistoryLine, HistoryMessage, HistoryOffer,
    HistoryPage, HistoryPages, HistoryPerson, HistoryReaction,
};

/// The media type of a [`DeviceHistory`].
pub const MEDIA_TYPE: &str = "application/vnd.pipit.device-history";
/// Bytes of messages, or of conversations, in one answer: fits an envelope with what is around it.
pub const ANSWER_LEN_MAX: usize = 48 * 1024;
/// Conversations that are asked about in one request.
pub const CURSORS_MAX: usize = 32;
/// Messages of one conversation in one answer.
pub const MESSAGES_MAX: usize = 500;

/// The bytes are not a message of this kind, or break a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are nothing that a device says of the history")]
pub struct Malformed;

/// Reads what a device says. Ids and numbers inside are for the reader to check.
///
/// # Errors
/// When the bytes are something else, or more than an answer may hold.
pub fn decode(bytes: &[u8]) -> Result<DeviceHistory, Malformed> {
    let said = DeviceHistory::decode(bytes).map_err(|_| Malformed)?;
    let fits = match &said.body {
        Some(Body::Fetch(fetch)) => fetch.cursors.len() <= CURSORS_MAX,
        Some(Body::Pages(pages)) => {
            let fits = |page: &HistoryPage| page.messages.len() <= MESSAGES_MAX;
            pages.pages.len() <= CURSORS_MAX && pages.pages.iter().all(fits)
        }
        _ => true,
    };
    fits.then_some(said).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(body: Body) -> Vec<u8> {
        let said = DeviceHistory {
            body: Some(body),
            ..DeviceHistory::default()
        };
        said.encode_to_vec()
    }

    #[test]
    fn limits_hold() {
        let fetch = |len| {
            said(Body::Fetch(HistoryFetch {
                cursors: vec![HistoryCursor::default(); len],
                ..HistoryFetch::default()
            }))
        };
        assert!(decode(&fetch(CURSORS_MAX)).is_ok());
        assert!(decode(&fetch(CURSORS_MAX + 1)).is_err());
        let page = |len| {
            said(Body::Pages(HistoryPages {
                pages: vec![HistoryPage {
                    messages: vec![HistoryMessage::default(); len],
                    ..HistoryPage::default()
                }],
                people: Vec::new(),
            }))
        };
        assert!(decode(&page(MESSAGES_MAX)).is_ok());
        assert!(decode(&page(MESSAGES_MAX + 1)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes);
        }
    }
}
