//! A group's way through the server: opened once, moved by commits.

use bytes::Bytes;
use openmls::group::{GroupId as MlsGroupId, ProposalStore};
use openmls::prelude::group_info::{GroupInfo, VerifiableGroupInfo};
use openmls::prelude::tls_codec::Serialize as _;
use openmls::prelude::{
    LeafNodeIndex, ProcessedMessageContent, PublicGroup, Sender, SignaturePublicKey, StagedCommit,
};
use openmls::prelude::{OpenMlsSignaturePublicKey, Verifiable};
use openmls_rust_crypto::RustCrypto;
use pipit_domain::{GroupId, limits};
use pipit_mailbox::Suite;
use pipit_wire::charter::Charter;

use crate::leaf::Leaf;
use crate::state::Parts;
use crate::{HandshakeError, charter, message, rules, suite};

/// A group whose GroupInfo and tree check.
#[derive(Debug, Clone)]
pub struct OpenedGroup {
    /// Its id.
    pub group: GroupId,
    /// The epoch of the GroupInfo.
    pub epoch: u64,
    /// Its cipher suite.
    pub suite: Suite,
    /// Its leaves, in tree order; no device twice.
    pub leaves: Vec<Leaf>,
    /// Its charter, which fits the leaves.
    pub charter: Option<Charter>,
    /// The public state, to be stored and given to [`apply`].
    pub state: Bytes,
}

/// What a valid commit does.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Who made it: a member, or the device that joins by it.
    pub committer: Leaf,
    /// The epoch after it.
    pub epoch: u64,
    /// The group's cipher suite.
    pub suite: Suite,
    /// Whom it adds by Welcome, each with the reference of the key package.
    pub added: Vec<(Leaf, Vec<u8>)>,
    /// Devices of others that it takes out while their accounts stay: revoked ones, or it is refused.
    pub dropped: Vec<Leaf>,
    /// The charter after it.
    pub charter: Option<Charter>,
    /// All leaves after it, in tree order.
    pub leaves: Vec<Leaf>,
    /// The public state after it.
    pub state: Bytes,
    /// The MLS ratchet tree after it.
    pub tree: Bytes,
}

/// Opens a group from its GroupInfo and its ratchet tree (RFC 9420, section 12.4.3.3).
///
/// # Errors
/// When anything in them does not check, a lifetime has run out, or no key for external joins is
/// there.
pub fn open(group_info: &[u8], tree: &[u8]) -> Result<OpenedGroup, HandshakeError> {
    let group_info = message::group_info(group_info)?;
    let tree = message::ratchet_tree(tree)?;
    if group_info.extensions().external_pub().is_none() {
        return Err(HandshakeError::WrongGroupInfo);
    }
    // Our clients join neither a group that outsiders may change nor one whose GroupInfo brings a tree
    // of its own.
    let charter = charter::read(group_info.group_context().extensions())?;
    if group_info.extensions().ratchet_tree().is_some() {
        return Err(HandshakeError::Invalid);
    }
    let parts = Parts::default();
    let (group, _) = PublicGroup::from_external(
        &RustCrypto::default(),
        &parts,
        tree,
        group_info,
        ProposalStore::default(),
    )
    .map_err(|_| HandshakeError::Invalid)?;
    let leaves = leaves(&group)?;
    charter::check_fit(charter.as_ref(), &leaves)?;
    Ok(OpenedGroup {
        group: GroupId::try_from(group.group_id().as_slice())
            .map_err(|_| HandshakeError::Malformed)?,
        epoch: group.group_context().epoch().as_u64(),
        suite: suite::of(group.ciphersuite())?,
        leaves,
        charter,
        state: parts.to_bytes()?.into(),
    })
}

