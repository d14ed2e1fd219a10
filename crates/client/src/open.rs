//! Opening one delivery inside the inbox's transaction: what it is, and the rows that it makes.

use std::cell::RefCell;
use std::collections::BTreeSet;

use pipit_domain::{
    AccountId, ConversationId, EnvelopeId, GroupId, MessageId, Redacted, Timestamp,
};
use pipit_e2ee::{
    Application, Crypto, Group, Identity, JoinError, OpenError, Opened, Provider, Refusal,
};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::{contact, outbox, pending_join, person, state, timer, unwanted};
use pipit_store::{StoreError, Transaction, mls_storage};
use pipit_wire::content::{Content, Control, Kind, Uri, sync as content_sync};
use pipit_wire::mls_header;
use pipit_wire::v1::{Deliver, EnvelopeKind};

use crate::clock::random;
use crate::commit;
use crate::content::{self, Deed, shown};
use crate::error::ClientError;
use crate::establish::delete_group;
use crate::event::Event;
use crate::group;
use crate::ledgers::StoredLedgers;
use crate::message::received_position;
use crate::people::profile;
use crate::record::Reader;
use crate::rejoin::place_of;
use crate::renewal_plan::{Urgency, plan};
use crate::{settings, sync, trash};

/// What a delivery did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Row of a message that it added.
    pub(crate) message: Option<i64>,
    /// Row of a conversation that is new, or whose group changed.
    pub(crate) conversation: Option<i64>,
    /// A group was joined or moved on.
    pub(crate) group_changed: bool,
    /// Another device of the account has set something: there may be work for the task of `sync`.
    pub(crate) has_set: bool,
    /// What else to tell.
    pub(crate) events: Vec<Event>,
    /// Rows of messages that nobody need be notified of.
    pub(crate) lines: Vec<i64>,
    /// Rows of messages that are no longer as they were.
    pub(crate) changed: BTreeSet<i64>,
}

/// What has to be fetched before a delivery can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missing {
    /// Somebody's ledger.
    Ledger(AccountId),
    /// The tree of an epoch that an invitation leads into.
    Tree(ConversationId, u64),
}

/// Why a delivery could not be dealt with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// Something has to be fetched first; nothing was changed.
    #[error("something has to be fetched first")]
    Needs(Missing),
    /// It will never open; the person sees a placeholder in this conversation, if it is known.
    #[error("a delivery can't be opened: {why}")]
    Unreadable {
        /// Row of the conversation.
        conversation: i64,
        /// Whose, as far as known: the peer, else nobody's.
        envelope: Option<EnvelopeId>,
        /// For the log.
        why: &'static str,
        /// What comes after it can't be opened either.
        is_behind: bool,
    },
    /// It concerns nothing that a person could be shown.
    #[error("a delivery was dropped: {0}")]
    Dropped(&'static str),
    /// This device's fault: nothing is acknowledged, and it comes again.
    #[error(transparent)]
    Ours(#[from] ClientError),
}

impl DeliveryError {
    /// The conversation that this device is behind in.
    pub(crate) const fn behind(&self) -> Option<i64> {
        match self {
            Self::Unreadable {
                conversation,
                is_behind: true,
                ..
            } => Some(*conversation),
            _ => None,
        }
    }
}

impl From<StoreError> for DeliveryError {
    fn from(error: StoreError) -> Self {
        Self::Ours(error.into())
    }
}

/// Whose device opens, and with what.
pub(crate) struct Opener<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) crypto: &'a Crypto,
    pub(crate) identity: &'a Identity,
    pub(crate) reader: &'a Reader,
    pub(crate) own: AccountId,
    /// The server's clock, as well as this device knows it.
    pub(crate) now: Timestamp,
    /// A pending commit of ours was confirmed on the way; the rows of the lines that tell of it.
    pub(crate) confirmed: RefCell<Option<Vec<i64>>>,
}

