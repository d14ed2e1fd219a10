//! The rows that what was opened makes.

use pipit_domain::{AccountId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_e2ee::Application;
use pipit_store::StoreError;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::table::{contact, person, unwanted};
use pipit_wire::content::{Content, Kind, Uri};
use pipit_wire::v1::Deliver;

use super::{DeliveryError, Opener, Outcome};
use crate::clock::random;
use crate::content::{self, Deed, shown};
use crate::message::is_unread;
use crate::timer::start_clock;
use crate::{group, people, settings, sync, trash};

impl Opener<'_> {
    pub(super) fn keep(
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
                // A timer is a register.
                has_set: change.is_place_changed,
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
        let is_own = new.sender == self.own;
        let is_unread = is_unread(place, self.own, new.sender, new.position);
        let at = new.accepted_at.unwrap_or(new.sent_at);
        conversation::count_message(self.transaction, new.conversation, is_unread, at)?;
        start_clock(
            self.transaction,
            row,
            is_own,
            is_unread,
            new.accepted_at,
            self.now,
        )?;
        let events = sync::message_came(self.transaction, self.reader, place, new, self.now)?;
        Ok(Outcome {
            message: Some(row),
            conversation: Some(new.conversation),
            has_set: !events.is_empty(),
            events,
            ..Outcome::default()
        })
    }

    /// What a blocked person writes is dropped without a word, and so is what a stranger writes when the person
    /// wants no requests. Its keys have moved on by now. What keeps a group together is taken from anybody, unless the
    /// person has declined to be in it.
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
            if people::is_declined(self.transaction, place)? {
                return Ok(true);
            }
            return Ok(person.is_blocked && !matches!(content.kind(), Kind::Control(_)));
        }
        let is_stranger = !person.is_accepted;
        Ok(person.is_blocked
            || (is_stranger && !settings::get(self.transaction)?.requests_from_strangers))
    }

    /// At the server's time, in the order of the mailbox, even when it is delivered in another one.
    fn position(
        &self,
        place: &ConversationRow,
        sender: AccountId,
        delivery: &Deliver,
    ) -> Result<u64, StoreError> {
        let at = Timestamp::from_millis(delivery.time);
        message::mailbox_position(
            self.transaction,
            place.conversation,
            sender,
            at,
            delivery.sequence,
        )
    }

    /// What our other devices wrote is on the server already.
    fn state_of(&self, sender: AccountId) -> MessageState {
        if sender == self.own {
            MessageState::Accepted
        } else {
            MessageState::Received
        }
    }
}
