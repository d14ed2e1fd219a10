//! A member on mls-rs: joins, reads, writes and commits, as bytes in and out. No network here.

use std::time::Duration;

use mls_rs::client_builder::MlsConfig;
use mls_rs::client_builder::PaddingMode;
use mls_rs::error::MlsError;
use mls_rs::group::{ExportedTree, ReceivedMessage};
use mls_rs::identity::SigningIdentity;
use mls_rs::identity::basic::{BasicCredential, BasicIdentityProvider};
use mls_rs::mls_rules::{CommitOptions, DefaultMlsRules, EncryptionOptions};
use mls_rs::{CipherSuite, Client, ExtensionList, Group, MlsMessage};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use pipit_domain::{AccountId, DeviceId, EnvelopeId};
use pipit_ledger::SecretKey;

/// MLS 0x0003, our classical suite.
const SUITE: CipherSuite = CipherSuite::CURVE25519_CHACHA;
/// Within what our clients accept.
const KEY_PACKAGE_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A device that speaks MLS by mls-rs.
pub struct Peer<C: MlsConfig> {
    client: Client<C>,
}

/// The peer's half of one conversation.
pub struct PeerGroup<C: MlsConfig> {
    group: Group<C>,
}

/// What the peer read from a delivered payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A message, and the authenticated data that came with it.
    Message {
        /// The account and device that the sender's credential names.
        sender: (AccountId, DeviceId),
        /// What was sealed.
        content: Vec<u8>,
        /// The envelope id, when the data is one.
        envelope: Option<EnvelopeId>,
    },
    /// A commit, applied.
    Commit,
    /// Something that Pipit does not send.
    Other,
}

/// A commit by the peer, as bytes for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCommit {
    /// PublicMessage.
    pub commit: Vec<u8>,
    /// GroupInfo of the next epoch.
    pub group_info: Vec<u8>,
}

/// A peer with this account and device key.
#[must_use]
pub fn peer(account: AccountId, key: &SecretKey) -> Peer<impl MlsConfig + use<>> {
    let name = [&account.as_bytes()[..], key.device_id().as_bytes()].concat();
    let public = key.public().as_bytes().to_vec();
    let pair = [&key.seed()[..], &public].concat();
    let identity =
        SigningIdentity::new(BasicCredential::new(name).into_credential(), public.into());
    let commits = CommitOptions::new()
        .with_path_required(true)
        .with_ratchet_tree_extension(false)
        .with_allow_external_commit(true)
        .with_always_out_of_band_ratchet_tree(true);
    let rules = DefaultMlsRules::new()
        .with_commit_options(commits)
        .with_encryption_options(EncryptionOptions::new(false, PaddingMode::None));
    let client = Client::builder()
        .crypto_provider(RustCryptoProvider::with_enabled_cipher_suites(vec![SUITE]))
        .identity_provider(BasicIdentityProvider::new())
        .mls_rules(rules)
        .key_package_lifetime(KEY_PACKAGE_LIFETIME)
        .signing_identity(identity, pair.into(), SUITE)
        .build();
    Peer { client }
}

impl<C: MlsConfig> Peer<C> {
    /// A fresh key package (MLSMessage).
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn key_package(&self) -> Result<Vec<u8>, MlsError> {
        let message = self.client.generate_key_package_message(
            ExtensionList::new(),
            ExtensionList::new(),
            None,
        )?;
        message.to_bytes()
    }

    /// Joins by a Welcome and the tree that came with it.
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn join(&self, welcome: &[u8], tree: &[u8]) -> Result<PeerGroup<C>, MlsError> {
        let welcome = MlsMessage::from_bytes(welcome)?;
        let tree = ExportedTree::from_bytes(tree)?;
        let (group, _) = self.client.join_group(Some(tree), &welcome, None)?;
        Ok(PeerGroup { group })
    }

    /// Joins from outside, replacing an older leaf of the same device when it is given.
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn join_external(
        &self,
        group_info: &[u8],
        tree: &[u8],
        replaces: Option<u32>,
    ) -> Result<(PeerGroup<C>, Vec<u8>), MlsError> {
        let mut builder = self
            .client
            .external_commit_builder()?
            .with_tree_data(ExportedTree::from_bytes(tree)?);
        if let Some(leaf) = replaces {
            builder = builder.with_removal(leaf);
        }
        let (group, commit) = builder.build(MlsMessage::from_bytes(group_info)?)?;
        Ok((PeerGroup { group }, commit.to_bytes()?))
    }
}

impl<C: MlsConfig> PeerGroup<C> {
    /// The epoch that it is in.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.group.current_epoch()
    }

    /// Seals content under an envelope id, as our clients do.
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn seal(&mut self, envelope: EnvelopeId, content: &[u8]) -> Result<Vec<u8>, MlsError> {
        self.group
            .encrypt_application_message(content, envelope.to_vec())?
            .to_bytes()
    }

    /// Reads one delivered payload and applies it.
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn open(&mut self, bytes: &[u8]) -> Result<Read, MlsError> {
        match self
            .group
            .process_incoming_message(MlsMessage::from_bytes(bytes)?)?
        {
            ReceivedMessage::ApplicationMessage(message) => Ok(Read::Message {
                sender: self.sender(message.sender_index)?,
                content: message.data().to_vec(),
                envelope: EnvelopeId::try_from(&message.authenticated_data[..]).ok(),
            }),
            ReceivedMessage::Commit(_) => Ok(Read::Commit),
            _ => Ok(Read::Other),
        }
    }

    /// A commit that renews the peer's own keys; pending until [`confirm`](Self::confirm).
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn renew(&mut self, envelope: EnvelopeId) -> Result<PeerCommit, MlsError> {
        let output = self
            .group
            .commit_builder()
            .authenticated_data(envelope.to_vec())
            .build()?;
        let group_info = output
            .external_commit_group_info
            .ok_or(MlsError::InvalidGroupInfo)?;
        Ok(PeerCommit {
            commit: output.commit_message.to_bytes()?,
            group_info: group_info.to_bytes()?,
        })
    }

    /// The server took the commit.
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn confirm(&mut self) -> Result<(), MlsError> {
        self.group.apply_pending_commit().map(drop)
    }

    /// Somebody else's commit won.
    pub fn abandon(&mut self) {
        self.group.clear_pending_commit();
    }

    /// A secret of this epoch, by the MLS exporter.
    ///
    /// # Errors
    /// As mls-rs says.
    pub fn export_secret(
        &self,
        label: &str,
        context: &[u8],
        len: usize,
    ) -> Result<Vec<u8>, MlsError> {
        self.group
            .export_secret(label.as_bytes(), context, len)
            .map(|secret| secret.as_bytes().to_vec())
    }

    fn sender(&self, index: u32) -> Result<(AccountId, DeviceId), MlsError> {
        let member = self
            .group
            .member_at_index(index)
            .ok_or(MlsError::InvalidNodeIndex(index))?;
        let credential = member.signing_identity.credential.as_basic();
        let name = credential
            .map(|basic| basic.identifier.clone())
            .unwrap_or_default();
        let (account, device) = name.split_at_checked(AccountId::LEN).unwrap_or_default();
        let names = AccountId::try_from(account)
            .ok()
            .zip(DeviceId::try_from(device).ok());
        names.ok_or(MlsError::InvalidNodeIndex(index))
    }
}
