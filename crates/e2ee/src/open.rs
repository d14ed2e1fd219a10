//! Opening what the server delivered to a group: messages and commits.
//!
//! Everything that can be judged is judged before the group changes: size, group, epoch, then for a
//! commit whose leaves it brings in. Only then is it applied.

use std::collections::BTreeSet;
use std::fmt;

use openmls::framing::errors::{MessageDecryptionError, SecretTreeError};
use openmls::prelude::{
    ContentType, MergeCommitError, MlsGroupStateError, MlsMessageBodyIn, MlsMessageIn,
    PrivateMessageIn, ProcessMessageError, ProcessedMessage, ProcessedMessageContent, Proposal,
    PublicMessageIn, Sender, StagedCommit, ValidationError, tls_codec::DeserializeBytes as _,
};
use pipit_domain::{AccountId, DeviceId, EnvelopeId, limits};
use pipit_wire::charter::Charter;
use pipit_wire::mls_header;
use zeroize::Zeroizing;

use crate::charter;
use crate::commit::CommitError;
use crate::crypto::{Provider, Storage, StorageFailure};
use crate::group::Group;
use crate::identity::{LeafIdentity, names};
use crate::roster::{Refusal, Roster, Standing, admit};

/// What was in a delivered payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A message of a member.
    Application(Application),
    /// A commit, applied: the group is in its next epoch.
    Commit(Committed),
    /// A message that we sealed ourselves, come back. It cannot be opened, and need not be.
    Own(EnvelopeId),
}

/// An opened message.
#[derive(Clone, PartialEq, Eq)]
pub struct Application {
    /// Whose device sealed it.
    pub account: AccountId,
    /// Which device.
    pub device: DeviceId,
    /// The id that its sender gave it, authenticated.
    pub envelope: EnvelopeId,
    /// The epoch that it was sealed in.
    pub epoch: u64,
    /// What was sealed.
    pub content: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("device", &self.device)
            .field("envelope", &self.envelope)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// An applied commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The epoch that the group is in now.
    pub epoch: u64,
    /// Who committed.
    pub by: LeafIdentity,
    /// Who came in.
    pub added: Vec<LeafIdentity>,
    /// Who went.
    pub removed: Vec<LeafIdentity>,
    /// The group's charter before.
    pub charter_before: Option<Charter>,
    /// The group's charter now.
    pub charter: Option<Charter>,
    /// Whether its maker joined by it, from outside.
    pub is_from_outside: bool,
    /// Whether it was our own pending commit.
    pub is_ours: bool,
    /// Whether we are still in.
    pub is_member: bool,
    /// Whether a pending commit of ours lost against it: make it again if it is still wanted.
    pub dropped_ours: bool,
}

/// Why a payload was not opened. The group has not changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not a message of MLS that we use, too long, or for another group. Nothing to wait for.
    #[error("the envelope is damaged")]
    Corrupt,
    /// Opened before, or a commit that was applied before: acknowledge it.
    #[error("the envelope was opened before")]
    Duplicate,
    /// Its keys are gone: too many epochs or messages have passed.
    #[error("the envelope came too late to be opened")]
    TooOld,
    /// Sealed in an epoch that we have not reached: a commit is missing. It can be opened after that.
    #[error("the envelope is for epoch {epoch}, and a change of members before it is missing")]
    EpochTooNew {
        /// The envelope's epoch.
        epoch: u64,
    },
    /// So many messages of its sender are missing that it cannot be reached.
    #[error("too many messages before this one are missing")]
    TooFarAhead,
    /// The keys do not fit, or a signature is wrong.
    #[error("the envelope cannot be decrypted")]
    Undecryptable,
    /// A commit that does not check. The server should not have let it pass.
    #[error("the change of members does not check")]
    InvalidCommit,
    /// A commit that checks, but brings in what must not be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// We were removed from this group.
    #[error("this device is not in the conversation any more")]
    NotMember,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageFailure),
    /// The library failed: our bug.
    #[error("the encryption library failed")]
    Internal,
}

impl Group {
    /// Opens one delivered payload and applies it. Save what it gives in the same transaction.
    ///
    /// # Errors
    /// Says why. The group in storage has not changed; load it again.
    pub fn open<S: Storage>(
        self,
        provider: &Provider<'_, S>,
        bytes: &[u8],
        roster: &impl Roster,
    ) -> Result<(Self, Opened), OpenError> {
        if !self.is_member() {
            return Err(OpenError::NotMember);
        }
        if bytes.len() > limits::HANDSHAKE_LEN_MAX {
            return Err(OpenError::Corrupt);
        }
        let message =
            MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(|_| OpenError::Corrupt)?;
        match message.extract() {
            MlsMessageBodyIn::PrivateMessage(message) => {
                self.open_application(provider, message, bytes)
            }
            MlsMessageBodyIn::PublicMessage(message) => self.open_commit(provider, message, roster),
            _ => Err(OpenError::Corrupt),
        }
    }

