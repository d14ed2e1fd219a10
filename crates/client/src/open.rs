//! Opening one delivery inside the inbox's transaction: what it is, and the rows that it makes.

use std::cell::RefCell;

use pipit_domain::{AccountId, ConversationId, EnvelopeId, GroupId, Timestamp};
use pipit_e2ee::{Crypto, Group, Identity, JoinError, OpenError, Opened, Provider, Refusal};
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::message::{self};
use pipit_store::table::{opened, outbox, pending_join, state};
use pipit_store::{Transaction, mls_storage};
use pipit_wire::content::{Control, sync as content_sync};
use pipit_wire::history as device_history;
use pipit_wire::mls_header;
use pipit_wire::v1::{Deliver, EnvelopeKind};

use crate::commit;
use crate::error::ClientError;
use crate::establish::delete_group;
use crate::group;
use crate::history;
use crate::ledgers::StoredLedgers;
use crate::people::profile;
use crate::record::Reader;
use crate::rejoin::place_of;
use crate::renewal_plan::{Urgency, plan};
use crate::revoke;
use crate::sync;
use crate::trust::Alarm;

mod keep;
mod outcome;

pub(crate) use outcome::{DeliveryError, Forbidden, Missing, Outcome};

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
        if message::by_envelope(self.transaction, header.envelope)?.is_some()
            || opened::has(self.transaction, delivery.sequence, header.envelope)?
        {
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
            Err(OpenError::Refused(refusal)) => Err(self.refused(place, refusal)),
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

    /// A change of members that must not be, as far as the ledgers here say.
    fn refused(&self, place: &ConversationRow, refusal: Refusal) -> DeliveryError {
        let forbidden = |alarm| {
            Box::new(Forbidden {
                at: Some(place.id),
                alarm,
                behind: Some(place.conversation),
            })
        };
        match refusal {
            Refusal::UnknownLeaf(leaf) | Refusal::StillInForce(leaf) => DeliveryError::Needs {
                missing: Missing::Ledger(leaf.account),
                otherwise: Some(forbidden(Alarm::Device(leaf))),
            },
            _ => DeliveryError::Forbidden(forbidden(Alarm::Change(place.peer.unwrap_or(self.own)))),
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
            content_sync::LOOK if sender == self.own => {
                return Ok(Outcome {
                    looks: place.kind == ConversationKind::OwnDevices,
                    ..Outcome::default()
                });
            }
            device_history::MEDIA_TYPE if sender == self.own => {
                let device = self.identity.leaf().device;
                history::receive(transaction, reader, device, place, control.body, self.now)?
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
            has_set: matches!(
                control.media_type,
                content_sync::MEDIA_TYPE | device_history::MEDIA_TYPE
            ),
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
                return Err(DeliveryError::Needs {
                    missing: Missing::Ledger(leaf.account),
                    otherwise: Some(Box::new(Forbidden {
                        at: Some(id),
                        alarm: Alarm::Device(leaf),
                        behind: None,
                    })),
                });
            }
            Err(JoinError::NeedsTree { epoch, .. }) => {
                return Err(DeliveryError::Needs {
                    missing: Missing::Tree(id, epoch),
                    otherwise: None,
                });
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
                return Err(DeliveryError::Forbidden(Box::new(Forbidden {
                    at: Some(id),
                    alarm: Alarm::Change(by),
                    behind: None,
                })));
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
        revoke::joined(self.transaction, place.conversation, &group, &ledgers)?;
        if place.kind != ConversationKind::OwnDevices {
            sync::call_left_out(self.transaction, self.own, &group.members(), self.now)?;
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