/// Applies a commit to a stored state, and checks that the GroupInfo is that of the epoch after it.
/// Proposals come inside the commit (by value) only.
///
/// # Errors
/// [`HandshakeError::WrongEpoch`] when the commit follows another epoch, [`HandshakeError::BadState`]
/// when the state is damaged; otherwise what does not check. The stored state is as before.
pub fn apply(
    state: &[u8],
    group: GroupId,
    commit: &[u8],
    group_info: &[u8],
) -> Result<Applied, HandshakeError> {
    let parts = Parts::from_bytes(state)?;
    let mut public = load(&parts, group)?;
    let commit = message::handshake(commit)?;
    if commit.group_id().as_slice() != group.as_bytes() {
        return Err(HandshakeError::Malformed);
    }
    if commit.epoch() != public.group_context().epoch() {
        return Err(HandshakeError::WrongEpoch);
    }
    let crypto = RustCrypto::default();
    let processed = public
        .process_message(&crypto, commit)
        .map_err(|_| HandshakeError::Invalid)?;
    let sender = processed.sender().clone();
    let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
        return Err(HandshakeError::Malformed);
    };
    let checked = rules::check(&public, &sender, &staged)?;
    let index = match sender {
        Sender::Member(index) => index,
        Sender::NewMemberCommit => public
            .ext_commit_sender_index(&staged)
            .map_err(|_| HandshakeError::Invalid)?,
        _ => return Err(HandshakeError::Invalid),
    };
    let added = added_by(&staged, &crypto)?;
    public
        .merge_commit(&parts, *staged)
        .map_err(|_| HandshakeError::Invalid)?;
    let committer = public
        .leaf(index)
        .ok_or(HandshakeError::Invalid)
        .and_then(Leaf::of_node)?;
    check_group_info(&public, index, group_info)?;
    Ok(Applied {
        committer,
        epoch: public.group_context().epoch().as_u64(),
        suite: suite::of(public.ciphersuite())?,
        added,
        dropped: checked.dropped,
        charter: checked.charter,
        leaves: leaves(&public)?,
        state: parts.to_bytes()?.into(),
        tree: export_tree(&public)?,
    })
}

fn added_by(
    staged: &StagedCommit,
    crypto: &RustCrypto,
) -> Result<Vec<(Leaf, Vec<u8>)>, HandshakeError> {
    let adds = staged.add_proposals();
    adds.map(|add| {
        let key_package = add.add_proposal().key_package();
        let reference = key_package
            .hash_ref(crypto)
            .map_err(|_| HandshakeError::Invalid)?;
        Ok((
            Leaf::of_node(key_package.leaf_node())?,
            reference.as_slice().to_vec(),
        ))
    })
    .collect()
}

/// The MLS ratchet tree of a stored state.
///
/// # Errors
/// When the state is damaged.
pub fn tree(state: &[u8], group: GroupId) -> Result<Bytes, HandshakeError> {
    export_tree(&load(&Parts::from_bytes(state)?, group)?)
}

fn load(parts: &Parts, group: GroupId) -> Result<PublicGroup, HandshakeError> {
    PublicGroup::load(parts, &MlsGroupId::from_slice(group.as_bytes()))
        .map_err(|_| HandshakeError::BadState)?
        .filter(|public| public.group_id().as_slice() == group.as_bytes())
        .ok_or(HandshakeError::BadState)
}

fn export_tree(group: &PublicGroup) -> Result<Bytes, HandshakeError> {
    let tree = group.export_ratchet_tree().tls_serialize_detached();
    tree.map(Bytes::from).map_err(|_| HandshakeError::BadState)
}

fn leaves(group: &PublicGroup) -> Result<Vec<Leaf>, HandshakeError> {
    let leaves = group
        .members()
        .map(|member| Leaf::of_member(&member))
        .collect::<Result<Vec<_>, _>>()?;
    if leaves.len() > limits::CONVERSATION_DEVICES_MAX {
        return Err(HandshakeError::TooManyDevices);
    }
    Ok(leaves)
}

/// A GroupInfo is right when the committer signed it, its context is the group's, it can be joined
/// from outside, and it ends in the group's confirmation tag and the committer's index:
///
/// ```text
/// … | opaque confirmation_tag<V> | uint32 signer | opaque signature<V>
/// ```
fn check_group_info(
    group: &PublicGroup,
    index: LeafNodeIndex,
    bytes: &[u8],
) -> Result<(), HandshakeError> {
    let wrong = HandshakeError::WrongGroupInfo;
    let info: VerifiableGroupInfo = message::group_info(bytes)?;
    if info.extensions().external_pub().is_none()
        || info.extensions().ratchet_tree().is_some()
        || info.group_context() != group.group_context()
    {
        return Err(wrong);
    }
    let signature = info
        .signature()
        .tls_serialize_detached()
        .map_err(|_| wrong)?;
    let mut end = group
        .confirmation_tag()
        .tls_serialize_detached()
        .map_err(|_| wrong)?;
    end.extend(index.u32().to_be_bytes());
    end.extend(signature);
    if !bytes.ends_with(&end) {
        return Err(wrong);
    }
    let key: &SignaturePublicKey = group.leaf(index).ok_or(wrong)?.signature_key();
    let key = OpenMlsSignaturePublicKey::from_signature_key(
        key.clone(),
        group.ciphersuite().signature_algorithm(),
    );
    let _: GroupInfo = info
        .verify(&RustCrypto::default(), &key)
        .map_err(|_| wrong)?;
    Ok(())
}