    fn open_application<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
        message: PrivateMessageIn,
        bytes: &[u8],
    ) -> Result<(Self, Opened), OpenError> {
        let header = mls_header::read_application(bytes).map_err(|_| OpenError::Corrupt)?;
        if header.group != self.id() || bytes.len() > limits::ENVELOPE_LEN_MAX {
            return Err(OpenError::Corrupt);
        }
        if header.epoch > self.epoch() {
            return Err(OpenError::EpochTooNew {
                epoch: header.epoch,
            });
        }
        let processed = self
            .mls
            .process_message(provider, message)
            .map_err(process_error)?;
        let (account, device) = names(processed.credential())?;
        let content = match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(message) => {
                Zeroizing::new(message.into_bytes())
            }
            ProcessedMessageContent::OwnPrivateMessage => {
                return Ok((self, Opened::Own(header.envelope)));
            }
            _ => return Err(OpenError::Corrupt),
        };
        let (envelope, epoch) = (header.envelope, header.epoch);
        Ok((
            self,
            Opened::Application(Application {
                account,
                device,
                envelope,
                epoch,
                content,
            }),
        ))
    }

    fn open_commit<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
        message: PublicMessageIn,
        roster: &impl Roster,
    ) -> Result<(Self, Opened), OpenError> {
        if message.group_id().as_slice() != self.id().as_bytes() {
            return Err(OpenError::Corrupt);
        }
        if message.content_type() != ContentType::Commit {
            return Err(Refusal::Forbidden.into());
        }
        let epoch = message.epoch().as_u64();
        if epoch > self.epoch() {
            return Err(OpenError::EpochTooNew { epoch });
        }
        if epoch < self.epoch() {
            return Err(OpenError::Duplicate);
        }
        let processed = self
            .mls
            .process_message(provider, message)
            .map_err(process_error)?;
        let sender = processed.sender().clone();
        match into_staged(processed)? {
            None => {
                let (group, committed) = self.confirm(provider).map_err(confirm_error)?;
                Ok((group, Opened::Commit(committed)))
            }
            Some(staged) => self.apply(provider, &sender, staged, roster),
        }
    }

    fn apply<S: Storage>(
        mut self,
        provider: &Provider<'_, S>,
        sender: &Sender,
        staged: StagedCommit,
        roster: &impl Roster,
    ) -> Result<(Self, Opened), OpenError> {
        let Judged {
            added,
            removed,
            by,
            charter,
        } = self.judge(sender, &staged, roster)?;
        let charter_before = self.charter();
        let dropped_ours = self.has_pending_commit();
        self.mls
            .merge_staged_commit(provider, staged)
            .map_err(|error| match error {
                MergeCommitError::StorageError(error) => {
                    OpenError::Storage(StorageFailure::new(error))
                }
                _ => OpenError::Internal,
            })?;
        let is_member = self.is_member();
        let group = if is_member {
            self.fit_past_epochs(provider)?
        } else {
            self
        };
        let epoch = group.epoch();
        let committed = Committed {
            epoch,
            by,
            added,
            removed,
            charter: charter.or_else(|| charter_before.clone()),
            charter_before,
            is_from_outside: matches!(sender, Sender::NewMemberCommit),
            is_ours: false,
            is_member,
            dropped_ours,
        };
        Ok((group, Opened::Commit(committed)))
    }

    /// Whether a valid commit may be applied: only adds, removals, joins from outside and changes of the
    /// charter, only leaves that ledgers hold, nobody in another's place, and only what the charter
    /// allows.
    fn judge(
        &self,
        sender: &Sender,
        staged: &StagedCommit,
        roster: &impl Roster,
    ) -> Result<Judged, Refusal> {
        let from_outside = matches!(sender, Sender::NewMemberCommit);
        for queued in staged.queued_proposals() {
            match queued.proposal() {
                Proposal::Add(_) | Proposal::GroupContextExtensions(_) if !from_outside => {}
                Proposal::Remove(_) => {}
                Proposal::ExternalInit(_) if from_outside => {}
                _ => return Err(Refusal::Forbidden),
            }
        }
        let (mut added, removed) = self.changes_of(staged)?;
        for leaf in &added {
            admit(roster, *leaf)?;
        }
        let new_leaf = staged
            .update_path_leaf_node()
            .map(LeafIdentity::of_leaf)
            .transpose()?;
        let by = match sender {
            Sender::Member(place) => {
                let member = self.mls.member_at(*place).ok_or(Refusal::Forbidden)?;
                let by = LeafIdentity::of_member(&member)?;
                if new_leaf.is_some_and(|leaf| leaf != by) {
                    return Err(Refusal::TakenOver);
                }
                by
            }
            Sender::NewMemberCommit => {
                let by = admit(roster, new_leaf.ok_or(Refusal::Forbidden)?)?;
                let has_sibling = self.members().iter().any(|leaf| leaf.account == by.account);
                if !has_sibling || removed.iter().any(|leaf| *leaf != by) {
                    return Err(Refusal::TakenOver);
                }
                added.push(by);
                by
            }
            _ => return Err(Refusal::Forbidden),
        };
        let charter = charter::proposed(staged)?;
        self.check_rules(by.account, charter.as_ref(), &added, &removed)?;
        self.check_dropped(by, &added, &removed, roster)?;
        Ok(Judged {
            added,
            removed,
            by,
            charter,
        })
    }

    /// Single devices go only when their ledger has revoked them: in a group with a charter those of others, and
    /// everywhere those of the committer's own account. A server that hides the revocation shows by that.
    fn check_dropped(
        &self,
        by: LeafIdentity,
        added: &[LeafIdentity],
        removed: &[LeafIdentity],
        roster: &impl Roster,
    ) -> Result<(), Refusal> {
        let has_charter = self.charter().is_some();
        let single = || {
            removed
                .iter()
                .filter(|leaf| match leaf.account == by.account {
                    true => leaf.device != by.device,
                    false => has_charter,
                })
        };
        if single().next().is_none() {
            return Ok(());
        }
        let gone: BTreeSet<DeviceId> = removed.iter().map(|leaf| leaf.device).collect();
        let members = self.members();
        let staying: BTreeSet<AccountId> = members
            .iter()
            .filter(|leaf| !gone.contains(&leaf.device))
            .chain(added)
            .map(|leaf| leaf.account)
            .collect();
        match single().find(|leaf| {
            staying.contains(&leaf.account) && roster.standing(leaf) == Standing::InForce
        }) {
            Some(leaf) => Err(Refusal::StillInForce(*leaf)),
            None => Ok(()),
        }
    }
}

