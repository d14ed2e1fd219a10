//! The public state of a group as bytes: a storage provider of OpenMLS that holds one group in memory.
//!
//! ```text
//! u8 version = 1 | MessagePack array of 4 byte strings, each the MessagePack (with field names) of
//! OpenMLS's tree, group context, confirmation tag, interim transcript hash
//! ```
//! Groups here take no proposals outside commits, so there is no proposal queue to keep.

use std::cell::RefCell;

use openmls_traits::public_storage::PublicStorageProvider;
use openmls_traits::storage::{CURRENT_VERSION, traits};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::HandshakeError;

const VERSION: u8 = 1;

/// Why a part could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the stored group cannot be read or written")]
pub(crate) struct PartError;

/// The parts of one group.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    tree: RefCell<Vec<u8>>,
    context: RefCell<Vec<u8>>,
    confirmation: RefCell<Vec<u8>>,
    transcript: RefCell<Vec<u8>>,
}

impl Parts {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, HandshakeError> {
        let (&version, rest) = bytes.split_first().ok_or(HandshakeError::BadState)?;
        if version != VERSION {
            return Err(HandshakeError::BadState);
        }
        let parts: [serde_bytes_like::Bytes; 4] =
            rmp_serde::from_slice(rest).map_err(|_| HandshakeError::BadState)?;
        let [tree, context, confirmation, transcript] = parts.map(|part| RefCell::new(part.0));
        Ok(Self {
            tree,
            context,
            confirmation,
            transcript,
        })
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, HandshakeError> {
        let parts = [
            &self.tree,
            &self.context,
            &self.confirmation,
            &self.transcript,
        ]
        .map(|part| serde_bytes_like::Bytes(part.borrow().clone()));
        let mut bytes = vec![VERSION];
        rmp_serde::encode::write(&mut bytes, &parts).map_err(|_| HandshakeError::BadState)?;
        Ok(bytes)
    }
}

fn put(part: &RefCell<Vec<u8>>, value: &impl Serialize) -> Result<(), PartError> {
    *part.borrow_mut() = rmp_serde::to_vec_named(value).map_err(|_| PartError)?;
    Ok(())
}

fn get<T: DeserializeOwned>(part: &RefCell<Vec<u8>>) -> Result<Option<T>, PartError> {
    let bytes = part.borrow();
    if bytes.is_empty() {
        return Ok(None);
    }
    rmp_serde::from_slice(&bytes)
        .map(Some)
        .map_err(|_| PartError)
}

fn clear(part: &RefCell<Vec<u8>>) -> Result<(), PartError> {
    part.borrow_mut().clear();
    Ok(())
}

impl PublicStorageProvider<CURRENT_VERSION> for Parts {
    type PublicError = PartError;

    fn write_tree<G: traits::GroupId<CURRENT_VERSION>, T: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        _: &G,
        tree: &T,
    ) -> Result<(), PartError> {
        put(&self.tree, tree)
    }

    fn write_interim_transcript_hash<
        G: traits::GroupId<CURRENT_VERSION>,
        H: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        hash: &H,
    ) -> Result<(), PartError> {
        put(&self.transcript, hash)
    }

    fn write_context<
        G: traits::GroupId<CURRENT_VERSION>,
        C: traits::GroupContext<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        context: &C,
    ) -> Result<(), PartError> {
        put(&self.context, context)
    }

    fn write_confirmation_tag<
        G: traits::GroupId<CURRENT_VERSION>,
        C: traits::ConfirmationTag<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        tag: &C,
    ) -> Result<(), PartError> {
        put(&self.confirmation, tag)
    }

    fn queue_proposal<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        Q: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        _: &R,
        _: &Q,
    ) -> Result<(), PartError> {
        Err(PartError)
    }

    fn queued_proposals<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        Q: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> Result<Vec<(R, Q)>, PartError> {
        Ok(Vec::new())
    }

    fn tree<G: traits::GroupId<CURRENT_VERSION>, T: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        _: &G,
    ) -> Result<Option<T>, PartError> {
        get(&self.tree)
    }

    fn group_context<
        G: traits::GroupId<CURRENT_VERSION>,
        C: traits::GroupContext<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> Result<Option<C>, PartError> {
        get(&self.context)
    }

    fn interim_transcript_hash<
        G: traits::GroupId<CURRENT_VERSION>,
        H: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> Result<Option<H>, PartError> {
        get(&self.transcript)
    }

    fn confirmation_tag<
        G: traits::GroupId<CURRENT_VERSION>,
        C: traits::ConfirmationTag<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> Result<Option<C>, PartError> {
        get(&self.confirmation)
    }

    fn delete_tree<G: traits::GroupId<CURRENT_VERSION>>(&self, _: &G) -> Result<(), PartError> {
        clear(&self.tree)
    }

    fn delete_confirmation_tag<G: traits::GroupId<CURRENT_VERSION>>(
        &self,
        _: &G,
    ) -> Result<(), PartError> {
        clear(&self.confirmation)
    }

    fn delete_context<G: traits::GroupId<CURRENT_VERSION>>(&self, _: &G) -> Result<(), PartError> {
        clear(&self.context)
    }

    fn delete_interim_transcript_hash<G: traits::GroupId<CURRENT_VERSION>>(
        &self,
        _: &G,
    ) -> Result<(), PartError> {
        clear(&self.transcript)
    }

    fn remove_proposal<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        _: &R,
    ) -> Result<(), PartError> {
        Ok(())
    }

    fn clear_proposal_queue<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> Result<(), PartError> {
        Ok(())
    }
}

/// Byte strings for serde (which would otherwise write a vector of numbers).
mod serde_bytes_like {
    use serde::de::{Error, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) struct Bytes(pub(super) Vec<u8>);

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Read;
            impl Visitor<'_> for Read {
                type Value = Bytes;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a byte string")
                }
                fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                    Ok(Bytes(bytes.to_vec()))
                }
                fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                    Ok(Bytes(bytes))
                }
            }
            deserializer.deserialize_byte_buf(Read)
        }
    }
}