impl Opener<'_> {
    pub(crate) fn open(&self, delivery: &Deliver) -> Result<Outcome, DeliveryError> {
        let mut outcome = self.open_kind(delivery)?;
        if let Some(lines) = self.confirmed.take() {
            outcome.group_changed = true;
            outcome.lines.extend(lines);
        }
        Ok(outcome)
    }

    fn open_kind(&self, delivery: &Deliver) -> Result<Outcome, DeliveryError> {
        match EnvelopeKind::try_from(delivery.kind) {
            Ok(EnvelopeKind::Application) => self.application(delivery),
            Ok(EnvelopeKind::Commit) => self.commit(delivery),
            Ok(EnvelopeKind::Welcome) => self.welcome(delivery),
            Err(_) => Err(DeliveryError::Dropped(
                "a kind that this version does not know",
            )),
        }
    }

    fn application(&self, delivery: &Deliver) -> Result<Outcome, DeliveryError> {
        let header = mls_header::read_application(&delivery.payload)
            .map_err(|_| DeliveryError::Dropped("no application message"))?;
        let place = conversation::by_group(self.transaction, header.group)?.ok_or(
            DeliveryError::Dropped("of a group that is not on this device"),
        )?;
        let place = self.entered(place, header.group)?;
        if message::by_envelope(self.transaction, header.envelope)?.is_some() {
            return Ok(Outcome::default());
        }
        let opened = self.open_in_group(&place, header.group, delivery, Some(header.envelope))?;
        let Some(Opened::Application(application)) = opened else {
            return Ok(Outcome::default());
        };
        self.keep(&place, &application, delivery)
    }

    fn commit(&self, delivery: &Deliver) -> Result<Outcome, DeliveryError> {
        let (place, group) = self.place_of_commit(delivery)?;
        match self.open_in_group(&place, group, delivery, None)? {
            Some(Opened::Commit(committed)) => {
                let lines = commit::note(
                    self.transaction,
                    self.crypto,
                    self.own,
                    place.conversation,
                    &committed,
                    Timestamp::from_millis(delivery.time),
                )?;
                if place.kind == ConversationKind::OwnDevices && !committed.added.is_empty() {
                    self.own_device_joined(delivery)?;
                }
                Ok(Outcome {
                    conversation: Some(place.conversation),
                    group_changed: true,
                    lines,
                    ..Outcome::default()
                })
            }
            _ => Ok(Outcome::default()),
        }
    }

    fn place_of_commit(
        &self,
        delivery: &Deliver,
    ) -> Result<(ConversationRow, GroupId), DeliveryError> {
        let group = pipit_wire::mls_header::read_group(&delivery.payload)
            .map_err(|_| DeliveryError::Dropped("no commit"))?;
        let place = conversation::by_group(self.transaction, group)?.ok_or(
            DeliveryError::Dropped("of a group that is not on this device"),
        )?;
        Ok((self.entered(place, group)?, group))
    }

    /// Mail of a group that this device is joining says that the server has accepted that, before the
    /// answer does, or instead of it.
    fn entered(
        &self,
        place: ConversationRow,
        group: GroupId,
    ) -> Result<ConversationRow, DeliveryError> {
        if place.group == Some(group) {
            return Ok(place);
        }
        if let Some(former) = place.group {
            delete_group(self.transaction, self.crypto, former)?;
        }
        conversation::set_group(self.transaction, place.conversation, Some(group), None)?;
        outbox::unseal(self.transaction, place.conversation)?;
        Ok(ConversationRow {
            group: Some(group),
            pending_create: None,
            ..place
        })
    }

    /// Opens a payload in its group. `None`: it was opened before, or is our own.
    fn open_in_group(
        &self,
        place: &ConversationRow,
        id: GroupId,
        delivery: &Deliver,
        envelope: Option<EnvelopeId>,
    ) -> Result<Option<Opened>, DeliveryError> {
        let ours = || DeliveryError::Ours(ClientError::Internal("keys of a conversation"));
        let lost = |why, is_behind| DeliveryError::Unreadable {
            conversation: place.conversation,
            envelope,
            why,
            is_behind,
        };
        let unreadable = |why| lost(why, false);
        match self.open_or_confirm(place, id, delivery)? {
            Ok((_, Opened::Own(_))) | Err(OpenError::Duplicate) => Ok(None),
            Ok((_, opened)) => Ok(Some(opened)),
            Err(OpenError::Refused(Refusal::UnknownLeaf(leaf) | Refusal::StillInForce(leaf))) => {
                Err(DeliveryError::Needs(Missing::Ledger(leaf.account)))
            }
            Err(OpenError::Refused(_)) => Err(unreadable("a device that must not be here")),
            Err(OpenError::Storage(_) | OpenError::Internal) => Err(ours()),
            Err(OpenError::NotMember) => Err(DeliveryError::Dropped("this device was removed")),
            Err(OpenError::Corrupt) => Err(unreadable("damaged")),
            Err(OpenError::TooOld) => Err(unreadable("too old")),
            Err(OpenError::EpochTooNew { .. }) => Err(lost("a commit is missing", true)),
            Err(OpenError::TooFarAhead) => Err(unreadable("too many before it are missing")),
            Err(OpenError::Undecryptable) => Err(unreadable("undecryptable")),
            Err(OpenError::InvalidCommit) => Err(lost("a commit that does not check", true)),
        }
    }

    /// Opens a payload. One of the epoch after a pending commit of ours says that the server has taken
    /// that one, before the answer does, or instead of it.
    fn open_or_confirm(
        &self,
        place: &ConversationRow,
        id: GroupId,
        delivery: &Deliver,
    ) -> Result<Result<(Group, Opened), OpenError>, DeliveryError> {
        let storage = mls_storage(self.transaction);
        let provider = Provider::new(self.crypto, &storage);
        let ledgers = StoredLedgers::new(self.transaction);
        let load = || {
            Group::load(&provider, id)
                .ok()
                .flatten()
                .ok_or(ClientError::Internal("keys of a conversation"))
        };
        let group = load()?;
        let next = group.epoch() + 1;
        let opened = group.open(&provider, &delivery.payload, &ledgers);
        let at = Timestamp::from_millis(delivery.time);
        let row = place.conversation;
        if matches!(opened, Err(OpenError::EpochTooNew { epoch }) if epoch == next)
            && let Some(lines) = commit::confirm(self.transaction, self.crypto, self.own, row, at)?
        {
            self.confirmed.replace(Some(lines));
            return Ok(load()?.open(&provider, &delivery.payload, &ledgers));
        }
        Ok(opened)
    }

    fn keep(
        &self,
        place: &ConversationRow,
        application: &Application,
        delivery: &Deliver,
    ) -> Result<Outcome, DeliveryError> {
        let accepted_at = Timestamp::from_millis(delivery.time);
        let sender = application.account;
        let unreadable = |why| DeliveryError::Unreadable {
            conversation: place.conversation,
            envelope: Some(application.envelope),
            why,
            is_behind: false,
        };
        let content = Content::decode(&application.content).map_err(|_| unreadable("content"))?;
        let id = content.message_id(&Uri::of_account(&sender), &Uri::of_conversation(&place.id));
        if message::get(self.transaction, id)?.is_some() {
            return Err(DeliveryError::Dropped("a message id that is here already"));
        }
        if self.is_unwanted(place, sender, &content)? {
            return Ok(Outcome::default());
        }
        if let Some(name) = content.extensions.sender_name() {
            contact::set_display_name(self.transaction, sender, name)?;
        }
        let is_written = matches!(
            content.kind(),
            Kind::Text(_) | Kind::Poll(_) | Kind::Edit { .. }
        );
        if is_written && !group::may_write(self.transaction, place, sender)? {
            return Err(DeliveryError::Dropped("of a member who may not write"));
        }
        if let Kind::Control(control) = content.kind()
            && content.as_action().is_none()
        {
            return self.control(place, sender, control, accepted_at);
        }
        let Some(shown) = shown(&content, sender, self.own) else {
            let deed = Deed {
                place,
                sender,
                at: accepted_at,
                content: &content,
            };
            let change = content::apply(self.transaction, self.own, &deed)?;
            let is_shown = !change.changed.is_empty() || change.is_place_changed;
            return Ok(Outcome {
                conversation: is_shown.then_some(place.conversation),
                changed: change.changed,
                lines: change.lines,
                ..Outcome::default()
            });
        };
        let new = NewMessage {
            id,
            conversation: place.conversation,
            position: self.position(place, sender, delivery)?,
            sender,
            sent_at: accepted_at,
            accepted_at: Some(accepted_at),
            sequence: delivery.sequence,
            kind: shown.kind,
            state: self.state_of(sender),
            sent_here: false,
            envelope: application.envelope,
            text: Redacted(&shown.text.0),
            content: shown.content.as_ref().map(|kept| Redacted(&kept.0[..])),
            details: MessageDetails {
                recipients: self.recipients(place, sender)?,
                ..shown.details
            },
        };
        if unwanted::has(self.transaction, id)? {
            trash::keep_unwanted(self.transaction, &new, self.now)?;
            return Ok(Outcome::default());
        }
        let mut outcome = self.insert(place, &new)?;
        // What came before it changes it before anybody sees it.
        let change = content::arrived(self.transaction, self.own, place, id)?;
        outcome.lines.extend(change.lines);
        Ok(outcome)
    }

    /// Accounts that a message of this account's other devices was sent to.
    fn recipients(&self, place: &ConversationRow, sender: AccountId) -> Result<u64, StoreError> {
        if sender == self.own {
            content::recipients(self.transaction, place)
        } else {
            Ok(0)
        }
    }

    /// A line where something came that could not be read: a gap is never silent.
    pub(crate) fn keep_unreadable(
        &self,
        conversation: i64,
        envelope: Option<EnvelopeId>,
        delivery: &Deliver,
    ) -> Result<Outcome, DeliveryError> {
        let accepted_at = Timestamp::from_millis(delivery.time);
        let place = conversation::by_row(self.transaction, conversation)?
            .ok_or(DeliveryError::Dropped("no conversation"))?;
        let sender = place.peer.unwrap_or(self.own);
        let new = NewMessage {
            id: MessageId::new(random()),
            conversation,
            position: self.position(&place, sender, delivery)?,
            sender,
            sent_at: accepted_at,
            accepted_at: Some(accepted_at),
            sequence: delivery.sequence,
            kind: MessageKind::Unreadable,
            state: MessageState::Received,
            sent_here: false,
            envelope: envelope.unwrap_or_else(|| EnvelopeId::new(random())),
            text: Redacted(""),
            content: None,
            details: MessageDetails::default(),
        };
        self.insert(&place, &new)
    }

    fn insert(
        &self,
        place: &ConversationRow,
        new: &NewMessage<'_>,
    ) -> Result<Outcome, DeliveryError> {
        let row = message::insert(self.transaction, new)?;
        let is_unread = new.sender != self.own && new.position > place.read_position;
        let at = new.accepted_at.unwrap_or(new.sent_at);
        conversation::count_message(self.transaction, new.conversation, is_unread, at)?;
        self.start_clock(place, new, row)?;
        let device = self.identity.leaf().device;
        let events = sync::message_came(self.transaction, self.reader, device, place, new)?;
        Ok(Outcome {
            message: Some(row),
            conversation: Some(new.conversation),
            events,
            ..Outcome::default()
        })
    }

    /// What this account wrote disappears so long after it was accepted; what came late had been read before.
    fn start_clock(
        &self,
        place: &ConversationRow,
        new: &NewMessage<'_>,
        row: i64,
    ) -> Result<(), StoreError> {
        let at = if new.sender == self.own {
            new.accepted_at
        } else {
            (new.position <= place.read_position).then_some(self.now)
        };
        match at {
            Some(at) => timer::start_own(self.transaction, row, at),
            None => Ok(()),
        }
    }

    /// What a blocked person writes is dropped without a word, and so is what a stranger writes when the person
    /// wants no requests. Its keys have moved on by now. What keeps a group together is taken from anybody.
    fn is_unwanted(
        &self,
        place: &ConversationRow,
        sender: AccountId,
        content: &Content,
    ) -> Result<bool, StoreError> {
        if sender == self.own {
            return Ok(false);
        }
        let person = person::get(self.transaction, sender)?;
        if place.kind != ConversationKind::Direct {
            return Ok(person.is_blocked && !matches!(content.kind(), Kind::Control(_)));
        }
        let is_stranger = !person.is_accepted;
        Ok(person.is_blocked
            || (is_stranger && !settings::get(self.transaction)?.requests_from_strangers))
    }

    /// What another device says to this one, and no person reads.
    fn control(
        &self,
        place: &ConversationRow,
        sender: AccountId,
        control: Control<'_>,
        at: Timestamp,
    ) -> Result<Outcome, DeliveryError> {
        let (transaction, reader) = (self.transaction, self.reader);
        let events = match control.media_type {
            profile::MEDIA_TYPE => {
                profile::receive(transaction, reader, place, sender, control.body)?
            }
            content_sync::MEDIA_TYPE if sender == self.own => {
                sync::receive(transaction, reader, place, control.body, self.now)?
            }
            _ => {
                let received = group::receive(transaction, self.own, place, sender, control, at)?;
                return Ok(received.map_or_else(Outcome::default, |received| Outcome {
                    conversation: received.conversation,
                    group_changed: true,
                    lines: received.lines,
                    ..Outcome::default()
                }));
            }
        };
        Ok(Outcome {
            has_set: control.media_type == content_sync::MEDIA_TYPE,
            events,
            ..Outcome::default()
        })
    }

    fn own_device_joined(&self, delivery: &Deliver) -> Result<(), DeliveryError> {
        let device = self.identity.leaf().device;
        let at = Timestamp::from_millis(delivery.time);
        Ok(sync::device_joined(
            self.transaction,
            self.reader,
            device,
            at,
        )?)
    }

    /// At the server's time and after what its sender sent before: in the order of the mailbox, even
    /// when it is delivered in another one.
    fn position(
        &self,
        place: &ConversationRow,
        sender: AccountId,
        delivery: &Deliver,
    ) -> Result<u64, StoreError> {
        let at = Timestamp::from_millis(delivery.time);
        let (transaction, conversation) = (self.transaction, place.conversation);
        match message::late_position(transaction, conversation, sender, at, delivery.sequence)? {
            Some(position) => Ok(position),
            None => message::free_position(
                transaction,
                conversation,
                sender,
                received_position(at),
                delivery.sequence,
            ),
        }
    }

    /// What our other devices wrote is on the server already.
    fn state_of(&self, sender: AccountId) -> MessageState {
        if sender == self.own {
            MessageState::Accepted
        } else {
            MessageState::Received
        }
    }

    fn welcome(&self, delivery: &Deliver) -> Result<Outcome, DeliveryError> {
        let id = ConversationId::try_from(&delivery.conversation_id[..])
            .map_err(|_| DeliveryError::Dropped("no conversation id"))?;
        let storage = mls_storage(self.transaction);
        let provider = Provider::new(self.crypto, &storage);
        let ledgers = StoredLedgers::new(self.transaction);
        let joined = Group::join(
            &provider,
            self.identity,
            &delivery.payload,
            &delivery.tree,
            &ledgers,
        );
        let (group, by) = match joined {
            Ok((group, joined)) => (group, joined.by.account),
            Err(JoinError::Refused(Refusal::UnknownLeaf(leaf))) => {
                return Err(DeliveryError::Needs(Missing::Ledger(leaf.account)));
            }
            Err(JoinError::NeedsTree { epoch, .. }) => {
                return Err(DeliveryError::Needs(Missing::Tree(id, epoch)));
            }
            Err(JoinError::AlreadyIn | JoinError::NotForUs) => return Ok(Outcome::default()),
            Err(JoinError::Storage(_) | JoinError::Internal) => {
                return Err(ClientError::Internal("joining a conversation").into());
            }
            Err(error) => {
                tracing::warn!(%error, "an invitation was refused");
                return Err(DeliveryError::Dropped("an invitation that does not check"));
            }
        };
        let at = Timestamp::from_millis(delivery.time);
        let place = match place_of(self.transaction, id, self.own, &group, at) {
            Err(ClientError::LedgerMismatch) => {
                return Err(DeliveryError::Dropped(
                    "members that don't fit the conversation",
                ));
            }
            place => place?,
        };
        match (place.group, &place.pending_create) {
            // Somebody else's creation came first: ours never was.
            (Some(former), Some(_)) => delete_group(self.transaction, self.crypto, former)?,
            (Some(_), None) => {
                return Err(DeliveryError::Dropped("a second group for a conversation"));
            }
            (None, _) => {}
        }
        conversation::set_group(self.transaction, place.conversation, Some(group.id()), None)?;
        // Whatever became of coming in from outside: this device is in.
        pending_join::remove(self.transaction, place.conversation)?;
        outbox::unseal(self.transaction, place.conversation)?;
        let devices = group.members().len();
        plan(
            self.transaction,
            place.conversation,
            Urgency::Soon,
            devices,
            self.now,
        )?;
        match place.kind {
            ConversationKind::OwnDevices => self.own_device_joined(delivery)?,
            ConversationKind::Group if by != self.own => {
                state::set_inviter(self.transaction, place.id, by)?;
            }
            _ => {}
        }
        let lines = group::joined(
            self.transaction,
            self.own,
            place.conversation,
            &group,
            Some(by),
            at,
        )?;
        Ok(Outcome {
            conversation: Some(place.conversation),
            group_changed: true,
            lines,
            ..Outcome::default()
        })
    }
}