/// A commit that may be applied.
struct Judged {
    added: Vec<LeafIdentity>,
    removed: Vec<LeafIdentity>,
    by: LeafIdentity,
    charter: Option<Charter>,
}

/// The staged commit, or `None` when it is our own pending one.
fn into_staged(processed: ProcessedMessage) -> Result<Option<StagedCommit>, OpenError> {
    match processed.into_content() {
        ProcessedMessageContent::StagedCommitMessage(staged) => Ok(Some(*staged)),
        ProcessedMessageContent::OwnPendingCommit => Ok(None),
        _ => Err(Refusal::Forbidden.into()),
    }
}

fn confirm_error(error: CommitError) -> OpenError {
    match error {
        CommitError::Storage(failure) => failure.into(),
        CommitError::Refused(refusal) => refusal.into(),
        _ => OpenError::Internal,
    }
}

fn process_error<E>(error: ProcessMessageError<E>) -> OpenError
where
    E: std::error::Error + Send + Sync + 'static,
{
    match error {
        ProcessMessageError::StorageError(error) => StorageFailure::new(error).into(),
        ProcessMessageError::ValidationError(error) => validation_error(&error),
        ProcessMessageError::GroupStateError(MlsGroupStateError::UseAfterEviction) => {
            OpenError::NotMember
        }
        ProcessMessageError::InvalidCommit(_) => OpenError::InvalidCommit,
        ProcessMessageError::LibraryError(_) | ProcessMessageError::GroupStateError(_) => {
            OpenError::Internal
        }
        _ => OpenError::Corrupt,
    }
}

fn validation_error(error: &ValidationError) -> OpenError {
    match error {
        ValidationError::UnableToDecrypt(MessageDecryptionError::SecretTreeError(error)) => {
            match error {
                SecretTreeError::SecretReuseError => OpenError::Duplicate,
                SecretTreeError::TooDistantInThePast => OpenError::TooOld,
                SecretTreeError::TooDistantInTheFuture | SecretTreeError::RatchetTooLong => {
                    OpenError::TooFarAhead
                }
                _ => OpenError::Undecryptable,
            }
        }
        ValidationError::NoPastEpochData => OpenError::TooOld,
        ValidationError::WrongGroupId | ValidationError::WrongWireFormat => OpenError::Corrupt,
        ValidationError::LibraryError(_) => OpenError::Internal,
        _ => OpenError::Undecryptable,
    }
}
